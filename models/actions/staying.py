"""Staying longer: an officer who is still needed puts off the end that would come by itself."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from models.actions import audit
from models.actions.idempotency import Keeping
from models.caller import Officer
from models.errors import Conflict, NotOnDuty
from models.store import Store
from models.tables import shifts

LEAST_MINUTES, MOST_MINUTES = 15, 240
LONGEST = timedelta(hours=24)  # from signing on, however often one stays


async def stay(store: Store, officer: Officer, minutes: int, *, then: Keeping[None] | None = None) -> None:
    """Puts the end of the officer's shift off by ``minutes``, counted from its end or, if that is past, from now.

    The record keeps it. Raises NotOnDuty, Conflict (``shift_too_long``) beyond 24 hours after signing on.
    """
    async with store.change() as change:
        query = (
            select(shifts)
            .where(shifts.c.officer_id == officer.id, shifts.c.ended_at.is_(None))
            .with_for_update()
        )
        shift = (await change.connection.execute(query)).first()
        if shift is None:
            raise NotOnDuty
        off_by = max(shift.off_by or change.at, change.at) + timedelta(minutes=minutes)
        if off_by > shift.started_at + LONGEST:
            raise Conflict(why="shift_too_long", limit=24)
        await change.connection.execute(
            update(shifts).where(shifts.c.id == shift.id, shifts.c.ended_at.is_(None)).values(off_by=off_by)
        )
        await audit.record(change, officer, "stay_on_duty", f"shift:{shift.id}", reason=f"{minutes} min")
        if then is not None:
            await then(change, None)
