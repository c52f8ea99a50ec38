"""What documents of the record are made of, and what whoever holds one may know of it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.access.rights import fields
from models.actions.documents import About, say_of
from models.caller import Caller, Officer, Participant
from models.documents.move_record import Step, move_record
from models.documents.sheet import Sheet
from models.documents.shift_report import Part, Shift, Stretch, shift_report
from models.errors import Forbidden, IllegalTransition, NotFound
from models.queries.response import figures_of
from models.store import Store
from models.tables import (
    cities,
    districts,
    documents,
    events,
    incidents,
    offers,
    officers,
    parking_records,
    shifts,
    unit_statuses,
    zones,
)

SHOWN = 30  # shifts, the newest first


async def move_record_for(store: Store, incident_id: str, caller: Caller) -> tuple[Sheet, About]:
    """For whoever took part and officers of the district, once it is closed. Raises NotFound, Forbidden,

    IllegalTransition while it is open.
    """
    async with store.database.read() as connection:
        query = select(incidents).where(incidents.c.id == incident_id, incidents.c.kind == "move_car")
        row = (await connection.execute(query)).first()
        if row is None:
            raise NotFound
        if isinstance(caller, Participant):
            if caller.incident_id != incident_id:
                raise Forbidden
        elif not isinstance(caller, Officer) or row.district not in caller.districts:
            raise Forbidden
        if row.status != "closed":
            raise IllegalTransition(command="move_record", status=row.status)
        about = await _about(connection, row.id, row.district, row.closed_at)
        platform, name = await _place(connection, row.district)
        steps = await _steps(connection, incident_id)
    return move_record(row, steps, platform, name, say_of(store, about.city)), about


async def _steps(connection: AsyncConnection, incident_id: str) -> list[Step]:
    """What was told to all: a document is the same for whoever asks."""
    told = fields("requester", "Told")
    query = (
        select(events.c.name, events.c.at, events.c.detail)
        .where(events.c.incident_id == incident_id)
        .order_by(events.c.incident_offset)
    )
    return [
        Step(
            row.name, row.at, {name: value for name, value in json.loads(row.detail).items() if name in told}
        )
        for row in await connection.execute(query)
    ]


async def shift_report_for(store: Store, shift_id: str, officer: Officer) -> tuple[Sheet, About]:
    """For the officer himself, and commanders of the district. Raises NotFound, Forbidden, IllegalTransition."""
    async with store.database.read() as connection:
        row = (await connection.execute(select(shifts).where(shifts.c.id == shift_id))).first()
        if row is None:
            raise NotFound
        commands = officer.role == "commander" and row.district in officer.districts
        if row.officer_id != officer.id and not commands:
            raise Forbidden
        if row.ended_at is None:
            raise IllegalTransition(command="shift_report", status=row.status)
        about = await _about(connection, row.id, row.district, row.ended_at)
        platform, name = await _place(connection, row.district)
        shift = await _shift(connection, row)
    return shift_report(shift, platform, name, say_of(store, about.city)), about


async def _shift(connection: AsyncConnection, row: Any) -> Shift:
    who = (await connection.execute(select(officers).where(officers.c.id == row.officer_id))).one()
    zone = (await connection.execute(select(zones.c.name).where(zones.c.id == row.zone_id))).scalar()
    status = select(unit_statuses).where(unit_statuses.c.shift_id == row.id)
    statuses = (await connection.execute(status.order_by(unit_statuses.c.at, unit_statuses.c.id))).all()
    within = and_(offers.c.offered_at >= row.started_at, offers.c.offered_at <= row.ended_at)
    asked = (
        select(offers.c.status, func.count().label("n"))
        .where(offers.c.officer_id == row.officer_id, within)
        .group_by(offers.c.status)
    )
    filed = select(func.count()).where(
        parking_records.c.author_id == row.officer_id,
        parking_records.c.filed_at >= row.started_at,
        parking_records.c.filed_at <= row.ended_at,
    )
    ids = list(dict.fromkeys(one.incident_id for one in statuses if one.incident_id is not None))
    return Shift(
        row=row,
        officer=who.service_number,
        unit=who.unit,
        zone=zone,
        stretches=[Stretch(one.status, one.at) for one in statuses],
        parts=await _parts(connection, ids, row),
        offers=Counter({one.status: one.n for one in await connection.execute(asked)}),
        records=int((await connection.execute(filed)).scalar_one()),
    )


async def _parts(connection: AsyncConnection, ids: list[str], shift: Any) -> list[Part]:
    known = {
        row.id: row for row in await connection.execute(select(incidents).where(incidents.c.id.in_(ids)))
    }
    figures = await figures_of(connection, ids)
    found = []
    for one in (one for one in ids if one in known):
        mine = [
            unit
            for unit in (figures[one].units if one in figures else ())
            if unit.officer_id == shift.officer_id
            and shift.started_at <= unit.dispatched_at <= shift.ended_at
        ]
        found.append(Part(known[one], mine[0] if mine else None))
    return found


async def _about(connection: AsyncConnection, subject: str, district: str, at: datetime) -> About:
    query = select(districts.c.city_code).where(districts.c.code == district)
    city = (await connection.execute(query)).scalar_one()
    return About(subject, district, city, at)


async def _place(connection: AsyncConnection, district: str) -> tuple[str, str]:
    query = (
        select(cities.c.platform, districts.c.name)
        .join(cities, cities.c.code == districts.c.city_code)
        .where(districts.c.code == district)
    )
    row = (await connection.execute(query)).one()
    return row.platform, row.name


@dataclass(frozen=True, slots=True)
class Genuine:
    """What whoever holds a document has already. ``district`` in Chinese and English."""

    kind: str
    code: str
    sha256: str
    made_at: datetime
    about_at: datetime
    district: tuple[str, str]


async def genuine(store: Store, code: str) -> Genuine | None:
    """By the code that stands on it; None for none of these."""
    query = (
        select(documents, districts.c.name, districts.c.name_en)
        .join(districts, districts.c.code == documents.c.district)
        .where(documents.c.code == code)
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        return None
    sha256 = bytes(row.sha256).hex()
    return Genuine(row.kind, row.code, sha256, row.made_at, row.about_at, (row.name, row.name_en))


async def ended_shifts(store: Store, officer: Officer, district: str | None) -> list[dict[str, Any]]:
    """Shifts that have ended, the newest first: one's own, or, for a commander, a district's. Raises Forbidden."""
    if district is not None and (officer.role != "commander" or district not in officer.districts):
        raise Forbidden
    whose = shifts.c.officer_id == officer.id if district is None else shifts.c.district == district
    query = (
        select(shifts, officers.c.service_number)
        .join(officers, officers.c.id == shifts.c.officer_id)
        .where(whose, shifts.c.ended_at.is_not(None))
        .order_by(shifts.c.ended_at.desc(), shifts.c.id)
        .limit(SHOWN)
    )
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).all()
    return [
        {
            "id": row.id,
            "officer": row.service_number,
            "district": row.district,
            "started_at": row.started_at,
            "ended_at": row.ended_at,
            "report": f"/api/v1/shifts/{row.id}/report.pdf",
        }
        for row in rows
    ]
