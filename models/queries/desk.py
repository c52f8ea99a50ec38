"""What a commander's desk shows beside the board: who was asked and what became of it, who is there, what may be one,

and the alarms about vehicles that were raised before the page was opened.

The three facts of an offer (received, seen, accepted) are the phones' own words and no events of the log, so they are
read here; what is said meanwhile is told in the channel ``offers:<district>``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.clock import iso, iso_or_none
from models.incident.duplicates import suggested
from models.incident.incident import from_row
from models.queries.board import on_duty
from models.store import Store
from models.tables import districts, incidents, offers, officers, watch_hits
from models.watching.names import GRAVE

MOST_INCIDENTS = 500  # open ones whose offers are read, the most urgent first
MOST_OFFERS = 5_000
MOST_WATCHED = 50


async def desk(store: Store, district: str) -> dict[str, Any]:
    """The offers of the open incidents by incident, who is on duty, suggested duplicates, stolen cars and cloned plates

    at open incidents, and the other districts of the city. Read in one snapshot.
    """
    async with store.database.read() as connection:
        query = (
            select(incidents)
            .where(incidents.c.district == district, incidents.c.status != "closed")
            .order_by(incidents.c.respond_by, incidents.c.id)
            .limit(MOST_INCIDENTS)
        )
        open_ones = [from_row(row) for row in (await connection.execute(query)).mappings()]
        return {
            "district": district,
            "at": iso(store.clock.now()),
            "offers": await offers_of(connection, [one.id for one in open_ones]),
            "on_duty": await on_duty(connection, district),
            "duplicates": [
                {
                    "duplicate": one.duplicate,
                    "into": one.into,
                    "metres": one.metres,
                    "seconds_apart": one.seconds_apart,
                    "same_plate": one.same_plate,
                }
                for one in suggested(open_ones)
            ],
            "watched": await _watched(connection, district),
            "neighbours": await _neighbours(connection, district),
        }


async def _watched(connection: AsyncConnection, district: str) -> list[dict[str, Any]]:
    """What the own channels of its police and commanders told of incidents that are open, the newest first.

    As ``watch_hits`` tells it: the plate masked, and no kind that harms nobody now.
    """
    query = (
        select(watch_hits, incidents.c.plate_masked)
        .join(incidents, incidents.c.id == watch_hits.c.incident_id)
        .where(incidents.c.district == district, incidents.c.status != "closed")
        .where(watch_hits.c.kind.in_(sorted(GRAVE)))
        .order_by(watch_hits.c.at.desc(), watch_hits.c.kind, watch_hits.c.plate_class)
        .limit(MOST_WATCHED)
    )
    found: dict[tuple[str, datetime], dict[str, Any]] = {}
    for row in await connection.execute(query):
        alarm = found.setdefault(
            (row.incident_id, row.at),
            {
                "incident": row.incident_id,
                "district": district,
                "plate": row.plate_masked,
                "kinds": [],
                "plate_classes": [],
                "at": iso(row.at),
            },
        )
        for name, value in (("kinds", row.kind), ("plate_classes", row.plate_class)):
            alarm[name] = sorted({*alarm[name], value})
    return list(found.values())


async def offers_of(connection: AsyncConnection, incident_ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Everybody who was asked about these incidents, by incident, in the order of asking."""
    if not incident_ids:
        return {}
    query = (
        select(offers, officers.c.service_number, officers.c.unit)
        .join(officers, officers.c.id == offers.c.officer_id)
        .where(offers.c.incident_id.in_(incident_ids))
        .order_by(offers.c.offered_at, offers.c.id)
        .limit(MOST_OFFERS)
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.incident_id, []).append(_offer(row))
    return found


def _offer(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "officer": row.service_number,
        "unit": row.unit,
        "kind": row.kind,
        "status": row.status,
        "why": None if row.why is None else msgspec.json.decode(row.why),
        "offered_at": iso(row.offered_at),
        "ack_by": iso(row.ack_by),
        "received_at": iso_or_none(row.received_at),
        "seen_at": iso_or_none(row.seen_at),
        "accepted_at": iso_or_none(row.decided_at if row.status == "accepted" else None),
        "decided_at": iso_or_none(row.decided_at),
        "reason": row.reason,
    }


async def _neighbours(connection: AsyncConnection, district: str) -> list[dict[str, Any]]:
    """The other districts of the same city: where an incident can be given."""
    city = select(districts.c.city_code).where(districts.c.code == district).scalar_subquery()
    query = (
        select(districts.c.code, districts.c.name, districts.c.name_en)
        .where(districts.c.city_code == city, districts.c.code != district)
        .order_by(districts.c.code)
    )
    return [
        {"code": row.code, "name": row.name, "name_en": row.name_en}
        for row in await connection.execute(query)
    ]
