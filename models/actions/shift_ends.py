"""The end that nobody said: a shift that is past its grace ends by itself, once; and places that are kept too long.

A shift's deadline is its own row's ``off_by``. Every worker looks; whoever ends the shift first has ended it, and
the others find nothing to do (decision 0085).
"""

from __future__ import annotations

from typing import Any

import structlog
from sqlalchemy import select

from models.actions.ending import end
from models.actions.incident_change import until_saved
from models.caller import Officer
from models.errors import WufenError
from models.store import Change, Store
from models.tables import officers, shifts

MOST_AT_ONCE = 100

log = structlog.get_logger()


async def end_overdue(store: Store) -> list[str]:
    """Ends what is overdue on the database's clock; returns the ids of the shifts that this call ended.

    Whoever is in panic stays on duty until a commander has cleared it. One that fails does not keep the others.
    """
    query = (
        select(shifts.c.id)
        .where(shifts.c.ended_at.is_(None), shifts.c.off_by <= store.clock.now(), shifts.c.status != "panic")
        .order_by(shifts.c.off_by)
        .limit(MOST_AT_ONCE)
    )
    async with store.database.read() as connection:
        due = list((await connection.execute(query)).scalars())
    return [shift_id for shift_id in due if await _end(store, shift_id)]


async def _end(store: Store, shift_id: str) -> bool:
    async def attempt() -> bool:
        async with store.change() as change:
            change.at = await store.clock.asked(change.connection)
            row = await _overdue(change, shift_id)
            if row is None:
                return False
            returned = await end(change, _officer_of(row), row, "grace")
        log.info("shift_ended_by_itself", shift=shift_id, returned=returned)
        return True

    try:
        return await until_saved(attempt)
    except WufenError as error:
        log.warning("shift_not_ended", shift=shift_id, error=error.code)
        return False


async def _overdue(change: Change, shift_id: str) -> Any:
    """The shift with its officer, if it is still open and its time is really over."""
    query = (
        select(shifts, officers.c.role, officers.c.service_number, officers.c.unit)
        .join(officers, officers.c.id == shifts.c.officer_id)
        .where(shifts.c.id == shift_id, shifts.c.ended_at.is_(None), shifts.c.off_by <= change.at)
    )
    return (await change.connection.execute(query)).first()


def _officer_of(row: Any) -> Officer:
    return Officer(
        id=row.officer_id,
        role=row.role,
        service_number=row.service_number,
        unit=row.unit,
        districts=frozenset({row.district}),
        session_id="",
        audience="",
    )
