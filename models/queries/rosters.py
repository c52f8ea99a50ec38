"""A week's roster of a district: its shifts, who stands in them, who has signed on, and who came unplanned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.clock import iso, iso_or_none
from models.duty.rosters import bounds, readiness
from models.queries.zones import zone_view
from models.store import Store
from models.tables import (
    officer_districts,
    officers,
    roster_places,
    roster_shifts,
    rosters,
    shift_templates,
    shifts,
    zones,
)

MOST_UNPLANNED = 200  # sign-ons of a week outside the roster, the newest first


async def roster(store: Store, district: str, week: date) -> dict[str, Any]:
    """The roster with everything that its page needs, in one snapshot; ``published_at`` null for a draft or none."""
    async with store.database.read() as connection:
        query = select(rosters).where(rosters.c.district == district, rosters.c.week == week.isoformat())
        head = (await connection.execute(query)).first()
        made = [] if head is None else await _shifts(connection, head.id)
        return {
            "district": district,
            "week": week.isoformat(),
            "at": iso(store.clock.now()),
            "published_at": None if head is None else iso_or_none(head.published_at),
            "shifts": made,
            "unplanned": await _unplanned(connection, district, week),
            "zones": await _zones(connection, district),
            "templates": await _templates(connection, district),
            "officers": await _officers(connection, district),
        }


async def _shifts(connection: AsyncConnection, roster_id: str) -> list[dict[str, Any]]:
    query = (
        select(roster_shifts, zones.c.code)
        .outerjoin(zones, zones.c.id == roster_shifts.c.zone_id)
        .where(roster_shifts.c.roster_id == roster_id)
        .order_by(roster_shifts.c.starts_at, roster_shifts.c.name, roster_shifts.c.id)
    )
    rows = (await connection.execute(query)).all()
    places = await _places(connection, roster_id)
    came = await _signed_on(connection, roster_id)
    return [_shift(row, places.get(row.id, []), came) for row in rows]


def _shift(row: Any, places: list[Any], came: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
    needs = msgspec.json.decode(row.needs, type=dict[str, int])
    shown = []
    for place in places:
        shift = came.get((row.id, place.officer_id))
        shown.append(
            {
                "officer": place.service_number,
                "role": place.role,
                "signed_on_at": None if shift is None else iso(shift.started_at),
                "signed_off_at": None if shift is None else iso_or_none(shift.ended_at),
                "status": None if shift is None else shift.status,
                "ended_how": None if shift is None else shift.ended_how,
                "returned": None if shift is None else shift.returned,
            }
        )
    ready = readiness(needs, [(one["role"], one["signed_on_at"] is not None) for one in shown])
    return {
        "id": row.id,
        "name": row.name,
        "zone": row.code,
        "starts_at": iso(row.starts_at),
        "ends_at": iso(row.ends_at),
        "grace_minutes": row.grace_minutes,
        "needs": needs,
        "places": shown,
        "readiness": [
            {
                "role": one.role,
                "required": one.required,
                "rostered": one.rostered,
                "signed_on": one.signed_on,
                "missing": one.missing,
            }
            for one in ready
        ],
    }


async def _places(connection: AsyncConnection, roster_id: str) -> dict[str, list[Any]]:
    query = (
        select(roster_places, officers.c.service_number)
        .join(roster_shifts, roster_shifts.c.id == roster_places.c.roster_shift_id)
        .join(officers, officers.c.id == roster_places.c.officer_id)
        .where(roster_shifts.c.roster_id == roster_id)
        .order_by(officers.c.service_number)
    )
    found: dict[str, list[Any]] = {}
    for row in await connection.execute(query):
        found.setdefault(row.roster_shift_id, []).append(row)
    return found


async def _signed_on(connection: AsyncConnection, roster_id: str) -> dict[tuple[str, str], Any]:
    """The newest sign-on of each officer for each shift: who went off too early and came back counts once."""
    query = (
        select(shifts)
        .join(roster_shifts, roster_shifts.c.id == shifts.c.roster_shift_id)
        .where(roster_shifts.c.roster_id == roster_id)
        .order_by(shifts.c.started_at)
    )
    return {(row.roster_shift_id, row.officer_id): row for row in await connection.execute(query)}


async def _unplanned(connection: AsyncConnection, district: str, week: date) -> list[dict[str, Any]]:
    span = bounds(week)
    query = (
        select(shifts, officers.c.service_number, officers.c.role, zones.c.code)
        .join(officers, officers.c.id == shifts.c.officer_id)
        .outerjoin(zones, zones.c.id == shifts.c.zone_id)
        .where(shifts.c.district == district, shifts.c.roster_shift_id.is_(None))
        .where(shifts.c.started_at >= span.starts_at, shifts.c.started_at < span.ends_at)
        .order_by(shifts.c.started_at.desc())
        .limit(MOST_UNPLANNED)
    )
    return [
        {
            "officer": row.service_number,
            "role": row.role,
            "zone": row.code,
            "signed_on_at": iso(row.started_at),
            "signed_off_at": iso_or_none(row.ended_at),
            "ended_how": row.ended_how,
            "returned": row.returned,
            "status": row.status,
        }
        for row in await connection.execute(query)
    ]


async def _zones(connection: AsyncConnection, district: str) -> list[dict[str, Any]]:
    query = select(zones).where(zones.c.district == district).order_by(zones.c.code)
    return [zone_view(row) for row in await connection.execute(query)]


async def _templates(connection: AsyncConnection, district: str) -> list[dict[str, Any]]:
    query = (
        select(shift_templates)
        .where(shift_templates.c.district == district, shift_templates.c.active)
        .order_by(shift_templates.c.starts_minute, shift_templates.c.name)
    )
    return [
        {
            "id": row.id,
            "name": row.name,
            "starts_minute": row.starts_minute,
            "minutes": row.minutes,
            "grace_minutes": row.grace_minutes,
            "needs": msgspec.json.decode(row.needs, type=dict[str, int]),
        }
        for row in await connection.execute(query)
    ]


async def _officers(connection: AsyncConnection, district: str) -> list[dict[str, Any]]:
    """Whom one may put into a shift, by service number."""
    query = (
        select(officers.c.service_number, officers.c.unit, officers.c.role)
        .join(officer_districts, officer_districts.c.officer_id == officers.c.id)
        .where(officer_districts.c.district == district, officers.c.active)
        .where(officers.c.role.in_(("police", "auxiliary")))
        .order_by(officers.c.unit, officers.c.service_number)
    )
    return [
        {"officer": row.service_number, "unit": row.unit, "role": row.role}
        for row in await connection.execute(query)
    ]
