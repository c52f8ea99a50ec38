"""In which zone of its district something lies: asked once, when it is filed or comes to another district."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.duty.zones import Zone, zone_of
from models.facts import padded
from models.geography import Location
from models.prepared import Prepared, keys
from models.store import Change
from models.tables import zones

_BORDERS = Prepared(
    select(zones.c.district, zones.c.code, zones.c.name, zones.c.name_en, zones.c.polygon)
    .where(zones.c.district.in_(keys()), zones.c.active, zones.c.polygon.is_not(None))
    .order_by(zones.c.code)
)


async def zones_by_district(connection: AsyncConnection, codes: Sequence[str]) -> dict[str, list[Zone]]:
    """A fact: the zones with a border of each district, by their codes."""
    found: dict[str, list[Zone]] = {}
    for row in await _BORDERS.rows(connection, padded(codes)):
        found.setdefault(row.district, []).append(Zone(row.code, row.name, row.name_en, row.polygon))
    return found


async def zone_at(change: Change, district: str, place: Location | None) -> Zone | None:
    """The zone of ``district`` in which a place lies; None where no zone's border says so."""
    if place is None:
        return None
    return zone_of(await change.fact(zones_by_district, district) or [], place)


def columns_of(zone: Zone | None) -> dict[str, Any]:
    """What an incident keeps of its zone."""
    if zone is None:
        return {"zone": None, "zone_name": None, "zone_name_en": None}
    return {"zone": zone.code, "zone_name": zone.name, "zone_name_en": zone.name_en}
