"""Deadlines: every open one in memory, the earliest wakes the hub, and firing is a command like any other.

Each hub keeps all of them and any hub may fire; whoever commits first has fired, the others find it settled.
So there is no leader to elect or to lose. Hubs stagger: the first in rank for a deadline tries at once, the
second twenty milliseconds later, without waiting to be told that the first is dead. What firing means is
``models.actions.deadlines``; who is first in rank is told from outside (``hub.peers``).
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta

import structlog

from models.clock import Clock

STAGGER = timedelta(milliseconds=20)
AT_ONCE = 32  # firings under way at a time
EARLY_SECONDS = 0.005  # the database's clock says not yet: so long until the next try
AWAY_SECONDS = 0.25  # the database is away: so long until the next try
LONGEST_SLEEP_SECONDS = 1.0  # a clock that was set is noticed within this time

log = structlog.get_logger()

Fire = Callable[[str], Awaitable[str]]
Rank = Callable[[str], int]


class Schedule:
    """All open deadlines, the earliest first. Pure: told what is set and cancelled, asked what is due."""

    def __init__(self) -> None:
        self._due: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []

    def __len__(self) -> int:
        return len(self._due)

    def load(self, deadlines: Iterable[tuple[str, datetime]]) -> None:
        """Forgets everything and begins with these."""
        self._due = dict(deadlines)
        self._heap = [(due_at, name) for name, due_at in self._due.items()]
        heapq.heapify(self._heap)

    def set(self, name: str, due_at: datetime | None) -> bool:
        """A deadline as the log tells it (None: no longer open); True if it is now the earliest."""
        if due_at is None:
            self._due.pop(name, None)
            return False
        self._due[name] = due_at
        heapq.heappush(self._heap, (due_at, name))
        return self._heap[0][1] == name

    def earliest(self) -> datetime | None:
        """When the next one is due."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: datetime, most: int) -> list[tuple[str, datetime]]:
        """At most so many that are due, removed; put one back with ``set`` when it could not be fired."""
        taken: list[tuple[str, datetime]] = []
        while len(taken) < most:
            due_at = self.earliest()
            if due_at is None or due_at > now:
                break
            _, name = heapq.heappop(self._heap)
            del self._due[name]
            taken.append((name, due_at))
        return taken


class Deadlines:
    """Fires what is due until it is cancelled. ``fired`` is told how late each of ours was, in seconds."""

    def __init__(
        self, clock: Clock, fire: Fire, rank: Rank, fired: Callable[[float], None] = lambda late: None
    ) -> None:
        self._clock = clock
        self._fire = fire
        self._rank = rank
        self._fired = fired
        self._schedule = Schedule()
        self._changed = asyncio.Event()
        self._under_way = 0

    def __len__(self) -> int:
        return len(self._schedule)

    def load(self, deadlines: Iterable[tuple[str, datetime]]) -> None:
        """What is open, from a snapshot of the database; late ones fire at once."""
        self._schedule.load((name, self._staggered(name, due_at)) for name, due_at in deadlines)
        self._changed.set()

    def follow(self, changes: Iterable[tuple[str, datetime | None]]) -> None:
        """What an entry of the log set and cancelled."""
        for name, due_at in changes:
            if self._schedule.set(name, None if due_at is None else self._staggered(name, due_at)):
                self._changed.set()

    def _staggered(self, name: str, due_at: datetime) -> datetime:
        return due_at + STAGGER * self._rank(name)

    async def run(self) -> None:
        """Wakes for the earliest, again and again."""
        async with asyncio.TaskGroup() as group:
            while True:
                now = self._clock.now()
                for name, due_at in self._schedule.take_due(now, AT_ONCE - self._under_way):
                    self._under_way += 1
                    group.create_task(self._fire_one(name, due_at))
                await self._sleep(now)

    async def _sleep(self, now: datetime) -> None:
        self._changed.clear()
        earliest = self._schedule.earliest()
        seconds = LONGEST_SLEEP_SECONDS
        if earliest is not None and self._under_way < AT_ONCE:
            seconds = min(max((earliest - now).total_seconds(), 0.0), seconds)
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _fire_one(self, name: str, due_at: datetime) -> None:
        try:
            outcome = await self._fire(name)
        except Exception as error:
            log.warning("deadline_not_fired", deadline=name, error=type(error).__name__)
            self._again(name, AWAY_SECONDS)
        else:
            if outcome == "early":
                self._again(name, EARLY_SECONDS)
            elif outcome == "fired":
                self._fired((self._clock.now() - due_at).total_seconds())
        finally:
            self._under_way -= 1
            self._changed.set()

    def _again(self, name: str, seconds: float) -> None:
        self._schedule.set(name, self._clock.now() + timedelta(seconds=seconds))
