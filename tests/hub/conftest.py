"""A hub on real sockets with a real database and Redis, and a writer beside it that changes incidents."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from redis.asyncio import Redis

from hub.assembly import Hub
from hub.server import running
from models.clock import Clock, SystemClock, iso
from models.feed.append import Pending
from models.feed.bell import DOORBELL
from models.feed.channels import control, publication
from models.feed.entries import Entry, to_bell
from models.ids import RandomIds
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from models.tables import CONTROL
from models.tokens import connection_token
from tests.support.blocking import no_blocking_calls
from tests.support.city import YUCHENG, found_city
from tests.support.hub_client import HubClient
from tests.support.recording import RecordingBell


@pytest.fixture
def clock() -> SystemClock:
    """Hubs and writers of these tests are real, and so is their time."""
    return SystemClock()


@pytest.fixture
def settings(database_url: str, redis_url: str, tmp_path: Path) -> Settings:
    environ = {
        **os.environ,
        "WUFEN_HOME": str(tmp_path / "home"),
        "WUFEN_DATABASE_URL": database_url,
        "WUFEN_REDIS_URL": redis_url,
        "WUFEN_LIMITS": "off",
    }
    return replace(with_secrets(Settings.from_env(environ)), hub_port=0)


@dataclass
class Writer:
    """Changes the log, and rings the doorbell when and as the test says."""

    store: Store
    bell: RecordingBell
    redis: Redis

    async def happen(
        self, district: str = YUCHENG, count: int = 1, size: int = 0, age: timedelta = timedelta(0)
    ) -> list[Entry]:
        """Commits events that nobody is told of; they happened ``age`` ago."""
        at = self.store.clock.now() - age
        async with self.store.change() as change:
            for _ in range(count):
                data = publication("requested", {"id": self.store.ids.new(), "pad": "x" * size}, iso(at))
                change.pending.append(Pending(district, "requested", at, data, "system"))
        return self.rung()

    async def order(self, event: str, subject: str, district: str | None = None) -> list[Entry]:
        """Commits an entry of the control sequence that nobody is told of."""
        at = self.store.clock.now()
        async with self.store.change() as change:
            data = control(event, subject, iso(at), district)
            change.pending.append(Pending(CONTROL, event, at, data, "system"))
        return self.rung()

    def rung(self) -> list[Entry]:
        """What would have been announced since the last time."""
        entries, self.bell.entries = self.bell.entries, []
        return entries

    async def ring(self, *entries: Entry) -> None:
        """The doorbell, by hand."""
        await self.redis.publish(DOORBELL, to_bell(entries))


@pytest.fixture
async def writer(settings: Settings, clock: Clock) -> AsyncIterator[Writer]:
    bell = RecordingBell()
    store = Store.open(settings, bell=bell, clock=clock, ids=RandomIds())
    await found_city(store)
    async with Redis.from_url(settings.redis_url) as redis:
        yield Writer(store, bell, redis)
    await store.close()


StartHub = Callable[[], AbstractAsyncContextManager[tuple[Hub, str]]]


@pytest.fixture
def start_hub(settings: Settings, writer: Writer, clock: Clock) -> StartHub:
    """Starts a hub of one's own; gives its parts, and the address for clients."""

    @asynccontextmanager
    async def start() -> AsyncIterator[tuple[Hub, str]]:
        async with running(settings, clock) as (hub, port):
            yield hub, f"ws://127.0.0.1:{port}/connection/websocket"

    return start


@dataclass
class Running:
    """A hub that runs."""

    hub: Hub
    url: str
    settings: Settings
    clock: Clock

    def client(self) -> HubClient:
        return HubClient(self.url)

    def token(
        self, subject: str, *channels: str, age: float = 0, seconds: int = 600, session: str = "", **more: Any
    ) -> str:
        """A connection token that was issued ``age`` seconds ago."""
        issued_at = self.clock.now() - timedelta(seconds=age)
        secret = self.settings.hub_token_secret
        return connection_token(secret, subject, channels, issued_at, seconds, session=session, **more)

    def minted(self, **claims: object) -> str:
        """A token as any other library would make it: ten minutes, and what the test says."""
        now = int(self.clock.now().timestamp())
        return jwt.encode({"exp": now + 600, **claims}, self.settings.hub_token_secret, "HS256")

    @asynccontextmanager
    async def watching(
        self, channel: str, subject: str = "wall:1", age: float = 2
    ) -> AsyncIterator[HubClient]:
        """A client that is subscribed to one channel."""
        async with self.client() as client:
            await client.connect(self.token(subject, channel, age=age))
            await client.subscribe(channel)
            yield client


@pytest.fixture
async def hub(start_hub: StartHub, settings: Settings, clock: Clock) -> AsyncIterator[Running]:
    # PostgreSQL's driver looks for password files whenever it connects.
    guard = no_blocking_calls() if settings.database_url.startswith("sqlite") else nullcontext()
    with guard:
        async with start_hub() as (hub, url):
            yield Running(hub, url, settings, clock)


@pytest.fixture
async def hub_beside_web(start_hub: StartHub, settings: Settings, clock: Clock) -> AsyncIterator[Running]:
    """Without the guard against blocking calls: the web beside it, in the same loop, may make some."""
    async with start_hub() as (hub, url):
        yield Running(hub, url, settings, clock)
