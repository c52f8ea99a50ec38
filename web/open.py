"""Opens what a web process works with, and closes it: the database, the bell, the clock, the metrics' socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from sqlalchemy.exc import SQLAlchemyError

from models.actions import idempotency, lockouts, sessions
from models.clock import DatabaseClock
from models.database import Database
from models.feed.bell import RedisBell
from models.geography import Boundaries
from models.ids import RandomIds
from models.metrics import serve_metrics
from models.privacy import Vault
from models.rules import Rules
from models.settings import Settings
from models.store import Store
from models.tasks import Tasks
from web.assets import Assets
from web.limits import LookUps
from web.passwords import gate
from web.sentences import Sentences
from web.signing import Signer
from web.site import Site

LOOK_UPS_A_MINUTE = 120
PHOTOS_AT_ONCE = 2
CLOCK_SECONDS = 5.0  # between two looks at the database's clock
TIDY_SECONDS = 3600.0  # between two removals of what is no longer needed
STEP_SECONDS = 0.5  # by so much the clock may have to be moved before it is worth a line

log = structlog.get_logger()


@asynccontextmanager
async def open_site(settings: Settings, registry: CollectorRegistry) -> AsyncIterator[Site]:
    """Everything for one process; background tasks run until the end of the block."""
    async with AsyncExitStack() as stack:
        database = Database.open(settings.database_url)
        stack.push_async_callback(database.close)
        redis: Redis = Redis.from_url(settings.redis_url, socket_connect_timeout=1)
        stack.push_async_callback(redis.aclose)
        bell = RedisBell(redis)
        clock = DatabaseClock(database.now)
        store = _store(settings, database, bell, clock)
        tasks = await stack.enter_async_context(Tasks())
        tasks.start(bell.serve(), "bell")
        tasks.start(_follow_clock(clock), "clock")
        tasks.start(_tidy(store), "tidy")
        if settings.process_name:
            socket = settings.run_dir / f"{settings.process_name}.sock"
            served = await serve_metrics(registry, socket)
            stack.push_async_callback(served.close)
        yield make_site(settings, store, registry, redis=redis, clock=clock)


def make_site(
    settings: Settings,
    store: Store,
    registry: CollectorRegistry,
    *,
    redis: Redis | None = None,
    clock: DatabaseClock | None = None,
) -> Site:
    """The site of a store that is open."""
    return Site(
        settings=settings,
        store=store,
        sentences=Sentences.read(),
        assets=Assets.read(),
        signer=Signer(settings.secret_key),
        look_ups=LookUps(LOOK_UPS_A_MINUTE),
        verify=gate(),
        drawing=asyncio.Semaphore(PHOTOS_AT_ONCE),
        registry=registry,
        redis=redis,
        clock=clock,
    )


def _store(settings: Settings, database: Database, bell: RedisBell, clock: DatabaseClock) -> Store:
    return Store(
        database=database,
        clock=clock,
        ids=RandomIds(),
        vault=Vault(settings.field_keys, settings.index_key),
        rules=Rules.load(settings.respond_seconds),
        settings=settings,
        bell=bell,
        boundaries=Boundaries.load(settings.boundaries),
    )


async def _follow_clock(clock: DatabaseClock) -> None:
    while True:
        try:
            moved = await clock.measure()
            if abs(moved.total_seconds()) > STEP_SECONDS:
                log.warning("clock_stepped", seconds=round(moved.total_seconds(), 3))
        except (SQLAlchemyError, OSError) as error:
            log.warning("database_away", error=type(error).__name__)
        await asyncio.sleep(CLOCK_SECONDS)


async def _tidy(store: Store) -> None:
    while True:
        await asyncio.sleep(TIDY_SECONDS)
        try:
            for forget in (idempotency.forget_old, lockouts.forget_old, sessions.forget_old):
                await forget(store)
        except (SQLAlchemyError, OSError) as error:
            log.warning("database_away", error=type(error).__name__)
