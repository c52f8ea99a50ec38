"""Looking at the guards of running rollouts, and rolling back what crossed one.

Every worker calls it again and again; of one rollout one of them looks at a time, whichever comes first. So it
happens as long as anybody lives, with nobody in charge. A rollout that was ended meanwhile is left alone.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import update

from models.actions.rollouts import roll_back
from models.caller import System
from models.errors import Conflict
from models.flags.guards import crossed
from models.flags.rollout import Rollout
from models.flags.steps import Crossed
from models.queries.rollouts import compared, under_way
from models.store import Store
from models.tables import rollouts

APART = timedelta(seconds=10)  # between two looks at one rollout

log = structlog.get_logger()


async def look_at_guards(store: Store) -> list[str]:
    """Looks at every rollout whose turn it is; returns the ids of those that were rolled back."""
    found = []
    for rollout in await under_way(store):
        if await _is_ours(store, rollout) and await _look(store, rollout):
            found.append(rollout.id)
    return found


async def _is_ours(store: Store, rollout: Rollout) -> bool:
    """Takes the turn, by compare-and-set."""
    async with store.database.write() as connection:
        now = store.clock.now()
        taken = await connection.execute(
            update(rollouts)
            .where(
                rollouts.c.id == rollout.id,
                rollouts.c.status == "running",
                rollouts.c.checked_at <= now - APART,
            )
            .values(checked_at=now)
        )
    return taken.rowcount == 1


async def _look(store: Store, rollout: Rollout) -> bool:
    seen = await compared(store, rollout)
    check = crossed(rollout.guards, seen.pilot, seen.control)
    if check is None:
        return False
    log.warning("guard_crossed", rollout=rollout.id, flag=rollout.flag, figure=check.figure)
    found = Crossed(check, seen.pilot[check.figure], seen.control[check.figure])
    try:
        await roll_back(store, rollout.id, System(), f"guard:{check.figure}", crossed=found)
    except Conflict:  # somebody was faster
        return False
    return True
