"""Hand-overs of incidents between officers, as both of them see them: by service number, never by name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.units import HAS
from models.clock import iso
from models.store import Store
from models.tables import handovers, incidents, officers, shifts, zones


async def handovers_of(connection: AsyncConnection, officer_id: str) -> list[dict[str, Any]]:
    """The open hand-overs that an officer asked for or is asked about, the oldest first."""
    giver, taker = officers.alias("giver"), officers.alias("taker")
    query = (
        select(
            handovers,
            giver.c.service_number.label("giver"),
            taker.c.service_number.label("taker"),
        )
        .join(incidents, incidents.c.id == handovers.c.incident_id)
        .join(giver, giver.c.id == handovers.c.giver_id)
        .join(taker, taker.c.id == handovers.c.taker_id)
        .where(handovers.c.status == "asked")
        .where(or_(handovers.c.giver_id == officer_id, handovers.c.taker_id == officer_id))
        .where(incidents.c.officer_id == handovers.c.giver_id, incidents.c.status.in_(HAS))
        .order_by(handovers.c.asked_at, handovers.c.id)
    )
    return [
        {
            "id": row.id,
            "incident": row.incident_id,
            "from": row.giver,
            "to": row.taker,
            "mine": row.giver_id == officer_id,
            "note": row.note,
            "asked_at": iso(row.asked_at),
        }
        for row in await connection.execute(query)
    ]


async def colleagues(store: Store, district: str, officer_id: str) -> list[dict[str, Any]]:
    """Who is on duty in the district beside the officer, and so may take over: the latest to sign on first.

    Whoever comes to relieve has just come.
    """
    query = (
        select(officers.c.service_number, officers.c.unit, officers.c.role, shifts.c.status, zones.c.code)
        .join(shifts, shifts.c.officer_id == officers.c.id)
        .outerjoin(zones, zones.c.id == shifts.c.zone_id)
        .where(shifts.c.district == district, shifts.c.ended_at.is_(None), officers.c.active)
        .where(officers.c.id != officer_id, shifts.c.status.not_in(("out_of_service", "panic")))
        .order_by(shifts.c.started_at.desc(), officers.c.service_number)
    )
    async with store.database.read() as connection:
        return [
            {
                "officer": row.service_number,
                "unit": row.unit,
                "role": row.role,
                "status": row.status,
                "zone": row.code,
            }
            for row in await connection.execute(query)
        ]
