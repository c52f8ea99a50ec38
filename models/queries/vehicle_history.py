"""A vehicle's history in an officer's districts: requests, notices, parking records, what became of them.

What is not known is answered like what has no history, by the same statements, so that neither the answer nor its
time tells whether a car is registered here. Leaves to others: reason, limit and record (``actions.plate_searches``,
``actions.looks``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models import plates
from models.access.rights import may, role_of
from models.actions import audit, looks, overridden
from models.actions.plate_searches import Wanted
from models.actions.watch_hits import flags_by_plate, in_force, indexes_of
from models.caller import Officer
from models.channels.states import TOLD
from models.clock import iso, iso_or_none, parse_iso
from models.errors import Forbidden, InvalidField, NotFound, ReasonNeeded
from models.incident.views import View
from models.store import Store
from models.tables import (
    districts,
    incidents,
    non_motor,
    notices,
    parking_records,
    rule_decisions,
    stickers,
    vehicles,
)

PAGE = 20  # incidents
_NOTHING = "-"  # no vehicle has this id


async def history(store: Store, officer: Officer, wanted: Wanted, before: str | None) -> View:
    """The newest incidents first, ``PAGE`` at a time; ``before`` is the ``next`` of the page before.

    ``elsewhere``: how many more there are in districts that are not the officer's. ``drafts``: how many records of this
    car wait there for a countersignature, of which nothing more is shown: they have no effect yet. Raises InvalidField
    (``before``).
    """
    position = _position(before)
    async with store.database.read() as connection:
        found = await _vehicles(store, connection, wanted)
        number = wanted.value if wanted.what == "plate" else next((row.plate for row in found), _NOTHING)
        ids = [row.id for row in found] or [_NOTHING]
        told = await _told(store, connection, ids, number, officer, position)
        return {"plate": number if wanted.what == "plate" or found else None, **told}


async def of_incident(store: Store, officer: Officer, incident_id: str, before: str | None) -> View:
    """The same of the vehicle of an incident, under its masked plate: once a reason for it was given.

    Raises NotFound, Forbidden (of another district), ReasonNeeded, InvalidField (``before``).
    """
    position = _position(before)
    async with store.database.read() as connection:
        query = (
            select(incidents.c.district, incidents.c.plate_masked, incidents.c.vehicle_id, vehicles.c.plate)
            .outerjoin(vehicles, vehicles.c.id == incidents.c.vehicle_id)
            .where(incidents.c.id == incident_id)
        )
        row = (await connection.execute(query)).first()
        if row is None:
            raise NotFound
        if row.district not in officer.districts:
            raise Forbidden
        if "history" not in await looks.reasons_given(connection, officer, incident_id):
            raise ReasonNeeded
        ids = [row.vehicle_id or _NOTHING]
        told = await _told(store, connection, ids, row.plate or _NOTHING, officer, position)
    await audit.look(store, officer, f"incident:{incident_id}")
    return {"plate": row.plate_masked, **told}


async def _told(
    store: Store,
    connection: AsyncConnection,
    ids: Sequence[str],
    number: str,
    officer: Officer,
    position: tuple[datetime, str] | None,
) -> View:
    rows = await _incidents(connection, ids, officer, position)
    standing = await flags_by_plate(connection, sorted(indexes_of(store, number)))
    flags = await _flags(store, connection, number, officer, standing) if _may_flag(officer) else None
    return {
        "non_motor": await _non_motor(store, connection, ids),
        "watch": _watch(store, number, officer, standing),
        **({} if flags is None else {"flags": flags}),
        "entries": await _entries(connection, rows[:PAGE]),
        "drafts": await _drafts(store, connection, number, officer),
        "elsewhere": await _elsewhere(connection, ids, officer),
        "next": f"{iso(rows[PAGE - 1].requested_at)} {rows[PAGE - 1].id}" if len(rows) > PAGE else None,
    }


def _position(before: str | None) -> tuple[datetime, str] | None:
    if before is None:
        return None
    at, _, name = before.partition(" ")
    try:
        return parse_iso(at), name
    except ValueError:
        raise InvalidField(field="before", why="unknown") from None


async def _vehicles(store: Store, connection: AsyncConnection, wanted: Wanted) -> Sequence[Any]:
    """All classes of a number unless one was named: one does not see in the dark which it is."""
    query = select(vehicles.c.id, vehicles.c.plate, vehicles.c.plate_class)
    if wanted.what == "plate":
        classes = [wanted.plate_class] if wanted.plate_class else plates.classes_of(wanted.value)
        query = query.where(vehicles.c.plate == wanted.value, vehicles.c.plate_class.in_(classes))
    elif wanted.what == "frame":
        indexes = store.vault.indexes("non_motor.frame", wanted.value)
        query = query.join(non_motor, non_motor.c.vehicle_id == vehicles.c.id).where(
            non_motor.c.frame_index.in_(indexes)
        )
    else:
        query = query.join(stickers, stickers.c.vehicle_id == vehicles.c.id).where(
            stickers.c.code == wanted.value
        )
    return (await connection.execute(query.order_by(vehicles.c.plate_class))).all()


async def _incidents(
    connection: AsyncConnection, ids: Sequence[str], officer: Officer, position: tuple[datetime, str] | None
) -> Sequence[Any]:
    query = (
        select(incidents, vehicles.c.plate_class)
        .join(vehicles, vehicles.c.id == incidents.c.vehicle_id)
        .where(incidents.c.vehicle_id.in_(ids), incidents.c.district.in_(sorted(officer.districts)))
        .order_by(incidents.c.requested_at.desc(), incidents.c.id.desc())
        .limit(PAGE + 1)
    )
    if position is not None:
        at, name = position
        earlier = and_(incidents.c.requested_at == at, incidents.c.id < name)
        query = query.where(or_(incidents.c.requested_at < at, earlier))
    return (await connection.execute(query)).all()


async def _elsewhere(connection: AsyncConnection, ids: Sequence[str], officer: Officer) -> int:
    query = select(func.count()).where(
        incidents.c.vehicle_id.in_(ids), incidents.c.district.not_in(sorted(officer.districts))
    )
    return int((await connection.execute(query)).scalar_one())


async def _entries(connection: AsyncConnection, rows: Sequence[Any]) -> list[View]:
    ids = [row.id for row in rows] or [_NOTHING]
    told = await _notices(connection, ids)
    records = await _records(connection, ids)
    suggested = await _suggested(connection, ids)
    return [
        {
            "incident": row.id,
            "kind": row.kind,
            "plate_class": row.plate_class,
            "district": row.district,
            "reason": row.reason,
            "status": row.status,
            "outcome": row.outcome,
            "requested_at": iso(row.requested_at),
            "notified_at": iso_or_none(told.get(row.id, (0, None))[1]),
            "notices": told.get(row.id, (0, None))[0],
            "answered_at": iso_or_none(row.answered_at),
            "reply": row.reply,
            "moved_at": iso_or_none(row.moved_at),
            "closed_at": iso_or_none(row.closed_at),
            "officer": row.officer_number,
            "disposition": suggested.get(row.id),
            "record": records.get(row.id),
        }
        for row in rows
    ]


async def _notices(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, tuple[int, datetime | None]]:
    """How many notices reached the owner's phone, and when the first one did."""
    query = (
        select(notices.c.incident_id, func.count().label("n"), func.min(notices.c.sent_at).label("first"))
        .where(notices.c.incident_id.in_(ids), notices.c.contact_id.is_not(None))
        .where(notices.c.status.in_(TOLD))
        .group_by(notices.c.incident_id)
    )
    return {row.incident_id: (row.n, row.first) for row in await connection.execute(query)}


async def _records(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, View]:
    """The parking record of each incident that an officer's photo began, or that he added his photo to."""
    query = select(parking_records).where(parking_records.c.incident_id.in_(ids))
    return {
        row.incident_id: {
            "id": row.id,
            "state": row.state,
            "grounds": row.grounds,
            "offence": row.offence,
            "author": row.author_number,
            "notices": row.notices,
            "captured_at": iso(row.captured_at),
            "ended_at": iso_or_none(row.ended_at),
            "withdrawn_reason": row.withdrawn_reason,
        }
        for row in await connection.execute(query)
    }


async def _drafts(store: Store, connection: AsyncConnection, number: str, officer: Officer) -> int:
    query = select(func.count()).where(
        parking_records.c.plate_index.in_(sorted(indexes_of(store, number)) or [b"-"]),
        parking_records.c.district.in_(sorted(officer.districts)),
        parking_records.c.state == "waits",
    )
    return int((await connection.execute(query)).scalar_one())


async def _suggested(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, str]:
    """What counts as each incident's disposition: what a person decided, else what the table suggested."""
    query = (
        select(rule_decisions.c.incident_id, rule_decisions.c.result)
        .where(rule_decisions.c.incident_id.in_(ids), rule_decisions.c.table_name == "disposition")
        .order_by(rule_decisions.c.at)
    )
    found = {
        row.incident_id: json.loads(row.result)[0]["disposition"] for row in await connection.execute(query)
    }
    otherwise = await overridden.counting(connection, ids)
    for name, decided in otherwise.items():
        newest = overridden.newest(decided, "disposition", "")
        if newest is not None:
            found[name] = newest.result["disposition"]
    return found


async def _non_motor(store: Store, connection: AsyncConnection, ids: Sequence[str]) -> View | None:
    row = (await connection.execute(select(non_motor).where(non_motor.c.vehicle_id.in_(ids)))).first()
    if row is None:
        return None
    frame = row.frame_sealed
    return {
        "kind": row.kind,
        "colour": row.colour,
        "description": row.description,
        "frame": None if frame is None else store.vault.open("non_motor.frame_sealed", row.vehicle_id, frame),
        "district": row.district,
        "recorded_at": iso(row.recorded_at),
    }


def _watch(
    store: Store, number: str, officer: Officer, standing: Mapping[bytes, Sequence[Any]]
) -> list[View]:
    """What it is looked out for in any of the officer's districts."""
    now = store.clock.now()
    there = {
        flag: None
        for district in sorted(officer.districts)
        for flag in in_force(store, number, district, now, standing)
    }
    return [{"kind": flag.kind, "plate_class": flag.plate_class, "date": flag.dated} for flag in there]


def _may_flag(officer: Officer) -> bool:
    return may(role_of(officer), "watch_vehicle")


async def _flags(
    store: Store,
    connection: AsyncConnection,
    number: str,
    officer: Officer,
    standing: Mapping[bytes, Sequence[Any]],
) -> list[View]:
    """The single flags behind that, for who keeps them; those that begin later too. ``may_clear``: all of its place is

    the officer's. Flags of other cities are not told of.
    """
    query = select(districts.c.code, districts.c.city_code)
    places = {row.code: row.city_code for row in await connection.execute(query)}
    own = {code for code in places if code in officer.districts}
    cities = {places[code] for code in own}
    found = []
    for index, name in indexes_of(store, number).items():
        for row in standing.get(index, ()):
            within = {code for code, city in places.items() if row.scope in {code, city}}
            if row.scope in own | cities:
                found.append(_flag(row, name, may_clear=bool(within) and within <= own))
    return sorted(found, key=lambda one: (one["since"], one["id"]), reverse=True)


def _flag(row: Any, plate_class: str, *, may_clear: bool) -> View:
    return {
        "id": row.id,
        "kind": row.kind,
        "plate_class": plate_class,
        "scope": row.scope,
        "source": row.source,
        "date": row.dated,
        "since": iso(row.begins_at),
        "ends_at": iso_or_none(row.ends_at),
        "may_clear": may_clear,
    }
