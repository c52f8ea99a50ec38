"""Deadlines wake in order, fire once each, and outlive a database that is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from hub.deadlines import Deadlines
from hub.measures import Measures
from models.actions.deadlines import Firing
from models.clock import Clock, SystemClock
from models.queries.log import OpenDeadline
from tests.support.clock import START, FakeClock

Fire = Callable[[str], Awaitable[Firing]]


def make(clock: Clock, fire: Fire, rank: int = 0) -> Deadlines:
    return Deadlines(clock, fire, lambda name: rank, Measures())


def opened(*ones: tuple[str, datetime]) -> Iterable[OpenDeadline]:
    return [OpenDeadline(name, due_at) for name, due_at in ones]


@asynccontextmanager
async def running(deadlines: Deadlines) -> AsyncIterator[None]:
    task = asyncio.ensure_future(deadlines.run())
    try:
        async with asyncio.timeout(10):
            yield
    finally:
        task.cancel()
        await asyncio.wait([task])


class Rules:
    """Stands for the incident's rules: remembers what it was told, and answers what the test wants."""

    def __init__(self, *answers: Firing | Exception) -> None:
        self.told: asyncio.Queue[str] = asyncio.Queue()
        self._answers = list(answers)

    async def __call__(self, name: str) -> Firing:
        self.told.put_nowait(name)
        answer = self._answers.pop(0) if self._answers else "fired"
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_what_is_due_comes_in_order_and_only_once() -> None:
    clock, rules = FakeClock(), Rules()
    deadlines = make(clock, rules)
    deadlines.load(opened(("b", START + timedelta(seconds=2)), ("a", START + timedelta(seconds=1))))
    deadlines.change([("later", START + timedelta(seconds=60))])
    async with running(deadlines):
        clock.advance(2)
        assert [await rules.told.get(), await rules.told.get()] == ["a", "b"]
        clock.advance(60)
        assert await rules.told.get() == "later"
    assert rules.told.empty()


async def test_late_deadlines_fire_at_once_and_each_one_once() -> None:
    rules = Rules()
    # The last in rank does not wait either: what fell due while nobody was there has waited long enough.
    deadlines = make(FakeClock(), rules, rank=500)
    deadlines.load(opened(*((name, START - timedelta(seconds=9)) for name in ("a", "b", "c"))))
    async with running(deadlines):
        assert sorted([await rules.told.get() for _ in range(3)]) == ["a", "b", "c"]
    assert rules.told.empty()


async def test_a_deadline_set_now_wakes_a_sleeping_hub() -> None:
    rules = Rules()
    deadlines = make(FakeClock(), rules)
    async with running(deadlines):
        deadlines.change([("now", START)])
        assert await rules.told.get() == "now"


async def test_a_cancelled_deadline_never_comes() -> None:
    clock, rules = FakeClock(), Rules()
    deadlines = make(clock, rules)
    deadlines.load(opened(("a", START + timedelta(seconds=1)), ("b", START + timedelta(seconds=2))))
    deadlines.change([("a", None)])
    clock.advance(86_400)
    async with running(deadlines):
        assert await rules.told.get() == "b"
    assert rules.told.empty()


async def test_a_database_that_is_away_loses_no_deadline() -> None:
    clock = SystemClock()
    rules = Rules(ConnectionError(), ConnectionError())
    deadlines = make(clock, rules)
    deadlines.load(opened(("a", clock.now())))
    async with running(deadlines):
        assert [await rules.told.get() for _ in range(3)] == ["a", "a", "a"]
    assert rules.told.empty()


async def test_one_that_is_early_by_the_databases_clock_is_tried_again() -> None:
    clock = SystemClock()
    rules = Rules("early", "early", "fired")
    deadlines = make(clock, rules)
    deadlines.load(opened(("a", clock.now())))
    async with running(deadlines):
        assert [await rules.told.get() for _ in range(3)] == ["a", "a", "a"]
    assert rules.told.empty()


async def test_the_second_hub_in_rank_waits_for_the_first_a_moment() -> None:
    clock, rules = FakeClock(), Rules()
    deadlines = make(clock, rules, rank=1)
    deadlines.load(opened(("a", START + timedelta(seconds=1))))
    clock.advance(1.019)
    deadlines._queue_due(clock.now().timestamp())
    assert deadlines._ready.empty()
    clock.advance(0.002)
    deadlines._queue_due(clock.now().timestamp())
    assert deadlines._ready.get_nowait() == "a"


async def test_the_second_hub_does_nothing_when_the_log_says_that_the_first_has_fired() -> None:
    clock, rules = FakeClock(), Rules()
    deadlines = make(clock, rules, rank=1)
    deadlines.load(opened(("a", START + timedelta(seconds=1))))
    clock.advance(1.01)
    deadlines._queue_due(clock.now().timestamp())
    deadlines.change([("a", None)])
    clock.advance(1)
    deadlines._queue_due(clock.now().timestamp())
    assert deadlines._ready.empty()
