"""Wakes when a deadline is due and says so to the incident's rules; whoever of the hubs commits first has fired it.

All open deadlines are in memory and kept current by the log. Hubs take turns by rank: the second tries shortly
after the first without waiting to hear that the first is dead. One that cannot be fired is tried again until it
is settled; saving is compare-and-set, so it is never fired twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog

from hub.due import DueHeap
from hub.measures import Measures
from models.actions.deadlines import Firing
from models.clock import Clock
from models.queries.log import OpenDeadline

log = structlog.get_logger()

STAGGER_SECONDS = 0.02  # per rank
LONGEST_SLEEP_SECONDS = 0.5  # a clock that was set must not leave us asleep
FIRING_AT_ONCE = 8
EARLY_SECONDS = 0.005  # until the database's clock is asked again whether it is time
MOST_REMEMBERED = 10_000  # settled deadlines whose entry has not come
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.05, 1.0


@dataclass(slots=True)
class Attempt:
    """A deadline whose time came and that is not settled yet."""

    due: float
    failures: int = 0


class Deadlines:
    """``fire`` tells the rules that time is up; ``rank`` is this hub's place in the queue for a deadline."""

    def __init__(
        self,
        clock: Clock,
        fire: Callable[[str], Awaitable[Firing]],
        rank: Callable[[str], int],
        measures: Measures,
    ) -> None:
        self._clock = clock
        self._fire = fire
        self._rank = rank
        self._measures = measures
        self._open = DueHeap()
        self._due: dict[str, Attempt] = {}
        self._turns = DueHeap()  # of those that are due: when it is this hub's turn to try
        self._settled: set[str] = set()  # by this hub; the log will say so too, where something followed
        self._loaded_at = 0.0
        self._wake = asyncio.Event()
        self._ready: asyncio.Queue[str] = asyncio.Queue()

    def load(self, deadlines: Iterable[OpenDeadline]) -> None:
        """Begins with these; what was known before is forgotten."""
        self._open = DueHeap((one.due_at.timestamp(), one.id) for one in deadlines)
        self._due.clear()
        self._turns = DueHeap()
        self._loaded_at = self._now()
        self._measures.open_deadlines.set(len(self._open))
        self._wake.set()

    def change(self, changes: Iterable[tuple[str, datetime | None]]) -> None:
        """What an entry of the log says: a deadline was set, or (None) is no longer open."""
        for name, due_at in changes:
            if due_at is not None:
                due = due_at.timestamp()
                earliest = self._open.earliest()
                self._open.add(due, name)
                if earliest is None or due < earliest:
                    self._wake.set()
            elif name in self._settled:
                self._settled.discard(name)
            elif self._due.pop(name, None) is None:
                self._open.cancel(name)
        self._measures.open_deadlines.set(len(self._open))

    def _now(self) -> float:
        return self._clock.now().timestamp()

    async def run(self) -> None:
        """Wakes and fires until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _ in range(FIRING_AT_ONCE):
                group.create_task(self._keep_firing())
            while True:
                self._queue_due(self._now())
                await self._sleep()

    def _queue_due(self, now: float) -> None:
        for due, name in self._open.take_due(now):
            self._due[name] = Attempt(due)
            # What fell due while nobody was there to see has waited long enough.
            late = due < self._loaded_at
            turn = due if late else due + STAGGER_SECONDS * self._rank(name)
            self._turns.add(turn, name)
        for _, name in self._turns.take_due(now):
            if name in self._due:
                self._ready.put_nowait(name)

    async def _sleep(self) -> None:
        upcoming = [at for at in (self._open.earliest(), self._turns.earliest()) if at is not None]
        seconds = min(LONGEST_SLEEP_SECONDS, max(0.0, min(upcoming, default=float("inf")) - self._now()))
        self._wake.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _keep_firing(self) -> None:
        while True:
            name = await self._ready.get()
            attempt = self._due.get(name)
            if attempt is not None:  # else another hub was faster
                await self._try(name, attempt)

    async def _try(self, name: str, attempt: Attempt) -> None:
        try:
            outcome = await self._fire(name)
        except Exception as error:
            log.warning("deadline_not_fired", deadline=name, error=type(error).__name__)
            self._measures.firings.labels("failed").inc()
            attempt.failures += 1
            wait = min(FIRST_RETRY_SECONDS * 2 ** min(attempt.failures - 1, 10), LAST_RETRY_SECONDS)
            self._again(name, wait)
            return
        self._measures.firings.labels(outcome).inc()
        if outcome == "early":
            self._again(name, EARLY_SECONDS)
            return
        if self._due.pop(name, None) is not None:
            self._remember(name)
        if outcome == "fired":
            self._measures.lateness.observe(max(0.0, self._now() - attempt.due))

    def _remember(self, name: str) -> None:
        if len(self._settled) >= MOST_REMEMBERED:
            self._settled.clear()
        self._settled.add(name)

    def _again(self, name: str, seconds: float) -> None:
        if name in self._due:
            self._turns.add(self._now() + seconds, name)
            self._wake.set()
