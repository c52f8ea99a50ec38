"""What sees to it that due notices get a job: the doorbell at once, and a look at the database every second.

Runs at the worker's desk, beside the RQ worker, which blocks. At most one job in fifty milliseconds; when Redis
is away nothing is lost, since the notices are rows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from redis import Redis as SyncRedis
from redis.asyncio import Redis
from redis.exceptions import RedisError

from models.actions.notices import anything_due, waiting
from models.configuration import CONFIGURED
from models.feed.bell import NOTICES_DUE
from models.listening import listen
from models.metrics import serve_metrics
from models.settings import Settings
from models.store import Store
from workers import (
    anchoring,
    clearing,
    examiner,
    exporting,
    filing,
    guards,
    keys,
    measures,
    reports,
    schedule,
    shifts,
    unbinding,
)
from workers.queues import connect, enqueue_drain

SWEEP_SECONDS = 1.0
APART_SECONDS = 0.05

log = structlog.get_logger()


async def sweep(store: Store) -> None:
    """Until cancelled."""
    settings, wanted = store.settings, asyncio.Event()
    if settings.process_name:
        await serve_metrics(measures.REGISTRY, settings.run_dir / f"{settings.process_name}.sock")
    async with (
        Redis.from_url(settings.redis_url, socket_timeout=None, socket_connect_timeout=2) as hearing,
        asyncio.TaskGroup() as group,
    ):
        heard = {NOTICES_DUE: lambda _: wanted.set(), CONFIGURED: store.configuration.hear}
        group.create_task(listen(hearing, heard, wanted.set))
        group.create_task(_look(store, wanted))
        group.create_task(keep_enqueuing(settings, wanted, enqueue_drain))
        group.create_task(store.configuration.follow())
        group.create_task(guards.watch(store))
        group.create_task(shifts.watch(store))
        group.create_task(reports.watch(store))
        group.create_task(clearing.watch(store))
        group.create_task(anchoring.watch(store))
        group.create_task(keys.watch(store))
        group.create_task(examiner.watch(store))
        group.create_task(filing.watch(store))
        group.create_task(unbinding.watch(store))
        group.create_task(schedule.watch(store))
        group.create_task(exporting.watch(store))


async def _look(store: Store, wanted: asyncio.Event) -> None:
    while True:
        try:
            if await anything_due(store):
                wanted.set()
            measures.waiting.set(await waiting(store))
        except Exception as error:  # the database is away: look again in a second
            log.warning("sweep_failed", error=type(error).__name__)
        await asyncio.sleep(SWEEP_SECONDS)


async def keep_enqueuing(
    settings: Settings, wanted: asyncio.Event, enqueue: Callable[[SyncRedis], object]
) -> None:
    """A job each time it is ``wanted``, until cancelled."""
    connection = connect(settings.redis_url)
    while True:
        await wanted.wait()
        wanted.clear()
        try:
            await asyncio.to_thread(enqueue, connection)
        except (RedisError, OSError) as error:
            log.warning("job_not_enqueued", error=type(error).__name__)
        await asyncio.sleep(APART_SECONDS)
