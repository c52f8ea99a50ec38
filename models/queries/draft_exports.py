"""Before and after an export for the official register: how many drafts it does not know, and which exports there were.

Counts only: no plate is read here. Leaves to others: exporting, and having one again (``actions.draft_export``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select

from models.actions.draft_export import Source, check_period
from models.caller import Officer
from models.clock import iso
from models.incident.views import View
from models.store import Store

SHOWN = 20  # exports, the newest first


async def exports(
    store: Store, source: Source, officer: Officer, district: str, since: datetime, until: datetime
) -> View:
    """``drafts`` that an export of the period would tell the register, ``withdrawn`` of which it takes back; and the

    district's newest ``exports``: ``id``, ``at``, how many each told last of. Raises Forbidden, InvalidField.
    """
    check_period(officer, district, since, until)
    table = source.table
    taken_back = func.coalesce(func.sum(case((source.taken_back, 1), else_=0)), 0)
    waiting = select(func.count().label("n"), taken_back.label("withdrawn")).where(
        source.within(district, since, until)
    )
    taken = (
        select(table.c.export_id, func.max(table.c.exported_at, type_=table.c.exported_at.type).label("at"))
        .add_columns(func.count().label("n"))
        .where(table.c.district == district, table.c.export_id.is_not(None))
        .group_by(table.c.export_id)
        .order_by(func.max(table.c.exported_at).desc())
        .limit(SHOWN)
    )
    async with store.database.read() as connection:
        counted = (await connection.execute(waiting)).one()
        rows = (await connection.execute(taken)).all()
    return {
        "drafts": int(counted.n) - int(counted.withdrawn),
        "withdrawn": int(counted.withdrawn),
        "exports": [_taken(row) for row in rows],
    }


def _taken(row: Any) -> View:
    return {"id": row.export_id, "at": iso(row.at), "drafts": row.n}
