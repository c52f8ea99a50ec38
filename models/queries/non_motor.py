"""What has no motor and was recorded in a district, the newest first, by what it looks like."""

from __future__ import annotations

from sqlalchemy import select

from models.clock import iso
from models.incident.views import View
from models.store import Store
from models.tables import non_motor, vehicles

SHOWN = 50
LONGEST_TEXT = 40  # characters


async def recorded(store: Store, district: str, *, text: str = "", kind: str = "") -> list[View]:
    """``text`` stands in the description or the colour. At most ``SHOWN``."""
    query = (
        select(non_motor, vehicles.c.plate, vehicles.c.plate_class)
        .join(vehicles, vehicles.c.id == non_motor.c.vehicle_id)
        .where(non_motor.c.district == district)
        .order_by(non_motor.c.recorded_at.desc(), non_motor.c.vehicle_id)
        .limit(SHOWN)
    )
    if kind:
        query = query.where(non_motor.c.kind == kind)
    if text := text.strip()[:LONGEST_TEXT]:
        like = non_motor.c.description.contains(text, autoescape=True)
        query = query.where(like | non_motor.c.colour.contains(text, autoescape=True))
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).all()
    return [
        {
            "vehicle": row.vehicle_id,
            "number": row.plate,
            "plate_class": row.plate_class,
            "kind": row.kind,
            "colour": row.colour,
            "description": row.description,
            "frame_known": row.frame_index is not None,
            "recorded_at": iso(row.recorded_at),
        }
        for row in rows
    ]
