"""What sees to it that due notices get a job: the doorbell at once, and a look at the database every second.

Runs in a thread of the worker process with a loop of its own, beside the RQ worker, which blocks. At most
one job in fifty milliseconds; when Redis is away nothing is lost, since the notices are rows.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading

import structlog
from redis.asyncio import Redis as AsyncRedis
from redis.exceptions import RedisError

from models.actions.notices import anything_due, waiting
from models.clock import DatabaseClock, follow
from models.feed.bell import NOTICES_DUE, SilentBell
from models.metrics import serve_metrics
from models.settings import Settings
from models.store import Store
from workers import measures
from workers.queues import connect, enqueue_drain

SWEEP_SECONDS = 1.0
APART_SECONDS = 0.05
RECONNECT_SECONDS = 0.2

log = structlog.get_logger()


def start(settings: Settings) -> threading.Thread:
    """Starts the sweep; it ends with the process."""
    thread = threading.Thread(target=lambda: asyncio.run(_run(settings)), name="sweep", daemon=True)
    thread.start()
    return thread


async def _run(settings: Settings) -> None:
    store = Store.open(settings, bell=SilentBell())
    wanted = asyncio.Event()
    if settings.process_name:
        await serve_metrics(measures.REGISTRY, settings.run_dir / f"{settings.process_name}.sock")
    async with asyncio.TaskGroup() as group:
        if isinstance(store.clock, DatabaseClock) and not store.database.is_sqlite:
            group.create_task(follow(store.clock))
        group.create_task(_listen(settings, wanted))
        group.create_task(_look(store, wanted))
        group.create_task(_enqueue(settings, wanted))


async def _listen(settings: Settings, wanted: asyncio.Event) -> None:
    while True:
        with contextlib.suppress(RedisError, OSError):
            connection: AsyncRedis = AsyncRedis.from_url(settings.redis_url, socket_timeout=None)
            async with connection, connection.pubsub() as heard:
                await heard.subscribe(NOTICES_DUE)
                async for message in heard.listen():
                    if message["type"] == "message":
                        wanted.set()
        await asyncio.sleep(RECONNECT_SECONDS)


async def _look(store: Store, wanted: asyncio.Event) -> None:
    while True:
        try:
            if await anything_due(store):
                wanted.set()
            measures.waiting.set(await waiting(store))
        except Exception as error:  # the database is away: look again in a second
            log.warning("sweep_failed", error=type(error).__name__)
        await asyncio.sleep(SWEEP_SECONDS)


async def _enqueue(settings: Settings, wanted: asyncio.Event) -> None:
    connection = connect(settings.redis_url)
    while True:
        await wanted.wait()
        wanted.clear()
        try:
            await asyncio.to_thread(enqueue_drain, connection)
        except (RedisError, OSError) as error:
            log.warning("job_not_enqueued", error=type(error).__name__)
        await asyncio.sleep(APART_SECONDS)
