"""Deadlines outlive everything: hubs that are killed or frozen, a database that is away. Late, never lost, once each.

With real hub processes and a response time of seconds.
"""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from models.feed.bell import DOORBELL
from models.migrate import upgrade
from models.tasks import Tasks
from tests.hub.cities import PATIENCE_SECONDS, city_of
from tests.support.postgres_server import PostgresServer, running_postgres
from tests.support.waiting import until_async

pytestmark = pytest.mark.slow
AWAY = timedelta(seconds=10)


@asynccontextmanager
async def first_hand_over(redis: Redis) -> AsyncIterator[asyncio.Future[None]]:
    """Done as soon as the doorbell tells of a hand-over."""
    first = asyncio.get_running_loop().create_future()

    async def listen() -> None:
        async for message in doorbell.listen():
            if message["type"] == "message" and b"handed_over" in message["data"] and not first.done():
                first.set_result(None)

    async with redis.pubsub() as doorbell, Tasks() as tasks:
        await doorbell.subscribe(DOORBELL)
        tasks.start(listen(), "listening")
        yield first


async def test_a_hub_that_was_suspended_fires_late_and_once(environment: dict[str, str]) -> None:
    async with city_of(environment, 4) as city:
        hub = await city.start_hub("hub.1")
        ids = await city.ask(3)
        await city.known_to("hub.1")
        hub.send_signal(signal.SIGSTOP)
        await city.time_is_over()
        assert not await city.counts("handed_over")
        hub.send_signal(signal.SIGCONT)
        await city.handed_over(ids)
        await city.nothing_is_open()


async def test_another_hub_fires_what_a_frozen_one_would_have(environment: dict[str, str]) -> None:
    async with city_of(environment, 4) as city:
        frozen = await city.start_hub("hub.1")
        await city.start_hub("hub.2")
        ids = await city.ask(6)
        for name in city.hubs:
            await city.known_to(name)
        frozen.send_signal(signal.SIGSTOP)
        await city.handed_over(ids)
        # The frozen one wakes up, finds that all is done, and does nothing twice.
        frozen.send_signal(signal.SIGCONT)
        await city.until_figure("hub.1", "wufen_hub_due_deadlines", lambda value: value == 0)
        await city.handed_over(ids)


async def test_a_hub_that_is_killed_while_it_fires_loses_nothing(environment: dict[str, str]) -> None:
    async with city_of(environment, 3) as city:
        killed = await city.start_hub("hub.1")
        await city.start_hub("hub.2")
        async with first_hand_over(city.redis) as first:
            ids = await city.ask(60)
            await asyncio.wait_for(first, PATIENCE_SECONDS)
            killed.send_signal(signal.SIGKILL)
        await city.handed_over(ids)
        await city.nothing_is_open()


async def test_the_only_hub_is_killed_and_the_next_one_finds_what_fell_due_meanwhile(
    environment: dict[str, str],
) -> None:
    async with city_of(environment, 4) as city:
        killed = await city.start_hub("hub.1")
        async with first_hand_over(city.redis) as first:
            ids = await city.ask(40)
            await asyncio.wait_for(first, PATIENCE_SECONDS)
            killed.send_signal(signal.SIGKILL)
            await asyncio.to_thread(killed.wait)
        await city.time_is_over()
        await city.start_hub("hub.2")
        await city.handed_over(ids)
        await city.nothing_is_open()


async def test_a_database_file_that_somebody_has_locked_delays_and_loses_nothing(
    environment: dict[str, str],
) -> None:
    async with city_of(environment, 4) as city:
        await city.start_hub("hub.1")
        ids = await city.ask(3)
        await city.known_to("hub.1")
        path = environment["WUFEN_DATABASE_URL"].removeprefix("sqlite:///")
        with sqlite3.connect(path, isolation_level=None, timeout=10) as shell:
            shell.execute("BEGIN IMMEDIATE")
            await city.until_figure(
                "hub.1", 'wufen_hub_firings_total{outcome="failed"}', lambda value: value > 0
            )
            shell.execute("ROLLBACK")
        shell.close()
        await city.handed_over(ids)
        await city.nothing_is_open()


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        yield server


@pytest.mark.postgresql
async def test_a_database_that_was_away_for_ten_seconds_delays_and_loses_nothing(
    environment: dict[str, str], own_postgres: PostgresServer
) -> None:
    url = await asyncio.to_thread(own_postgres.create, "away")
    await asyncio.to_thread(upgrade, url)
    async with city_of(environment | {"WUFEN_DATABASE_URL": url}, 4) as city:
        for name in ("hub.1", "hub.2"):
            await city.start_hub(name)
        ids = await city.ask(6)
        for name in city.hubs:
            await city.known_to(name)
        await asyncio.to_thread(own_postgres.stop)
        back_at = city.store.clock.now() + AWAY
        for name in city.hubs:
            await city.until_figure(
                name, 'wufen_hub_firings_total{outcome="failed"}', lambda value: value > 6
            )

        async def long_enough() -> bool:
            return city.store.clock.now() >= back_at

        await until_async(long_enough, "ten seconds to be over", PATIENCE_SECONDS)
        await asyncio.to_thread(own_postgres.start)
        await city.handed_over(ids)
        await city.nothing_is_open()
