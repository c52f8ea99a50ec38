"""What an officer's own page begins with: the shift, what he has, and what he is asked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import consents
from models.actions.offers import OPEN, view_of
from models.caller import Officer
from models.clock import iso, iso_or_none
from models.feed.append import epoch_of
from models.incident.incident import from_row
from models.incident.panic import from_row as panic_of
from models.incident.panic import panic_view
from models.incident.views import district_view
from models.queries.handovers import handovers_of
from models.queries.zones import next_shifts, zone_view
from models.store import Store
from models.tables import incidents, offers, officers, panics, roster_shifts, shifts, zones


async def _duty(store: Store, connection: AsyncConnection, officer: Officer, shift: Any) -> dict[str, Any]:
    """What his phone shows of the shift and the next one, and where he stands with his position."""
    district = min(officer.districts, default="") if shift is None else shift.district
    zone = planned = None
    if shift is not None and shift.zone_id is not None:
        found = select(zones).where(zones.c.id == shift.zone_id)
        zone = zone_view((await connection.execute(found)).one())
    if shift is not None and shift.roster_shift_id is not None:
        found = select(roster_shifts).where(roster_shifts.c.id == shift.roster_shift_id)
        planned = (await connection.execute(found)).first()
    return {
        "status": "off_duty" if shift is None else shift.status,
        "status_at": None if shift is None else iso_or_none(shift.status_at),
        "zone": zone,
        "vehicle": None if shift is None else shift.vehicle,
        "planned": planned is not None,
        "ends_at": None if planned is None else iso(planned.ends_at),
        "off_by": None if shift is None else iso_or_none(shift.off_by),
        "consent": await consents.view(store, connection, officer.id, district),
        "next": await next_shifts(connection, officer.id, store.clock.now()),
        "handovers": await handovers_of(connection, officer.id),
    }


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
        open_offers = [{"incident": row["incident_id"], **view_of(row)} for row in asked.mappings()]
        alarm = await own_panic(connection, officer.id)
        duty = await _duty(store, connection, officer, shift)
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
        **duty,
        "incidents": mine,
        "offers": open_offers,
        "panic": alarm,
        "offset": offset,
        "epoch": epoch,
    }


async def own_panic(connection: AsyncConnection, officer_id: str) -> dict[str, Any] | None:
    """The officer's own alarm, as long as no commander has cleared it."""
    query = select(panics).where(panics.c.officer_id == officer_id, panics.c.status != "cleared")
    row = (await connection.execute(query)).mappings().first()
    return None if row is None else panic_view(panic_of(row))
