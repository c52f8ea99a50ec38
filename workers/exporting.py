"""Bulk exports get written: the job that writes one file, and the watch that asks for it as long as one waits.

One job, one file: a notice that comes meanwhile has its turn after it, also where one worker does everything.
"""

from __future__ import annotations

import asyncio
from functools import partial

import structlog
from redis import Redis

from models.actions import bulk_writing
from models.store import Store
from workers import measures
from workers.desk import at_the_desk
from workers.looking import keep_looking
from workers.queues import connect, enqueue_export

LOOK_SECONDS = 1.0
CLEAR_SECONDS = 600.0

log = structlog.get_logger()


def write_next() -> bool:
    """Writes one file; whether there was one to write. What RQ calls."""
    return at_the_desk(bulk_writing.write_next)


async def watch(store: Store) -> None:
    """Until cancelled. A job too many finds nothing to do."""
    connection = connect(store.settings.redis_url)
    async with asyncio.TaskGroup() as group:
        group.create_task(
            keep_looking(
                partial(_look, store, connection),
                LOOK_SECONDS,
                lambda error: log.warning("exports_not_looked_for", error=type(error).__name__),
            )
        )
        group.create_task(
            keep_looking(
                partial(bulk_writing.clear, store),
                CLEAR_SECONDS,
                lambda error: log.warning("exports_not_cleared", error=type(error).__name__),
            )
        )


async def _look(store: Store, connection: Redis) -> None:
    waiting = await bulk_writing.under_way(store)
    measures.unwritten.set(waiting)
    # Mostly none waits, and one question a second is enough to know it.
    if waiting and await bulk_writing.anything_due(store):
        await asyncio.to_thread(enqueue_export, connection)
