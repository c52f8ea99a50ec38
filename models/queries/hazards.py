"""Hazards as they are looked at: what is open near a place, and what a district has to see to.

What is told to the public is what the street shows; the words of reporters are never among it.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import agencies as bodies
from models.actions import deciding
from models.clock import iso, iso_or_none
from models.errors import NotFound
from models.geography import Location, distance_m
from models.incident.incident import Incident, from_row
from models.incident.kinds import REASONS
from models.incident.views import View, location_view
from models.store import Store
from models.tables import agencies, agency_filings, districts, hazards, incidents

MOST_NEAR = 6  # that somebody on a phone compares with what he sees
AROUND_M, MOST_AROUND = 500, 40  # what a small map around a place shows, of any category
MOST_COMPARED = 500  # open ones in the box around a place
MOST_LISTED = 500
CLOSED_SHOWN = timedelta(days=14)
_METRES_A_DEGREE = 111_320


async def near(
    store: Store, reason: str, location: Location, district: str | None
) -> tuple[list[View], list[View]]:
    """Open hazards of this category as near as the table says is the same one, and those of any category around.

    The nearest first. ``district``: in whose table; None where no district is known.
    """
    if district is None or reason not in REASONS["hazard"]:
        return [], []
    now = store.clock.now()
    given = deciding.facts(store, district, "hazard", reason, now)
    within = deciding.ask(store, "hazards", district, now, given).result["join_within_m"]
    found = await _open_around(store, location, max(within, AROUND_M))
    same = [_near_view(one, metres) for metres, one in found if one.reason == reason and metres <= within]
    around = [_near_view(one, metres) for metres, one in found if metres <= AROUND_M]
    return same[:MOST_NEAR], around[:MOST_AROUND]


async def _open_around(store: Store, location: Location, within: int) -> list[tuple[int, Incident]]:
    """In metres, the nearest first."""
    lat_off = within / _METRES_A_DEGREE
    lng_off = lat_off / max(0.01, math.cos(math.radians(location.lat)))
    query = (
        select(incidents)
        .where(
            incidents.c.kind == "hazard",
            incidents.c.status != "closed",
            incidents.c.lat.between(location.lat - lat_off, location.lat + lat_off),
            incidents.c.lng.between(location.lng - lng_off, location.lng + lng_off),
        )
        .limit(MOST_COMPARED)
    )
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).mappings().all()
    found = [(distance_m(location, _place(one)), one) for one in map(from_row, rows)]
    return [(round(metres), one) for metres, one in sorted(found, key=lambda pair: (pair[0], pair[1].id))]


def _place(incident: Incident) -> Location:
    return Location(lat=incident.lat or 0.0, lng=incident.lng or 0.0)


def _near_view(incident: Incident, metres: int) -> View:
    return {
        "id": incident.id,
        "reason": incident.reason,
        "status": incident.status,
        "place": incident.place,
        "lat": incident.lat,
        "lng": incident.lng,
        "metres": metres,
        "requested_at": iso(incident.requested_at),
        "promised_by": iso_or_none(incident.promised_by),
        "followers": incident.requesters,
    }


async def of_district(
    store: Store, district: str, *, agency: str | None = None, since: datetime | None = None
) -> dict[str, Any]:
    """Open hazards of a district, what is overdue first, then those closed of late; and its agencies.

    ``agency``: only what this one (by its code) has. ``since``: closed ones from then on instead of a fortnight's.
    Raises NotFound.
    """
    now = store.clock.now()
    recent = incidents.c.closed_at >= (since or now - CLOSED_SHOWN)
    query = (
        listing()
        .where(incidents.c.district == district, or_(incidents.c.status != "closed", recent))
        .order_by(incidents.c.status == "closed", incidents.c.respond_by, incidents.c.id)
        .limit(MOST_LISTED)
    )
    if agency is not None:
        query = query.where(agencies.c.code == agency)
    async with store.database.read() as connection:
        known = select(districts.c.code).where(districts.c.code == district)
        if (await connection.execute(known)).first() is None:
            raise NotFound(field="district")
        rows = (await connection.execute(query)).mappings().all()
        there = await bodies.in_district(connection, district)
    return {
        "now": iso(now),
        "hazards": [hazard_view(row, now) for row in rows],
        "agencies": [agency_view(one) for one in there],
    }


def listing() -> Any:
    """Hazards with who has them and what became of their filing, as ``hazard_view`` wants a row."""
    return (
        select(
            incidents,
            hazards.c.body,
            hazards.c.reopen_until,
            hazards.c.source,
            agencies.c.code.label("agency"),
            agency_filings.c.status.label("filing"),
            agency_filings.c.service_request_id,
        )
        .join(hazards, hazards.c.incident_id == incidents.c.id)
        .outerjoin(agencies, agencies.c.id == hazards.c.agency_id)
        .outerjoin(
            agency_filings,
            and_(
                agency_filings.c.incident_id == incidents.c.id,
                agency_filings.c.agency_id == hazards.c.agency_id,
            ),
        )
    )


def hazard_view(row: Any, now: datetime) -> View:
    """One hazard as the staff's list, and what is exported to an agency, have it."""
    incident = from_row(row)
    return {
        "id": incident.id,
        "reason": incident.reason,
        "status": incident.status,
        "outcome": incident.outcome,
        "place": incident.place,
        "location": location_view(incident),
        "body": row["body"],
        "agency": row["agency"],
        "filing": row["filing"],
        "number": row["service_request_id"],
        "source": row["source"],
        "followers": incident.requesters,
        "photos": incident.photos,
        "officer": incident.officer_number,
        "requested_at": iso(incident.requested_at),
        "respond_by": iso(incident.respond_by),
        "noted_at": iso_or_none(incident.answered_at),
        "promised_by": iso_or_none(incident.promised_by),
        "mended_at": iso_or_none(incident.moved_at),
        "closed_at": iso_or_none(incident.closed_at),
        "reopen_until": iso_or_none(row["reopen_until"]),
        "overdue": incident.status != "closed" and incident.respond_by <= now,
    }


def agency_view(row: Any) -> View:
    """An agency as the staff of its districts know it, without contact and key."""
    return {
        "id": row.id,
        "code": row.code,
        "body": row.body,
        "district": row.district,
        "name": row.name,
        "name_en": row.name_en,
        "channel": row.channel,
        "has_contact": row.contact_sealed is not None,
        "has_key": row.key_sealed is not None,
    }


async def facts(connection: AsyncConnection, incident_id: str) -> View:
    """Which body has it to mend, and until when followers may say that it is still there (closed ones only)."""
    query = (
        select(hazards.c.body, hazards.c.reopen_until, agencies.c.name, agencies.c.name_en)
        .outerjoin(agencies, agencies.c.id == hazards.c.agency_id)
        .where(hazards.c.incident_id == incident_id)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return {"body": "traffic_police", "agency": None, "agency_en": None, "reopen_until": None}
    return {
        "body": row.body,
        "agency": row.name,
        "agency_en": row.name_en,
        "reopen_until": iso_or_none(row.reopen_until),
    }
