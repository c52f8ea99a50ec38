"""What stands on documents, and what does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.documents.sheet import duration, wall
from models.documents.shift_report import Stretch, seconds_by_status

NOON = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "told"), [(None, "—"), (0, "0:00"), (59.6, "1:00"), (301, "5:01"), (3_725, "1:02:05")]
)
def test_a_duration_reads_like_a_clock(seconds: float | None, told: str) -> None:
    assert duration(seconds) == told


def test_instants_are_beijings_and_what_never_happened_is_a_dash() -> None:
    assert wall(NOON) == "2026-11-28 12:00:00"
    assert wall(None) == "—"


def test_the_time_in_each_status_adds_up_to_the_shift() -> None:
    stretches = [
        Stretch("available", NOON),
        Stretch("en_route", NOON + timedelta(minutes=10)),
        Stretch("on_scene", NOON + timedelta(minutes=14)),
        Stretch("available", NOON + timedelta(minutes=30)),
        Stretch("off_duty", NOON + timedelta(minutes=60)),
    ]
    spent = seconds_by_status(stretches, NOON + timedelta(minutes=60))
    assert spent == {"available": 2_400, "en_route": 240, "on_scene": 960}


def test_a_status_that_came_after_the_end_counts_nothing() -> None:
    stretches = [Stretch("available", NOON), Stretch("busy", NOON + timedelta(minutes=5))]
    assert seconds_by_status(stretches, NOON + timedelta(minutes=3)) == {"available": 180, "busy": 0}
