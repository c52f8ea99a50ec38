"""Changes of keys, as long as one worker lives: the new one is put to use, what older ones sealed is made anew."""

from __future__ import annotations

import asyncio
from functools import partial

import structlog

from models.actions.resealing import remove_leftovers, reseal_some
from models.actions.rotating import promote_due
from models.store import Store
from workers import measures
from workers.looking import keep_looking

LOOK_SECONDS = 5.0
APART_SECONDS = 0.05  # between two batches: others write meanwhile

log = structlog.get_logger()


async def watch(store: Store) -> None:
    """Until cancelled. Several workers may: of each batch one has written something."""
    await keep_looking(
        partial(_look, store), LOOK_SECONDS, lambda error: log.warning("keys_not_changed", error=error)
    )


async def _look(store: Store) -> None:
    for name in await promote_due(store):
        log.info("key_in_use", key=name)
    done = 0
    while (changed := await reseal_some(store)) is not None:
        done += changed
        measures.resealed.inc(changed)
        await asyncio.sleep(APART_SECONDS)
    if done:
        log.info("sealed_anew", rows=done)
    await remove_leftovers(store)
