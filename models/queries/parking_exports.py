"""Before and after an export for the official register: how many drafts it does not know, and which exports there were.

Counts only: no plate is read here. Leaves to others: exporting, and having one again (``actions.parking_export``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select

from models.actions.parking_export import check_period, untold
from models.caller import Officer
from models.clock import iso
from models.incident.views import View
from models.store import Store
from models.tables import parking_records

SHOWN = 20  # exports, the newest first


async def exports(store: Store, officer: Officer, district: str, since: datetime, until: datetime) -> View:
    """``drafts`` that an export of the period would tell the register, ``withdrawn`` of which it takes back; and the

    district's newest exports, each with how many it told last of. Raises Forbidden, InvalidField.
    """
    check_period(officer, district, since, until)
    taken_back = func.coalesce(func.sum(case((parking_records.c.state == "withdrawn", 1), else_=0)), 0)
    waiting = select(func.count().label("n"), taken_back.label("withdrawn")).where(
        untold(district, since, until)
    )
    taken = (
        select(parking_records.c.export_id, func.max(parking_records.c.exported_at).label("at"))
        .add_columns(func.count().label("n"))
        .where(parking_records.c.district == district, parking_records.c.export_id.is_not(None))
        .group_by(parking_records.c.export_id)
        .order_by(func.max(parking_records.c.exported_at).desc())
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
    return {"id": row.export_id, "at": iso(row.at), "drafts": row.n, **addresses(row.export_id)}


def addresses(export_id: str) -> dict[str, str]:
    """Where an export is had again."""
    path = f"/api/v1/parking-exports/{export_id}/drafts"
    return {"csv": f"{path}.csv", "json": f"{path}.json"}
