"""The watch over rollouts: as long as one worker lives, a pilot that crosses a guard is rolled back."""

from __future__ import annotations

from functools import partial

import structlog

from models.actions.guarding import look_at_guards
from models.store import Store
from workers.looking import keep_looking

LOOK_SECONDS = 5.0

log = structlog.get_logger()


async def watch(store: Store) -> None:
    """Until cancelled. Of several workers one looks at a rollout at a time."""
    await keep_looking(
        partial(look_at_guards, store),
        LOOK_SECONDS,
        lambda error: log.warning("guards_not_read", error=error),
    )
