"""What an officer's own page begins with: the shift, what he has, and what he is asked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.actions.offers import OPEN, offer_view
from models.caller import Officer
from models.clock import iso, iso_or_none
from models.feed.append import epoch_of
from models.incident.incident import from_row
from models.incident.views import district_view
from models.store import Store
from models.tables import incidents, offers, officers, shifts


async def duty_of(store: Store, officer: Officer) -> dict[str, Any]:
    """The open shift, the incidents he has, his open offers, and where ``officer:<id>`` stands; one snapshot."""
    async with store.database.read() as connection:
        shift = (
            await connection.execute(
                select(shifts).where(shifts.c.officer_id == officer.id, shifts.c.ended_at.is_(None))
            )
        ).first()
        held = await connection.execute(
            select(incidents)
            .where(incidents.c.officer_id == officer.id, incidents.c.status != "closed")
            .order_by(incidents.c.respond_by)
        )
        mine = [district_view(from_row(row), store.texts.call(row["district"])) for row in held.mappings()]
        asked = await connection.execute(
            select(offers)
            .where(offers.c.officer_id == officer.id, offers.c.status.in_(OPEN))
            .order_by(offers.c.ack_by)
        )
        open_offers = [
            {"incident": row.incident_id, **offer_view(row.id, row.status, row.ack_by)} for row in asked
        ]
        head = await connection.execute(select(officers.c.feed_offset).where(officers.c.id == officer.id))
        offset, epoch = head.scalar_one(), await epoch_of(connection)
    position = None
    if shift is not None and shift.lat is not None:
        position = {
            "lat": shift.lat,
            "lng": shift.lng,
            "accuracy_m": shift.accuracy_m,
            "crs": "wgs84",
            "at": iso_or_none(shift.position_at),
        }
    return {
        "on_duty": shift is not None,
        "district": None if shift is None else shift.district,
        "since": None if shift is None else iso(shift.started_at),
        "position": position,
        "incidents": mine,
        "offers": open_offers,
        "offset": offset,
        "epoch": epoch,
    }
