"""The daily clearing away, as long as one worker lives; what came of it is told in the log and in the figures."""

from __future__ import annotations

from functools import partial

import structlog

from models.actions.clearing import clear_away, state
from models.store import Store
from workers import measures
from workers.looking import keep_looking

LOOK_SECONDS = 60.0

log = structlog.get_logger()


async def watch(store: Store) -> None:
    """Until cancelled. Of several workers one has a turn; all of them tell what came of it."""
    await keep_looking(
        partial(_look, store), LOOK_SECONDS, lambda error: log.warning("not_cleared_away", error=error)
    )


async def _look(store: Store) -> None:
    # Nothing is removed by what is shipped while a city has its own word on it, maybe a longer one.
    if store.configuration.is_known:
        await clear_away(store)
    for one in await state(store):
        measures.cleared.labels(one.what).set(one.removed_in_all)
        if one.done_at is not None:
            measures.cleared_at.labels(one.what).set(one.done_at.timestamp())
