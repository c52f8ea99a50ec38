"""The daily anchor of the record, and its file, as long as one worker lives."""

from __future__ import annotations

from functools import partial

import structlog

from models.actions.anchoring import FOLDER, anchor_day, export
from models.store import Store
from workers.looking import keep_looking

LOOK_SECONDS = 60.0

log = structlog.get_logger()


async def watch(store: Store) -> None:
    """Until cancelled. Of several workers the first one makes the day's anchor; each writes files where it runs."""
    await keep_looking(
        partial(look, store), LOOK_SECONDS, lambda error: log.warning("not_anchored", error=error)
    )


async def look(store: Store) -> None:
    """Makes the anchor of the day if there is none, and the files that are missing."""
    keys = store.settings.anchor_keys
    number = await anchor_day(store.database, keys, store.clock.now())
    if number is not None:
        log.info("anchored", number=number)
    await export(store.database, keys, store.settings.home / FOLDER)
