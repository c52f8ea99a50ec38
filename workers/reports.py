"""The watch over citizens' reports: one whose reporter was asked for more and sent nothing in time lapses by itself."""

from __future__ import annotations

from functools import partial

import structlog

from models.actions.report_ends import lapse
from models.store import Store
from workers.looking import keep_looking

LOOK_SECONDS = 30.0

log = structlog.get_logger()


async def watch(store: Store) -> None:
    """Until cancelled. Of several workers, whichever ends a report first has ended it."""
    await keep_looking(
        partial(lapse, store),
        LOOK_SECONDS,
        lambda error: log.warning("reports_not_looked_at", error=error),
    )
