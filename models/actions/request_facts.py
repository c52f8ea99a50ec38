"""What has to be known to judge a request to move a car, read for many requests at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.facts import padded
from models.incident.incident import Incident, from_row
from models.tables import districts, incidents, stickers, vehicles


async def stickers_by_code(connection: AsyncConnection, codes: Sequence[str]) -> dict[str, Any]:
    """Stickers with the ``plate`` of their car (None while there is none).

    Scanners of one sticker queue on its row, so that the second finds the first one's incident.
    """
    query = (
        select(stickers, vehicles.c.plate)
        .outerjoin(vehicles, vehicles.c.id == stickers.c.vehicle_id)
        .where(stickers.c.code.in_(padded(codes)))
        .order_by(stickers.c.code)
        .with_for_update(of=stickers)
    )
    return {row.code: row for row in await connection.execute(query)}


async def open_by_vehicle(connection: AsyncConnection, vehicle_ids: Sequence[str]) -> dict[str, Incident]:
    """The open request of each car, its row locked. One car has at most one."""
    query = (
        select(incidents)
        .where(
            incidents.c.vehicle_id.in_(padded(vehicle_ids)),
            incidents.c.kind == "move_car",
            incidents.c.status != "closed",
        )
        .order_by(incidents.c.id)
        .with_for_update()
    )
    rows = (await connection.execute(query)).mappings()
    return {row["vehicle_id"]: from_row(row) for row in rows}


async def respond_seconds_by_district(
    connection: AsyncConnection, codes: Sequence[str]
) -> dict[str, int | None]:
    """The district's own response time, None where it has none."""
    query = select(districts.c.code, districts.c.respond_seconds).where(districts.c.code.in_(padded(codes)))
    return {row.code: row.respond_seconds for row in await connection.execute(query)}
