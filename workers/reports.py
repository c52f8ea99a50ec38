"""The watch over citizens' reports: who was asked for more and sent nothing in time lets it lapse; and of

one that no officer has looked at in time that is noted.
"""

from __future__ import annotations

import structlog

from models.actions.report_ends import lapse, note_overdue
from models.store import Store
from workers.looking import keep_looking

LOOK_SECONDS = 30.0

log = structlog.get_logger()


async def watch(store: Store) -> None:
    """Until cancelled. Of several workers, whichever ends a report first has ended it."""

    async def look() -> None:
        await lapse(store)
        await note_overdue(store)

    await keep_looking(
        look,
        LOOK_SECONDS,
        lambda error: log.warning("reports_not_looked_at", error=error),
    )
