"""What time it is: the one place that reads a clock.

*Now* is the database's clock. On SQLite that is the machine's; with PostgreSQL each process measures its
distance to the server and counts monotonically in between, so that all processes agree and none jumps when
its own machine's clock is set. Everybody else is given a ``Clock``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

MEASURE_EVERY_SECONDS = 5
STEP = timedelta(milliseconds=100)  # more than this between two measurements is a step, not drift


class Clock(Protocol):
    """Gives the present instant, aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place


class DatabaseClock:
    """Follows the database's clock: measured now and then, counted monotonically between.

    ``ask`` reads the database's present instant. Before the first measurement the machine's clock serves.
    """

    def __init__(self, ask: Callable[[], Awaitable[datetime]]) -> None:
        self._ask = ask
        self._base: datetime | None = None
        self._counted_from = 0.0

    def now(self) -> datetime:
        if self._base is None:
            return SystemClock().now()
        return self._base + timedelta(seconds=time.monotonic() - self._counted_from)

    async def measure(self) -> timedelta:
        """Ask the database once; returns by how much our idea of its clock had to be moved (+ = forward).

        The answer is taken to be from the middle of the round trip.
        """
        before = time.monotonic()
        told = await self._ask()
        after = time.monotonic()
        middle = before + (after - before) / 2
        known = self._base is not None
        believed = self.now() - timedelta(seconds=time.monotonic() - middle)
        self._base, self._counted_from = told, middle
        return told - believed if known else timedelta(0)

    def distance(self) -> timedelta:
        """How far the machine's clock is ahead of the database's (negative: behind)."""
        return SystemClock().now() - self.now()


async def follow(clock: DatabaseClock, stepped: Callable[[timedelta], None]) -> None:
    """Keeps ``clock`` measured until cancelled; tells ``stepped`` when the database's clock jumped."""
    while True:
        try:
            moved = await clock.measure()
        except Exception as error:  # the database is away: the monotonic count carries us meanwhile
            structlog.get_logger().warning("clock_not_measured", error=type(error).__name__)
        else:
            if abs(moved) > STEP:
                stepped(moved)
        await asyncio.sleep(MEASURE_EVERY_SECONDS)


def iso(instant: datetime) -> str:
    """ISO 8601 in UTC with ``Z`` and milliseconds: ``2026-11-23T10:37:12.045Z``."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_or_none(instant: datetime | None) -> str | None:
    """``iso`` for an instant that may not have come yet."""
    return None if instant is None else iso(instant)


def parse_iso(text: str) -> datetime:
    """The instant of an ISO 8601 text with ``Z`` or an offset; raises ValueError without one."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return instant.astimezone(UTC)
