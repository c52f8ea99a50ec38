"""``/readyz`` says of itself whether a hub may be relied on: by its distance to the database's clock, too."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from hub.follower import Lag
from hub.measures import Measures
from hub.pages import Pages
from models.tasks import Tasks
from tests.support.clock import FakeClock


class Asker:
    """Stands for the socket that asked."""

    def __init__(self) -> None:
        self.said = b""

    def answer(self, response: bytes) -> None:
        self.said += response


async def readiness(distance: timedelta, seconds: float = 0.1) -> tuple[int, dict[str, str]]:
    """The status and the checks of a hub so far from the database's clock, that compared so long ago."""
    asker = Asker()
    async with Tasks() as tasks:
        pages = Pages(
            Path(),
            "hub.1",
            Measures(),
            tasks,
            lag=lambda: Lag(0, seconds),
            now=FakeClock().now,
            distance=lambda: distance,
        )
        pages.answer(asker, "/readyz")  # type: ignore[arg-type]
    head, _, body = asker.said.partition(b"\r\n\r\n")
    return int(head.split()[1]), msgspec.json.decode(body)["checks"]


@pytest.mark.parametrize("milliseconds", [0, 500, -500])
async def test_up_to_half_a_second_off_the_databases_clock_it_is_ready(milliseconds: int) -> None:
    checks = {"log": "ok", "clock": "ok", "stopping": "no"}
    assert await readiness(timedelta(milliseconds=milliseconds)) == (200, checks)


@pytest.mark.parametrize("milliseconds", [501, -501, 3_600_000])
async def test_further_off_it_is_not_and_says_why(milliseconds: int) -> None:
    checks = {"log": "ok", "clock": "distant", "stopping": "no"}
    assert await readiness(timedelta(milliseconds=milliseconds)) == (503, checks)


async def test_who_has_not_compared_for_two_seconds_is_behind() -> None:
    assert await readiness(timedelta(0), 2.0) == (503, {"log": "behind", "clock": "ok", "stopping": "no"})
