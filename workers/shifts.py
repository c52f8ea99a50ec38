"""The watch over shifts: as long as one worker lives, a shift past its grace ends by itself."""

from __future__ import annotations

from functools import partial

import structlog

from models.actions.shift_ends import end_overdue
from models.store import Store
from workers.looking import keep_looking

LOOK_SECONDS = 1.0

log = structlog.get_logger()


async def watch(store: Store) -> None:
    """Until cancelled. Of several workers, whichever ends a shift first has ended it."""
    await keep_looking(
        partial(end_overdue, store),
        LOOK_SECONDS,
        lambda error: log.warning("shifts_not_looked_at", error=error),
    )
