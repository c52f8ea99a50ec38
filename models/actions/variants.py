"""Under which variants an incident is: written with it, so that the groups can be compared later.

Only what is on trial somewhere is written; everything else follows from the versions of the flags and the instant.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.incident_change import IncidentChange
from models.tables import incident_variants, ownerships


async def note(new: IncidentChange) -> None:
    """Has the variants of a new incident written with it."""
    flags, incident = new.change.store.flags, new.now
    if not flags.trials:
        return
    units = {"vehicle": incident.vehicle_id}
    if any(flags.unit(key) == "owner" for key in flags.trials) and incident.vehicle_id:
        units["owner"] = await owner_of(new.change.connection, incident.vehicle_id)
    for key, variant in flags.variants(incident.district, units=units).items():
        new.add(incident_variants, {"incident_id": incident.id, "flag": key, "variant": variant})


async def owner_of(connection: AsyncConnection, vehicle_id: str) -> str | None:
    """The vehicle's present owner."""
    query = select(ownerships.c.owner_id).where(
        ownerships.c.vehicle_id == vehicle_id, ownerships.c.ended_at.is_(None)
    )
    owner: str | None = (await connection.execute(query)).scalar_one_or_none()
    return owner
