"""Wakes when deadlines are due and says so to the incidents' rules; whichever hub commits first has fired them.

All open deadlines are in memory and kept current by the log. What is due together is fired together. One that
cannot be fired is tried again until it is settled; saving is compare-and-set, so nothing is fired twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

import structlog

from hub.due import DueHeap
from hub.measures import Measures
from hub.turns import Turns
from models.actions.deadlines import Firing
from models.clock import Clock

log = structlog.get_logger()

LONGEST_SLEEP_SECONDS = 0.5  # a clock that was set must not leave us asleep
LEAST_SLEEP_SECONDS = 0.001  # what falls due within it is woken for together: waking costs more than it
# In one transaction. Few are due as long as we keep up; in a backlog many share what each transaction costs, and
# their locks are held for as long as it takes.
MOST_TOGETHER = 256
FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS = 0.05, 1.0  # while the database is away

Fire = Callable[[Sequence[str]], Awaitable[Mapping[str, Firing]]]


class Deadlines:
    """``fire`` tells the rules that the time of these is up, and raises when it could do nothing at all.

    ``rank`` is this hub's place in the queue for a deadline; ``steady`` a monotonic clock; ``correct`` asks the
    database what time it is and sets ``clock`` by it.
    """

    def __init__(
        self,
        clock: Clock,
        fire: Fire,
        rank: Callable[[str], int],
        measures: Measures,
        *,
        steady: Callable[[], float],
        correct: Callable[[], Awaitable[object]],
    ) -> None:
        self._clock = clock
        self._fire = fire
        self._measures = measures
        self._steady = steady
        self._correct = correct
        self._turns = turns = Turns(rank)
        measures.open_deadlines.set_function(lambda: len(turns))
        measures.due_deadlines.set_function(lambda: turns.due)
        self._wake = asyncio.Event()
        self._ready = asyncio.Event()
        self._pause = 0.0  # so long does a task rest that found the database away

    def __len__(self) -> int:
        return len(self._turns)

    @property
    def due(self) -> int:
        """How many are due and not settled."""
        return self._turns.due

    def load(self, open_ones: DueHeap) -> None:
        """Begins with these; what was known before is forgotten."""
        self._turns.begin(open_ones, self._now())
        self._wake.set()

    def change(self, changes: Iterable[tuple[str, datetime | None]]) -> None:
        """What an entry of the log says: a deadline was set, or (None) is no longer open."""
        for name, due_at in changes:
            if due_at is None:
                self._turns.close(name)
            else:
                self._turns.set(name, due_at.timestamp())
                self._wake.set()

    def _now(self) -> float:
        return self._clock.now().timestamp()

    async def run(self) -> None:
        """Wakes and fires until cancelled."""
        async with asyncio.TaskGroup() as group:
            # One group at a time: what falls due meanwhile is the next one.
            group.create_task(self._keep_firing())
            while True:
                self._wake_due()
                await self._sleep()

    def _wake_due(self) -> None:
        now = self._now()
        for due in self._turns.wake(now):
            self._measures.waking.observe(max(0.0, now - due))
        if self._turns.ready(now, self._steady()):
            self._ready.set()

    async def _sleep(self) -> None:
        left = self._turns.seconds_left(self._now(), self._steady())
        self._wake.clear()
        try:
            async with asyncio.timeout(min(max(left, LEAST_SLEEP_SECONDS), LONGEST_SLEEP_SECONDS)):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _keep_firing(self) -> None:
        while True:
            taken = self._turns.take(self._now(), self._steady(), MOST_TOGETHER)
            if taken:
                await self._try(taken)
            else:
                self._ready.clear()
                self._wake.set()  # for the turns that come next
                await self._ready.wait()

    async def _try(self, taken: dict[str, float]) -> None:
        try:
            outcomes = await self._fire(list(taken))
            if "early" in outcomes.values():
                await self._correct()
        except Exception as error:
            await self._rest(taken, error)
            return
        if self._pause:
            log.info("deadlines_fire_again")
            self._pause = 0.0
        now = self._now()
        for outcome, count in Counter(outcomes.values()).items():
            self._measures.firings.labels(outcome).inc(count)
        for name, due in taken.items():
            if outcomes[name] == "fired":
                self._measures.lateness.observe(max(0.0, now - due))
            self._take_in(name, outcomes[name])

    def _take_in(self, name: str, outcome: Firing) -> None:
        if outcome == "early":
            self._turns.early(name)
        elif outcome == "busy":
            self._turns.locked(name, self._steady())
        elif outcome == "failed":
            self._turns.failed(name, self._steady())
        else:
            self._turns.settled(name)

    async def _rest(self, names: Collection[str], error: Exception) -> None:
        """Nothing could be fired, so the database is away: all of them wait, and so does whoever tried."""
        if not self._pause:
            log.warning("deadlines_not_fired", deadlines=len(names), error=type(error).__name__)
        self._pause = min(2 * self._pause or FIRST_PAUSE_SECONDS, LAST_PAUSE_SECONDS)
        self._measures.firings.labels("failed").inc(len(names))
        self._turns.again(names, self._steady(), 0.0)
        await asyncio.sleep(self._pause)
