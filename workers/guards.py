"""The watch over rollouts: as long as one worker lives, a pilot that crosses a guard is rolled back."""

from __future__ import annotations

import asyncio

import structlog

from models.actions.guarding import look_at_guards
from models.store import Store

LOOK_SECONDS = 5.0

log = structlog.get_logger()


async def watch(store: Store) -> None:
    """Looks until cancelled. Of several workers one looks at a rollout at a time."""
    failing = False
    while True:
        try:
            await look_at_guards(store)
            failing = False
        except Exception as error:  # the database is away: look again
            if not failing:
                log.warning("guards_not_read", error=type(error).__name__)
            failing = True
        await asyncio.sleep(LOOK_SECONDS)
