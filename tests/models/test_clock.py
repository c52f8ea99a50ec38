"""Whose clock it is: the database's, measured now and then, counted by a clock that nobody sets."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from structlog.testing import capture_logs

from models.clock import DatabaseClock, follow
from models.database import Database
from tests.support.clock import START, FakeClock


class World:
    """A database's clock, a machine's clock, and a steady one, each in the test's hands."""

    def __init__(self) -> None:
        self.database = FakeClock()
        self.machine = FakeClock()
        self.seconds = 0.0
        self.there, self.back = 0.0, 0.0  # how long a question takes, and its answer
        self.away = False
        self.clock = DatabaseClock(self.ask, steady=lambda: self.seconds, machine=self.machine)

    async def ask(self, connection: object = None) -> datetime:
        if self.away:
            raise ConnectionError
        self.pass_(self.there)
        told = self.database.now()
        self.pass_(self.back)
        return told

    def pass_(self, seconds: float) -> None:
        self.seconds += seconds
        self.database.advance(seconds)
        self.machine.advance(seconds)


async def test_before_the_first_measurement_the_machines_clock_serves() -> None:
    world = World()
    assert world.clock.now() == START
    world.pass_(3)
    assert world.clock.now() == START + timedelta(seconds=3)


async def test_between_measurements_it_counts_by_the_steady_clock_whatever_is_set() -> None:
    world = World()
    await world.clock.measure()
    world.machine.advance(3_600)
    world.pass_(4)
    assert world.clock.now() == START + timedelta(seconds=4)


@pytest.mark.parametrize("step", [3_600.0, -3_600.0, 0.2])
async def test_a_step_of_the_databases_clock_is_followed_and_told(step: float) -> None:
    world = World()
    await world.clock.measure()
    world.database.advance(step)
    with capture_logs() as logs:
        assert await world.clock.measure() == timedelta(seconds=step)
    assert world.clock.now() == world.database.now()
    assert logs == [{"event": "clock_stepped", "seconds": step, "log_level": "warning"}]


async def test_drift_is_followed_and_not_told() -> None:
    world = World()
    await world.clock.measure()
    world.database.advance(0.004)
    with capture_logs() as logs:
        await world.clock.measure()
    assert world.clock.now() == world.database.now()
    assert logs == []


async def test_a_slow_answer_moves_nothing() -> None:
    world = World()
    await world.clock.measure()
    world.there = 4.0  # its middle is two seconds before the database looked at its clock
    with capture_logs() as logs:
        assert await world.clock.measure() == timedelta(0)
    assert world.clock.now() == world.database.now()
    assert logs == []


async def test_a_slow_answer_does_not_hide_a_step_that_is_larger_than_its_doubt() -> None:
    world = World()
    await world.clock.measure()
    world.there, world.back = 0.1, 0.1
    world.database.advance(-60)
    assert await world.clock.measure() == timedelta(seconds=-60)
    assert world.clock.now() == world.database.now()


async def test_it_says_how_far_the_machine_is_off() -> None:
    world = World()
    await world.clock.measure()
    world.machine.advance(0.6)
    assert world.clock.distance() == timedelta(seconds=0.6)


async def test_a_database_that_is_away_is_told_once_and_time_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.clock.MEASURE_EVERY_SECONDS", 0)
    world = World()
    await world.clock.measure()
    world.away = True
    asked = 0

    async def ask(connection: object = None) -> datetime:
        nonlocal asked
        asked += 1
        if asked == 5:
            world.away = False
            world.database.advance(60)
        if asked == 7:
            enough.set()
        return await world.ask()

    enough = asyncio.Event()
    clock = DatabaseClock(ask, steady=lambda: world.seconds, machine=world.machine)
    with capture_logs() as logs:
        following = asyncio.ensure_future(follow(clock))
        async with asyncio.timeout(10):
            await enough.wait()
        following.cancel()
        await asyncio.wait([following])
    assert [line["event"] for line in logs] == ["clock_not_measured"]
    assert clock.now() == world.database.now()


async def test_the_database_is_asked_in_the_transaction_that_needs_to_know(database_url: str) -> None:
    database = Database.open(database_url)
    clock = DatabaseClock(database.now)
    async with database.write() as connection:
        first = await clock.asked(connection)
        second = await clock.asked(connection)
    await database.close()
    # Not the instant when the transaction began.
    assert first < second
    assert abs(second - clock.now()) < timedelta(seconds=60)
