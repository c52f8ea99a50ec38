"""Deadlines wake in order, fire once each, and outlive a database that is away."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from hub.deadlines import Deadlines, Schedule
from models.clock import SystemClock
from tests.support.clock import START, FakeClock


def test_what_is_due_comes_in_order_and_only_once() -> None:
    schedule = Schedule()
    schedule.load([("b", START + timedelta(seconds=2)), ("a", START + timedelta(seconds=1))])
    assert schedule.set("c", START + timedelta(seconds=3)) is False
    assert schedule.take_due(START, 10) == []
    taken = schedule.take_due(START + timedelta(seconds=2), 10)
    assert [name for name, _ in taken] == ["a", "b"]
    assert schedule.take_due(START + timedelta(seconds=2), 10) == []
    assert len(schedule) == 1


def test_a_cancelled_deadline_never_comes() -> None:
    schedule = Schedule()
    schedule.load([("a", START)])
    schedule.set("a", None)
    assert schedule.earliest() is None
    assert schedule.take_due(START + timedelta(days=1), 10) == []


def test_a_deadline_that_was_moved_comes_at_its_new_time_alone() -> None:
    schedule = Schedule()
    schedule.load([("a", START + timedelta(seconds=1))])
    schedule.set("a", START + timedelta(seconds=5))
    assert schedule.take_due(START + timedelta(seconds=4), 10) == []
    assert [name for name, _ in schedule.take_due(START + timedelta(seconds=5), 10)] == ["a"]


def test_a_new_earliest_deadline_says_so() -> None:
    schedule = Schedule()
    schedule.load([("late", START + timedelta(seconds=60))])
    assert schedule.set("soon", START + timedelta(seconds=1)) is True


async def test_late_deadlines_fire_at_once_and_each_one_once() -> None:
    fired: list[str] = []
    done = asyncio.Event()

    async def fire(name: str) -> str:
        fired.append(name)
        if len(fired) == 3:
            done.set()
        return "fired"

    deadlines = Deadlines(FakeClock(), fire, lambda name: 0)
    deadlines.load([(name, START - timedelta(seconds=9)) for name in ("a", "b", "c")])
    running = asyncio.ensure_future(deadlines.run())
    async with asyncio.timeout(5):
        await done.wait()
    running.cancel()
    assert sorted(fired) == ["a", "b", "c"]


async def test_a_database_that_is_away_loses_no_deadline() -> None:
    tries: list[str] = []
    done = asyncio.Event()

    async def fire(name: str) -> str:
        tries.append(name)
        if len(tries) < 3:
            raise ConnectionError
        done.set()
        return "fired"

    clock = SystemClock()
    deadlines = Deadlines(clock, fire, lambda name: 0)
    deadlines.load([("a", clock.now())])
    running = asyncio.ensure_future(deadlines.run())
    async with asyncio.timeout(10):
        await done.wait()
    running.cancel()
    assert tries == ["a", "a", "a"]


async def test_the_second_hub_in_rank_waits_for_the_first_a_moment() -> None:
    clock = FakeClock()
    told: list[str] = []

    async def fire(name: str) -> str:
        told.append(name)
        return "settled"

    second = Deadlines(clock, fire, lambda name: 1)
    second.follow([("a", START)])
    assert second._schedule.earliest() == START + timedelta(milliseconds=20)
    assert told == []
