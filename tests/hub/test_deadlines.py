"""Deadlines wake in order, fire once each, and outlive a database that is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from hub.deadlines import MOST_TOGETHER, Deadlines, Fire
from hub.due import DueHeap
from hub.measures import Measures
from models.actions.deadlines import Firing
from models.clock import Clock, SystemClock
from tests.support.clock import START, FakeClock
from tests.support.waiting import until_async


def make(clock: Clock, fire: Fire, rank: int = 0, measures: Measures | None = None) -> Deadlines:
    async def nothing_to_correct() -> None:
        return

    steady = asyncio.get_running_loop().time
    return Deadlines(
        clock, fire, lambda name: rank, measures or Measures(), steady=steady, correct=nothing_to_correct
    )


def opened(*ones: tuple[str, datetime]) -> DueHeap:
    heap = DueHeap()
    for name, due_at in ones:
        heap.add(due_at.timestamp(), name)
    return heap


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
        self.groups: list[list[str]] = []
        self._answers = list(answers)

    async def __call__(self, names: Sequence[str]) -> dict[str, Firing]:
        self.groups.append(list(names))
        for name in names:
            self.told.put_nowait(name)
        answer = self._answers.pop(0) if self._answers else "fired"
        if isinstance(answer, Exception):
            raise answer
        return dict.fromkeys(names, answer)


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


async def test_what_is_due_together_is_fired_together_in_groups_of_a_bounded_size() -> None:
    clock, rules = FakeClock(), Rules()
    deadlines = make(clock, rules)
    deadlines.load(opened(*((f"d{at}", START) for at in range(MOST_TOGETHER + 1))))
    async with running(deadlines):
        told = [await rules.told.get() for _ in range(MOST_TOGETHER + 1)]
    assert sorted(told) == sorted(f"d{at}" for at in range(MOST_TOGETHER + 1))
    assert [len(group) for group in rules.groups] == [MOST_TOGETHER, 1]


async def test_the_clock_is_corrected_before_an_early_one_is_tried_again() -> None:
    clock, corrected = FakeClock(), asyncio.Event()
    rules = Rules("early")

    async def correct() -> None:
        clock.advance(-10)
        corrected.set()

    steady = asyncio.get_running_loop().time
    deadlines = Deadlines(clock, rules, lambda name: 0, Measures(), steady=steady, correct=correct)
    deadlines.load(opened(("a", START)))
    async with running(deadlines):
        assert await rules.told.get() == "a"
        await corrected.wait()
        assert rules.told.empty()
        clock.advance(10)
        assert await rules.told.get() == "a"


async def test_one_that_fails_is_tried_again_and_its_neighbours_are_done() -> None:
    tried: asyncio.Queue[list[str]] = asyncio.Queue()
    answers: list[dict[str, Firing]] = [{"a": "fired", "b": "failed", "c": "busy"}, {"c": "fired"}]

    async def rules(names: Sequence[str]) -> dict[str, Firing]:
        tried.put_nowait(list(names))
        return answers.pop(0) if answers else dict.fromkeys(names, "fired")

    deadlines = make(FakeClock(), rules)
    deadlines.load(opened(("a", START), ("b", START), ("c", START)))
    async with running(deadlines):
        assert sorted(await tried.get()) == ["a", "b", "c"]
        assert await tried.get() == ["c"]
        assert await tried.get() == ["b"]
    assert tried.empty()


async def test_what_came_of_them_and_how_late_is_counted() -> None:
    measures, rules = Measures(), Rules()
    clock = FakeClock()
    deadlines = make(clock, rules, measures=measures)
    deadlines.load(opened(("a", START + timedelta(seconds=1)), ("late", START - timedelta(seconds=1))))
    clock.advance(1.02)

    async def nothing_due() -> bool:
        return deadlines.due == 0

    async with running(deadlines):
        assert {await rules.told.get(), await rules.told.get()} == {"a", "late"}
        await until_async(nothing_due, "nothing to be due")
    counted = measures.registry.get_sample_value
    assert counted("wufen_hub_firings_total", {"outcome": "fired"}) == 2
    # What fell due before the hub began was not woken for late.
    assert counted("wufen_hub_deadline_waking_seconds_count") == 1
    assert counted("wufen_hub_deadline_waking_seconds_bucket", {"le": "0.015"}) == 0
    assert counted("wufen_hub_deadline_waking_seconds_bucket", {"le": "0.03"}) == 1
    assert counted("wufen_hub_deadline_lateness_seconds_bucket", {"le": "0.03"}) == 1
    assert counted("wufen_hub_deadline_lateness_seconds_bucket", {"le": "2.5"}) == 2
    assert counted("wufen_hub_open_deadlines") == 0


async def test_a_hub_that_was_told_by_the_log_while_it_fired_counts_its_own_firing() -> None:
    measures = Measures()
    clock, fired = FakeClock(), asyncio.Event()

    async def rules(names: Sequence[str]) -> dict[str, Firing]:
        deadlines.change([(name, None) for name in names])  # the commit's own entry comes first
        fired.set()
        return dict.fromkeys(names, "fired")

    deadlines = make(clock, rules, measures=measures)
    deadlines.load(opened(("a", START)))
    async with running(deadlines):
        await fired.wait()
    assert measures.registry.get_sample_value("wufen_hub_deadline_lateness_seconds_count") == 1
    assert len(deadlines) == 0
