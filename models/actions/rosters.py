"""Rosters: made, changed, copied and published by a commander or administrator of the district.

A draft is seen by nobody else; what is changed in a published roster counts at once. Of two rostered shifts of one
officer none has an instant in common. Leaves to others: signing on (``duty``), files (``roster_files``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import audit
from models.actions.idempotency import Keeping
from models.actions.incident_change import until_saved
from models.actions.rows import insert_if_absent
from models.actions.signing_on import anybody_signed_on, zone_named
from models.actions.zones import check_district
from models.caller import Officer
from models.duty.rosters import FITS, MOST_PLACES, MOST_SHIFTS, DutyRole, Span, bounds, check_needs, overlap
from models.errors import Conflict, InvalidField, NotFound
from models.store import Change, Store
from models.tables import officer_districts, officers, roster_places, roster_shifts, rosters, shifts

Then = Keeping[str]


@dataclass(frozen=True, slots=True)
class Place:
    """Who stands in a shift, by service number, and as what."""

    officer: str
    role: DutyRole


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rostered shift as it should be; ``zone`` a code, None for the whole district."""

    name: str
    span: Span
    zone: str | None
    grace_minutes: int
    needs: dict[str, int]
    places: tuple[Place, ...] = field(default=())


async def add(
    store: Store, by: Officer, district: str, week: date, wanted: Wanted, *, then: Then | None = None
) -> str:
    """A new shift in the week's roster, which begins as a draft; returns its id.

    Raises Forbidden, InvalidField (a zone, officer or role that does not fit, a begin outside the week), Conflict:
    an officer stands in another shift at that time, or the roster is full.
    """
    check_district(by, district)

    async def attempt() -> str:
        async with store.change() as change:
            shift_id = await add_in(change, district, week, wanted)
            await audit.record(change, by, "change_roster", f"roster_shift:{shift_id}")
            if then is not None:
                await then(change, shift_id)
        return shift_id

    return await until_saved(attempt)


async def add_in(change: Change, district: str, week: date, wanted: Wanted) -> str:
    """The same in a transaction that is open already."""
    if not bounds(week).starts_at <= wanted.span.starts_at < bounds(week).ends_at:
        raise InvalidField(field="day", why="not_this_week")
    roster = await roster_of(change, district, week)
    count = select(func.count()).select_from(roster_shifts).where(roster_shifts.c.roster_id == roster.id)
    if (await change.connection.execute(count)).scalar_one() >= MOST_SHIFTS:
        raise Conflict(why="roster_full", limit=MOST_SHIFTS)
    shift_id = change.store.ids.new()
    values = await _values(change.connection, district, wanted)
    await change.connection.execute(
        insert(roster_shifts).values(id=shift_id, roster_id=roster.id, district=district, **values)
    )
    await set_places(change.connection, shift_id, district, wanted)
    return shift_id


async def change_shift(store: Store, by: Officer, shift_id: str, wanted: Wanted) -> None:
    """The shift becomes what is wanted; of those who have signed on for it the end moves along.

    Raises NotFound, Forbidden, InvalidField, Conflict.
    """

    async def attempt() -> None:
        async with store.change() as change:
            row = await _own(change, by, shift_id)
            week = await _week(change, row)
            if not week.starts_at <= wanted.span.starts_at < week.ends_at:
                raise InvalidField(field="day", why="not_this_week")
            values = await _values(change.connection, row.district, wanted)
            await change.connection.execute(
                update(roster_shifts).where(roster_shifts.c.id == shift_id).values(**values)
            )
            await change.connection.execute(
                delete(roster_places).where(roster_places.c.roster_shift_id == shift_id)
            )
            await set_places(change.connection, shift_id, row.district, wanted)
            await change.connection.execute(
                update(shifts)
                .where(shifts.c.roster_shift_id == shift_id, shifts.c.ended_at.is_(None))
                .values(off_by=wanted.span.ends_at + timedelta(minutes=wanted.grace_minutes))
            )
            await audit.record(change, by, "change_roster", f"roster_shift:{shift_id}")

    await until_saved(attempt)


async def remove(store: Store, by: Officer, shift_id: str) -> None:
    """Takes a shift out. Raises NotFound, Forbidden, Conflict (``signed_on``): somebody has come for it."""
    async with store.change() as change:
        await _own(change, by, shift_id)
        if await anybody_signed_on(change.connection, shift_id):
            raise Conflict(why="signed_on")
        await change.connection.execute(
            delete(roster_places).where(roster_places.c.roster_shift_id == shift_id)
        )
        await change.connection.execute(delete(roster_shifts).where(roster_shifts.c.id == shift_id))
        await audit.record(change, by, "change_roster", f"roster_shift:{shift_id}")


async def publish(store: Store, by: Officer, district: str, week: date) -> None:
    """From now on officers see it and sign on for its shifts; twice changes nothing. Raises NotFound when there is

    no shift in it, Forbidden.
    """
    check_district(by, district)
    async with store.change() as change:
        roster = await roster_of(change, district, week)
        some = select(roster_shifts.c.id).where(roster_shifts.c.roster_id == roster.id).limit(1)
        if (await change.connection.execute(some)).first() is None:
            raise NotFound(field="week")
        if roster.published_at is None:
            await change.connection.execute(
                update(rosters)
                .where(rosters.c.id == roster.id)
                .values(published_at=change.at, published_by=by.id)
            )
            await audit.record(change, by, "publish_roster", f"roster:{roster.id}")


async def copy(
    store: Store, by: Officer, district: str, week: date, source: date, *, then: Then | None = None
) -> str:
    """The shifts of another week, with who stands in them, as many weeks later; returns how many, as a text.

    Raises Forbidden, NotFound (there is nothing to copy), Conflict (``roster_not_empty``, or somebody who stands in
    another shift by then).
    """
    check_district(by, district)

    async def attempt() -> str:
        async with store.change() as change:
            into = await roster_of(change, district, week)
            if await _shifts_of(change.connection, into.id):
                raise Conflict(why="roster_not_empty")
            query = select(rosters.c.id).where(
                rosters.c.district == district, rosters.c.week == source.isoformat()
            )
            there = (await change.connection.execute(query)).scalar_one_or_none()
            found = [] if there is None else await _shifts_of(change.connection, there)
            if not found:
                raise NotFound(field="from")
            for row in found:
                await _copy(change, row, into.id, week - source)
            await audit.record(change, by, "copy_roster", f"roster:{into.id}")
            if then is not None:
                await then(change, str(len(found)))
        return str(len(found))

    return await until_saved(attempt)


async def _copy(change: Change, row: Any, roster_id: str, later: timedelta) -> None:
    shift_id = change.store.ids.new()
    span = Span(row.starts_at + later, row.ends_at + later)
    values = {**row._mapping, "id": shift_id, "roster_id": roster_id}
    values |= {"starts_at": span.starts_at, "ends_at": span.ends_at}
    await change.connection.execute(insert(roster_shifts).values(**values))
    query = (
        select(roster_places.c.officer_id, roster_places.c.role, officers.c.service_number)
        .join(officers, officers.c.id == roster_places.c.officer_id)
        .where(roster_places.c.roster_shift_id == row.id, officers.c.active)
    )
    for place in (await change.connection.execute(query)).all():
        await _refuse_overlap(change.connection, shift_id, place.officer_id, place.service_number, span)
        await change.connection.execute(
            insert(roster_places).values(
                roster_shift_id=shift_id, officer_id=place.officer_id, role=place.role
            )
        )


async def roster_of(change: Change, district: str, week: date) -> Any:
    """The district's roster of the week; made if there is none."""
    row = {"id": change.store.ids.new(), "district": district, "week": week.isoformat()}
    await insert_if_absent(change.connection, rosters, row)
    query = select(rosters).where(rosters.c.district == district, rosters.c.week == week.isoformat())
    return (await change.connection.execute(query)).one()


async def set_places(connection: AsyncConnection, shift_id: str, district: str, wanted: Wanted) -> None:
    """Writes who stands in a shift that has nobody yet."""
    if len(wanted.places) > MOST_PLACES:
        raise InvalidField(field="places", why="too_long", limit=MOST_PLACES)
    known = await people_of(connection, district, [place.officer for place in wanted.places])
    seen: set[str] = set()
    for number, place in enumerate(wanted.places):
        name, person = f"places[{number}]", known.get(place.officer)
        if person is None:
            raise InvalidField(field=f"{name}.officer", why="unknown")
        if person.role not in FITS[place.role]:
            raise InvalidField(field=f"{name}.role", why="role_does_not_fit")
        if person.id in seen:
            raise InvalidField(field=f"{name}.officer", why="twice")
        seen.add(person.id)
        await _refuse_overlap(connection, shift_id, person.id, place.officer, wanted.span)
        await connection.execute(
            insert(roster_places).values(roster_shift_id=shift_id, officer_id=person.id, role=place.role)
        )


async def people_of(connection: AsyncConnection, district: str, numbers: Sequence[str]) -> dict[str, Any]:
    """The active officers of a district by service number; their rows locked, so that two who make rosters at once

    see each other's places.
    """
    query = (
        select(officers.c.id, officers.c.service_number, officers.c.role)
        .join(officer_districts, officer_districts.c.officer_id == officers.c.id)
        .where(officer_districts.c.district == district, officers.c.active)
        .where(officers.c.service_number.in_(sorted(set(numbers))))
        .order_by(officers.c.id)
        .with_for_update(of=officers)
    )
    return {row.service_number: row for row in await connection.execute(query)}


async def is_elsewhere(connection: AsyncConnection, shift_id: str, officer_id: str, span: Span) -> bool:
    """Whether the officer stands in another shift, of any district, that has an instant in common with this one."""
    query = (
        select(roster_shifts.c.starts_at, roster_shifts.c.ends_at)
        .join(roster_places, roster_places.c.roster_shift_id == roster_shifts.c.id)
        .where(roster_places.c.officer_id == officer_id, roster_shifts.c.id != shift_id)
        .where(roster_shifts.c.starts_at < span.ends_at, roster_shifts.c.ends_at > span.starts_at)
    )
    found = await connection.execute(query)
    return any(overlap(Span(row.starts_at, row.ends_at), span) for row in found)


async def _refuse_overlap(
    connection: AsyncConnection, shift_id: str, officer_id: str, number: str, span: Span
) -> None:
    if await is_elsewhere(connection, shift_id, officer_id, span):
        raise Conflict(why="rostered_already", officer=number)


async def _values(connection: AsyncConnection, district: str, wanted: Wanted) -> dict[str, Any]:
    zone_id = None if wanted.zone is None else await zone_named(connection, district, wanted.zone)
    return {
        "zone_id": zone_id,
        "name": wanted.name,
        "starts_at": wanted.span.starts_at,
        "ends_at": wanted.span.ends_at,
        "grace_minutes": wanted.grace_minutes,
        "needs": msgspec.json.encode(check_needs(wanted.needs)).decode(),
    }


async def _shifts_of(connection: AsyncConnection, roster_id: str) -> list[Any]:
    query = select(roster_shifts).where(roster_shifts.c.roster_id == roster_id).order_by(roster_shifts.c.id)
    return list((await connection.execute(query)).all())


async def _own(change: Change, by: Officer, shift_id: str) -> Any:
    query = select(roster_shifts).where(roster_shifts.c.id == shift_id)
    row = (await change.connection.execute(query)).first()
    if row is None:
        raise NotFound
    check_district(by, row.district)
    return row


async def _week(change: Change, row: Any) -> Span:
    query = select(rosters.c.week).where(rosters.c.id == row.roster_id)
    week = date.fromisoformat((await change.connection.execute(query)).scalar_one())
    return bounds(week)
