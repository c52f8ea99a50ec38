"""The watch over shifts: as long as one worker lives, a shift past its grace ends by itself."""

from __future__ import annotations

import asyncio

import structlog

from models.actions.shift_ends import end_overdue
from models.store import Store

LOOK_SECONDS = 1.0

log = structlog.get_logger()


async def watch(store: Store) -> None:
    """Looks until cancelled. Several workers may: whichever ends a shift first has ended it."""
    failing = False
    while True:
        try:
            await end_overdue(store)
            failing = False
        except Exception as error:  # the database is away: look again
            if not failing:
                log.warning("shifts_not_looked_at", error=type(error).__name__)
            failing = True
        await asyncio.sleep(LOOK_SECONDS)
