"""Numbers that stood for requester and owner lead nowhere as soon as their incident is over.

Runs at the worker's desk, beside its jobs.
"""

from __future__ import annotations

from functools import partial

import structlog

from models.actions.private_calls import end_due
from models.store import Store
from workers.looking import keep_looking

LOOK_SECONDS = 5.0

log = structlog.get_logger()


async def watch(store: Store) -> None:
    """Until cancelled."""
    await keep_looking(
        partial(end_due, store), LOOK_SECONDS, lambda error: log.warning("numbers_not_looked_at", error=error)
    )
