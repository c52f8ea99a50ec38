"""The watch over periodic work: as long as one worker lives, what is due once a period is done once."""

from __future__ import annotations

from functools import partial

import structlog

from models.actions.periods import catch_up
from models.store import Store
from workers.looking import keep_looking

LOOK_SECONDS = 30.0

log = structlog.get_logger()


async def watch(store: Store) -> None:
    """Until cancelled. Of several workers, whoever has the period's row first does it."""
    await keep_looking(
        partial(catch_up, store),
        LOOK_SECONDS,
        lambda error: log.warning("periods_not_looked_at", error=error),
    )
