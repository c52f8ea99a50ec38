"""Where a vehicle to look out for turns up: recorded with its incident, and of a stolen or cloned one the police and

commanders of the district are told at once. Nobody else: not its feed, not whoever asked, not the vehicle's owner.

Leaves to others: setting and clearing flags (``watch_flags``, ``watch_lists``), and showing them to staff.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models import plates
from models.actions import plate_index, reach
from models.clock import iso
from models.facts import Asked, padded
from models.feed.append import Pending
from models.feed.channels import officer_alert
from models.prepared import Prepared, keys
from models.store import Change, Store
from models.tables import (
    CONTROL,
    districts,
    incidents,
    notices,
    officer_districts,
    officers,
    shifts,
    vehicles,
    watch_hits,
)
from models.tables import watch_flags as flags
from models.watching.lines import Line
from models.watching.names import GRAVE
from models.watching.plan import Key

TEMPLATE = "watched_vehicle"
EVENT = "watched"  # in the officers' channels

_STANDING = Prepared(select(flags).where(flags.c.plate_index.in_(keys()), flags.c.cleared_at.is_(None)))


@dataclass(frozen=True, slots=True)
class Flag:
    """``plate_class``: as which the list has the number; that on the car may be of another. ``dated``: YYYY-MM-DD."""

    kind: str
    plate_class: str
    dated: str | None


@dataclass(frozen=True, slots=True)
class Met:
    """An incident whose vehicle may be looked out for."""

    id: str
    district: str
    plate_masked: str
    reason: str
    number: str = field(repr=False)


async def flags_by_plate(connection: AsyncConnection, indexes: Sequence[bytes]) -> dict[bytes, list[Any]]:
    """A fact: rows of flags that nobody has cleared, by blind index."""
    found: dict[bytes, list[Any]] = {}
    for row in await _STANDING.rows(connection, padded(indexes)):
        found.setdefault(bytes(row.plate_index), []).append(row)
    return found


def asked(store: Store, number: str) -> list[Asked]:
    """What ``met`` will want to know of a canonical number, for a group to ask at once."""
    return [(flags_by_plate, index) for index in indexes_of(store, number)]


def indexes_of(store: Store, number: str) -> dict[bytes, str]:
    """The class by the index of the number in it, under every key."""
    return {
        index: name
        for name in plates.classes_of(number)
        for index in plate_index.indexes_of(store, number, name)
    }


def in_force(
    store: Store, number: str, district: str, at: datetime, found: Mapping[bytes, Iterable[Any]]
) -> list[Flag]:
    """Those of ``found`` that hold in a district at an instant, each kind and class once."""
    scopes = {district, store.flags.set.cities.get(district, district)}
    flags_there: dict[tuple[str, str], Flag] = {}
    for index, name in indexes_of(store, number).items():
        for row in found.get(index, ()):
            over = row.ends_at is not None and row.ends_at <= at
            if row.scope in scopes and row.begins_at <= at and not over:
                flags_there.setdefault((row.kind, name), Flag(row.kind, name, row.dated))
    return sorted(flags_there.values(), key=lambda one: (one.kind not in GRAVE, one.kind, one.plate_class))


async def met(change: Change, incident: Met) -> list[Flag]:
    """An incident is about this vehicle from now on. What stands against it is recorded, and told if it is grave."""
    indexes = indexes_of(change.store, incident.number)
    found = {index: await change.fact(flags_by_plate, index) or [] for index in indexes}
    there = in_force(change.store, incident.number, incident.district, change.at, found)
    if there:
        await _hit(change, incident, there)
    return there


async def of_new_flags(change: Change, scope: str, lines: Mapping[Key, Line]) -> None:
    """Vehicles that have just been put on a list and are at an open incident of its district or city."""
    by_plate: dict[bytes, list[Line]] = {}
    for (index, _), line in lines.items():
        by_plate.setdefault(index, []).append(line)
    for incident in await _open_incidents(change.connection, scope):
        new = [
            Flag(line.kind, name, None if line.dated is None else line.dated.isoformat())
            for index, name in indexes_of(change.store, incident.number).items()
            for line in by_plate.get(index, ())
        ]
        known = await _known(change.connection, incident.id)
        there = [one for one in new if (one.kind, one.plate_class) not in known]
        if there:
            await _hit(change, incident, there)


async def _open_incidents(connection: AsyncConnection, scope: str) -> list[Met]:
    query = (
        select(
            incidents.c.id,
            incidents.c.district,
            incidents.c.plate_masked,
            incidents.c.reason,
            vehicles.c.plate,
        )
        .join(vehicles, vehicles.c.id == incidents.c.vehicle_id)
        .join(districts, districts.c.code == incidents.c.district)
        .where(or_(incidents.c.district == scope, districts.c.city_code == scope))
        .where(incidents.c.status != "closed")
    )
    return [
        Met(row.id, row.district, row.plate_masked, row.reason, row.plate)
        for row in await connection.execute(query)
    ]


async def _known(connection: AsyncConnection, incident_id: str) -> set[tuple[str, str]]:
    query = select(watch_hits.c.kind, watch_hits.c.plate_class).where(watch_hits.c.incident_id == incident_id)
    return {(row.kind, row.plate_class) for row in await connection.execute(query)}


async def _hit(change: Change, incident: Met, there: Sequence[Flag]) -> None:
    grave = [one for one in there if one.kind in GRAVE]
    told = await _alarm(change, incident, grave) if grave else 0
    for one in there:
        change.writes.add(
            watch_hits,
            {
                "id": change.store.ids.row(),
                "incident_id": incident.id,
                "kind": one.kind,
                "plate_class": one.plate_class,
                "dated": one.dated,
                "at": change.at,
                "told": told if one.kind in GRAVE else 0,
            },
        )


async def _alarm(change: Change, incident: Met, grave: Sequence[Flag]) -> int:
    """In the own channel of each, and as a notice for whoever looks at no page just now."""
    alert = {
        "incident": incident.id,
        "district": incident.district,
        "plate": incident.plate_masked,
        "kinds": sorted({one.kind for one in grave}),
        "plate_classes": sorted({one.plate_class for one in grave}),
    }
    ids, alarm = await _to_tell(change.connection, incident.district), change.store.ids.row()
    for officer_id in ids:
        change.pending.append(
            Pending(
                district=CONTROL,
                name=EVENT,
                at=change.at,
                data=officer_alert(EVENT, officer_id, alert, iso(change.at)),
                actor="system",
                officer_id=officer_id,
                detail={"incident": incident.id, "kinds": alert["kinds"]},
            )
        )
        change.writes.add(notices, _notice(change, incident, alarm, officer_id))
    change.notices_written = change.notices_written or bool(ids)
    return len(ids)


async def _to_tell(connection: AsyncConnection, district: str) -> list[str]:
    """The police who are on duty there, and the district's commanders; auxiliary officers are told to ask one."""
    on_duty = (
        select(officers.c.id)
        .join(shifts, shifts.c.officer_id == officers.c.id)
        .where(shifts.c.district == district, shifts.c.ended_at.is_(None), officers.c.role == "police")
    )
    commanders = (
        select(officers.c.id)
        .join(officer_districts, officer_districts.c.officer_id == officers.c.id)
        .where(officer_districts.c.district == district, officers.c.role == "commander")
    )
    ids = on_duty.where(officers.c.active).union(commanders.where(officers.c.active))
    return sorted((await connection.execute(ids)).scalars())


def _notice(change: Change, incident: Met, alarm: str, officer_id: str) -> dict[str, Any]:
    rung = reach.first(change.store, incident.district, "officer", TEMPLATE, change.at)
    params = {"reason": incident.reason, "plate": incident.plate_masked, "district": incident.district}
    return {
        "id": change.store.ids.row(),
        "key": f"{alarm}:{TEMPLATE}:officer:{officer_id}",
        "incident_id": incident.id,
        "template": TEMPLATE,
        "params": msgspec.json.encode(params).decode(),
        "officer_id": officer_id,
        "channel": rung.channel,
        "step": rung.step,
        "status": "queued",
        "created_at": change.at,
        "due_at": change.at,
    }
