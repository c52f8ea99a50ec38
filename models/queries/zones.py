"""Zones of a district, and the shifts for which an officer stands in a published roster."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.clock import iso
from models.store import Store
from models.tables import roster_places, roster_shifts, rosters, zones

MOST_NEXT = 14  # of an officer's own shifts


def zone_view(row: Any) -> dict[str, Any]:
    """A zone as it is shown; ``polygon`` a ring of [lng, lat] in WGS-84, or null."""
    return {
        "id": row.id,
        "code": row.code,
        "name": row.name,
        "name_en": row.name_en,
        "polygon": None if row.polygon is None else msgspec.json.decode(row.polygon),
        "active": bool(row.active),
    }


async def zones_of(store: Store, district: str) -> list[dict[str, Any]]:
    """All zones of a district by code, those given up last."""
    query = select(zones).where(zones.c.district == district).order_by(zones.c.active.desc(), zones.c.code)
    async with store.database.read() as connection:
        return [zone_view(row) for row in await connection.execute(query)]


async def next_shifts(connection: AsyncConnection, officer_id: str, now: datetime) -> list[dict[str, Any]]:
    """The officer's own shifts that are not over, of published rosters, the earliest first, at most 14."""
    query = (
        select(
            roster_shifts,
            roster_places.c.role,
            zones.c.code,
            zones.c.name.label("zone_name"),
            zones.c.name_en.label("zone_name_en"),
        )
        .join(rosters, rosters.c.id == roster_shifts.c.roster_id)
        .join(roster_places, roster_places.c.roster_shift_id == roster_shifts.c.id)
        .outerjoin(zones, zones.c.id == roster_shifts.c.zone_id)
        .where(roster_places.c.officer_id == officer_id, rosters.c.published_at.is_not(None))
        .where(roster_shifts.c.ends_at > now)
        .order_by(roster_shifts.c.starts_at)
        .limit(MOST_NEXT)
    )
    return [
        {
            "id": row.id,
            "district": row.district,
            "name": row.name,
            "role": row.role,
            "starts_at": iso(row.starts_at),
            "ends_at": iso(row.ends_at),
            "zone": row.code,
            "zone_name": row.zone_name,
            "zone_name_en": row.zone_name_en,
        }
        for row in await connection.execute(query)
    ]
