"""What has to be known to judge a request to move a car, read for many requests at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.facts import padded
from models.incident.incident import Incident, from_row
from models.prepared import Prepared, keys
from models.tables import districts, incidents, stickers, vehicles

_STICKERS = Prepared(
    select(stickers, vehicles.c.plate, districts.c.respond_seconds)
    .join(districts, districts.c.code == stickers.c.district)
    .outerjoin(vehicles, vehicles.c.id == stickers.c.vehicle_id)
    .where(stickers.c.code.in_(keys()))
    .order_by(stickers.c.code)
    .with_for_update(of=stickers)
)
_OPEN = Prepared(
    select(incidents)
    .where(incidents.c.vehicle_id.in_(keys()), incidents.c.kind == "move_car", incidents.c.status != "closed")
    .order_by(incidents.c.id)
    .with_for_update()
)
_RESPOND = Prepared(select(districts.c.code, districts.c.respond_seconds).where(districts.c.code.in_(keys())))


async def stickers_by_code(connection: AsyncConnection, codes: Sequence[str]) -> dict[str, Any]:
    """Stickers with the ``plate`` of their car (None while there is none) and their district's ``respond_seconds``.

    Scanners of one sticker queue on its row, so that the second finds the first one's incident.
    """
    return {row.code: row for row in await _STICKERS.rows(connection, padded(codes))}


async def open_by_vehicle(connection: AsyncConnection, vehicle_ids: Sequence[str]) -> dict[str, Incident]:
    """The open request of each car, its row locked. One car has at most one."""
    rows = await _OPEN.rows(connection, padded(vehicle_ids))
    return {row.vehicle_id: from_row(row._asdict()) for row in rows}


async def respond_seconds_by_district(
    connection: AsyncConnection, codes: Sequence[str]
) -> dict[str, int | None]:
    """The district's own response time, None where it has none."""
    return {row.code: row.respond_seconds for row in await _RESPOND.rows(connection, padded(codes))}
