"""Deadlines outlive everything: hubs that are killed or frozen, a database that is away. Late, never lost, once each.

With real hub processes and a response time of seconds; nothing here waits for a duration to be over.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from redis.asyncio import Redis
from sqlalchemy import select

from models.actions.requests import request_move
from models.clock import SystemClock
from models.feed.bell import DOORBELL, RedisBell
from models.migrate import upgrade
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from models.tables import deadlines, events, incidents
from models.tasks import Tasks
from tests.support.city import found_city
from tests.support.parked import park
from tests.support.ports import free_port
from tests.support.postgres_server import PostgresServer, running_postgres
from tests.support.waiting import until_async

pytestmark = pytest.mark.slow
_ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 40


@dataclass
class City:
    """A store to ask with, and the hubs that are to fire."""

    environ: dict[str, str]
    store: Store
    redis: Redis
    stack: ExitStack
    hubs: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    async def start_hub(self, name: str) -> subprocess.Popen[bytes]:
        """A hub process with a port of its own; returns when it serves."""
        environ = self.environ | {"WUFEN_PROCESS": name, "WUFEN_HUB_PORT": str(free_port())}
        hub = self.stack.enter_context(_process(environ))
        self.hubs[name] = hub
        port = environ["WUFEN_HUB_PORT"]
        await until_async(lambda: _answers(port), f"{name} to be ready", PATIENCE_SECONDS)
        return hub

    async def ask(self, count: int) -> list[str]:
        """So many cars are asked for at once; the ids of the incidents."""
        asked = await asyncio.gather(
            *(request_move(self.store, request) for request in await park(self.store, count))
        )
        return [one.view["id"] for one in asked]

    async def known_to(self, name: str) -> None:
        """Until a hub holds open deadlines."""
        await self.until_figure(name, "wufen_hub_open_deadlines", lambda value: value > 0)

    async def until_figure(self, name: str, figure: str, right: Callable[[float], bool]) -> None:
        """Until one of a hub's figures is as it should be."""

        async def is_right() -> bool:
            return right(await asyncio.to_thread(self.figure, name, figure))

        await until_async(is_right, f"{figure} of {name}", PATIENCE_SECONDS)

    def figure(self, name: str, figure: str) -> float:
        """Read from the hub's own socket, as its sisters do."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(self.store.settings.run_dir / f"{name}.sock"))
            whole = b""
            while chunk := connection.recv(65_536):
                whole += chunk
        found = re.search(rf"^{re.escape(figure)} (\S+)$", whole.decode(), flags=re.MULTILINE)
        return float(found[1]) if found else 0.0

    async def handed_over(self, ids: list[str]) -> None:
        """Until each of these incidents is handed over; and then, that each was so once, with one breach."""

        async def all_of_them() -> bool:
            counts = await self._counts("handed_over")
            return all(counts[incident_id] for incident_id in ids)

        await until_async(all_of_them, "every hand-over", PATIENCE_SECONDS)
        for name in ("breached", "handed_over"):
            counts = await self._counts(name)
            assert {incident_id: counts[incident_id] for incident_id in ids} == dict.fromkeys(ids, 1)

    async def _counts(self, name: str) -> Counter[str]:
        async with self.store.database.read() as connection:
            query = select(events.c.incident_id).where(events.c.name == name)
            return Counter((await connection.execute(query)).scalars())

    async def time_is_over(self) -> None:
        """Until the response time of every incident has passed, by the clock."""
        async with self.store.database.read() as connection:
            last: datetime = max((await connection.execute(select(incidents.c.respond_by))).scalars())

        async def passed() -> bool:
            return self.store.clock.now() > last

        await until_async(passed, "the response time to be over", PATIENCE_SECONDS)

    async def nothing_is_open(self, kind: str = "respond") -> None:
        """No deadline of a kind waits any more."""

        async def none_is() -> bool:
            async with self.store.database.read() as connection:
                query = select(deadlines.c.id).where(deadlines.c.kind == kind, deadlines.c.status == "open")
                return (await connection.execute(query)).first() is None

        await until_async(none_is, "all deadlines to be settled", PATIENCE_SECONDS)


@contextmanager
def _process(environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-m", "hub"], cwd=_ROOT, env=environ) as hub:
        try:
            yield hub
        finally:
            hub.kill()  # even one that is stopped


async def _answers(port: str) -> bool:
    def ask() -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as response:
                return bool(response.status == 200)
        except (URLError, OSError):
            return False

    return await asyncio.to_thread(ask)


@asynccontextmanager
async def city_of(environment: dict[str, str], respond_seconds: int) -> AsyncIterator[City]:
    own = environment | {"WUFEN_RESPOND_SECONDS": str(respond_seconds), "WUFEN_LIMITS": "off"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WUFEN_")}
    settings = with_secrets(
        Settings.from_env({name: value for name, value in own.items() if name.startswith("WUFEN_")})
    )
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    async with Redis.from_url(settings.redis_url) as redis, Tasks() as tasks:
        bell = RedisBell(redis)
        tasks.start(bell.serve(), "bell")
        store = Store.open(settings, bell=bell, clock=SystemClock())
        await found_city(store)
        with ExitStack() as stack:
            yield City(kept | own, store, redis, stack)
        await store.close()


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
        assert not await city._counts("handed_over")
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
async def test_a_database_that_was_stopped_and_started_delays_and_loses_nothing(
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
        for name in city.hubs:
            await city.until_figure(
                name, 'wufen_hub_firings_total{outcome="failed"}', lambda value: value > 6
            )
        await asyncio.to_thread(own_postgres.start)
        await city.handed_over(ids)
        await city.nothing_is_open()
