"""What sees to it that photos get read: the doorbell at once, a look at the database every second, and the word that

somebody reads. Runs at the reader's desk, beside the RQ worker, which blocks.
"""

from __future__ import annotations

import asyncio
from functools import partial

import structlog
from redis.asyncio import Redis

from models import readers
from models.actions import readings
from models.listening import listen
from models.metrics import serve_metrics
from models.store import Store
from workers import measures
from workers.looking import keep_looking
from workers.queues import enqueue_reading
from workers.sweep import SWEEP_SECONDS, keep_enqueuing

ERASE_SECONDS = 60.0

log = structlog.get_logger()


async def sweep(store: Store) -> None:
    """Until cancelled."""
    settings, wanted = store.settings, asyncio.Event()
    if settings.process_name:
        await serve_metrics(measures.REGISTRY, settings.run_dir / f"{settings.process_name}.sock")
    async with (
        Redis.from_url(settings.redis_url, socket_timeout=None, socket_connect_timeout=2) as hearing,
        Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2) as saying,
        asyncio.TaskGroup() as group,
    ):
        heard = {readers.READINGS_DUE: lambda _: wanted.set()}
        group.create_task(listen(hearing, heard, wanted.set))
        group.create_task(keep_enqueuing(settings, wanted, enqueue_reading))
        group.create_task(
            keep_looking(
                partial(readers.announce, saying),
                readers.AGAIN_SECONDS,
                lambda error: log.warning("reader_not_announced", error=error),
            )
        )
        group.create_task(
            keep_looking(
                partial(_look, store, wanted),
                SWEEP_SECONDS,
                lambda error: log.warning("photos_not_looked_for", error=error),
            )
        )
        group.create_task(
            keep_looking(
                partial(readings.erase_old, store),
                ERASE_SECONDS,
                lambda error: log.warning("candidates_not_erased", error=error),
            )
        )


async def _look(store: Store, wanted: asyncio.Event) -> None:
    if await readings.anything_due(store):
        wanted.set()
    measures.unread.set(await readings.waiting(store))
