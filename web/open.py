"""Opens what a web process works with, and closes it: the database, the bell, the clock, the metrics' socket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis
from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError

from models.clock import DatabaseClock, follow
from models.configuration import CONFIGURED
from models.feed.bell import RedisBell
from models.listening import listen
from models.metrics import serve_metrics
from models.queries.vehicle_shares import VehicleShares
from models.settings import Settings, SettingsError
from models.store import Store
from models.tables import officers
from models.tasks import Tasks
from web.assets import Assets
from web.limits import LookUps
from web.passwords import gate
from web.signing import Signer
from web.site import Site

LOOK_UPS_A_MINUTE = 120
PICTURES_A_MINUTE = 600
SHORT_CODES_A_MINUTE = 20  # of one address: 28,800 a day, of a hundred million
PHOTOS_AT_ONCE = 2
UPLOADS_AT_ONCE = 16  # of at most ten megabytes each
APPENDING_AT_ONCE = 200  # of which each holds a quarter of a megabyte

log = structlog.get_logger()


@asynccontextmanager
async def open_site(settings: Settings, registry: CollectorRegistry) -> AsyncIterator[Site]:
    """Everything for one process; background tasks run until the end of the block."""
    async with AsyncExitStack() as stack:
        redis: Redis = Redis.from_url(settings.redis_url, socket_connect_timeout=1)
        stack.push_async_callback(redis.aclose)
        bell = RedisBell(redis)
        store = Store.open(settings, bell=bell)
        stack.push_async_callback(store.close)
        await _refuse_samples_in_production(store)
        tasks = await stack.enter_async_context(Tasks())
        tasks.start(bell.serve(), "bell")
        clock = store.clock
        assert isinstance(clock, DatabaseClock)
        tasks.start(follow(clock), "clock")
        hearing: Redis = Redis.from_url(settings.redis_url, socket_timeout=None, socket_connect_timeout=1)
        stack.push_async_callback(hearing.aclose)
        configuration = store.configuration
        # Nobody shall be decided about by what is shipped while a city has its own rules. A database that is away
        # now leaves us alive and not ready, until following has read them.
        with contextlib.suppress(SQLAlchemyError, OSError, TimeoutError):
            await configuration.refresh()
        tasks.start(configuration.follow(), "configuration")
        tasks.start(listen(hearing, {CONFIGURED: configuration.hear}, configuration.look), "doorbell")
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
        assets=Assets.read(),
        signer=Signer(settings.secret_key),
        look_ups=LookUps(LOOK_UPS_A_MINUTE),
        short_codes=LookUps(SHORT_CODES_A_MINUTE),
        shown=LookUps(PICTURES_A_MINUTE),
        verify=gate(),
        drawing=asyncio.Semaphore(PHOTOS_AT_ONCE),
        uploads=asyncio.Semaphore(UPLOADS_AT_ONCE),
        appending=asyncio.Semaphore(APPENDING_AT_ONCE),
        registry=registry,
        shares=VehicleShares(store),
        redis=redis,
        clock=clock,
    )


async def _refuse_samples_in_production(store: Store) -> None:
    """Raises SettingsError: whoever has read the sample city's passwords would be a commander."""
    if not store.settings.production:
        return
    async with store.database.read() as connection:
        if (await connection.execute(select(exists().where(officers.c.sample)))).scalar_one():
            raise SettingsError("WUFEN_PRODUCTION", "the database holds the sample city's accounts")
