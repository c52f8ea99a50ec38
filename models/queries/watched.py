"""What an incident's vehicle is looked out for: while it is open as the lists say now, afterwards as it was met."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.watch_hits import flags_by_plate, in_force, indexes_of
from models.incident.incident import Incident
from models.incident.views import View
from models.store import Store
from models.tables import vehicles, watch_hits


async def watched(store: Store, connection: AsyncConnection, incident: Incident) -> list[View]:
    """The gravest first: ``kind``, ``date`` that goes with it, and as which ``plate_class`` the list has the number."""
    if incident.status == "closed":
        query = select(watch_hits).where(watch_hits.c.incident_id == incident.id).order_by(watch_hits.c.kind)
        rows = (await connection.execute(query)).all()
        return [_view(row.kind, row.plate_class, row.dated) for row in rows]
    query = select(vehicles.c.plate).where(vehicles.c.id == incident.vehicle_id)
    number = (await connection.execute(query)).scalar_one_or_none()
    if number is None:
        return []
    found = await flags_by_plate(connection, sorted(indexes_of(store, number)))
    there = in_force(store, number, incident.district, store.clock.now(), found)
    return [_view(one.kind, one.plate_class, one.dated) for one in there]


def _view(kind: str, plate_class: str, dated: str | None) -> View:
    return {"kind": kind, "plate_class": plate_class, "date": dated}
