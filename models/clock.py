"""What time it is: the one place that reads a clock.

*Now* is the database's clock. On SQLite that is the machine's; with PostgreSQL each process measures its
distance to the server and counts monotonically in between, so that all processes agree and none jumps when
its own machine's clock is set. Everybody else is given a ``Clock``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import structlog

if TYPE_CHECKING:  # pure rules need not wait for a database library
    from sqlalchemy.ext.asyncio import AsyncConnection

MEASURE_EVERY_SECONDS = 5
STEP = timedelta(milliseconds=100)  # more than this between two measurements is a step, not drift


class Clock(Protocol):
    """Gives the present instant, aware and in UTC."""

    def now(self) -> datetime: ...

    async def asked(self, connection: AsyncConnection) -> datetime:
        """Now as the authority itself says, for what must never happen early; ``connection`` is one to it."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place

    async def asked(self, connection: AsyncConnection) -> datetime:
        return self.now()


class Ask(Protocol):
    """Reads the database's present instant, on the connection given or on one of its own."""

    async def __call__(self, connection: AsyncConnection | None = None) -> datetime: ...


class DatabaseClock:
    """Follows the database's clock: measured now and then, counted monotonically between.

    Before the first measurement the machine's clock serves. ``steady`` counts seconds and is never set;
    ``machine`` is the machine's clock.
    """

    def __init__(
        self, ask: Ask, *, steady: Callable[[], float] = time.monotonic, machine: Clock | None = None
    ) -> None:
        self._ask = ask
        self._steady = steady
        self._machine = machine or SystemClock()
        self._base: datetime | None = None
        self._counted_from = 0.0

    def now(self) -> datetime:
        if self._base is None:
            return self._machine.now()
        return self._base + timedelta(seconds=self._steady() - self._counted_from)

    async def asked(self, connection: AsyncConnection) -> datetime:
        return await self._ask(connection)

    async def measure(self) -> timedelta:
        """Asks the database once; returns by how much our idea of its clock had to be moved (+ = forward).

        The answer was true at some instant of the round trip, so a belief that was right at one of them stays:
        a slow answer moves nothing. Otherwise it is taken to be from the middle. A step is logged.
        """
        before = self._steady()
        told = await self._ask()
        after = self._steady()
        doubt = timedelta(seconds=(after - before) / 2)
        middle = before + (after - before) / 2
        if self._base is None:
            self._base, self._counted_from = told, middle
            return timedelta(0)
        moved = told - (self._base + timedelta(seconds=middle - self._counted_from))
        if abs(moved) <= doubt:
            return timedelta(0)
        self._base, self._counted_from = told, middle
        if abs(moved) > STEP:
            structlog.get_logger().warning("clock_stepped", seconds=round(moved.total_seconds(), 3))
        return moved

    def distance(self) -> timedelta:
        """How far the machine's clock is ahead of the database's (negative: behind)."""
        return self._machine.now() - self.now()


async def follow(clock: DatabaseClock) -> None:
    """Keeps ``clock`` measured until cancelled. A database that is away is logged once."""
    missing = False
    while True:
        try:
            await clock.measure()
        except Exception as error:  # the monotonic count carries us meanwhile
            if not missing:
                structlog.get_logger().warning("clock_not_measured", error=type(error).__name__)
            missing = True
        else:
            missing = False
        await asyncio.sleep(MEASURE_EVERY_SECONDS)


# The whole country has one time and no summer time: the clock on every wall there.
BEIJING = timezone(timedelta(hours=8))


@lru_cache(maxsize=1024)  # one instant is told in many places
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
