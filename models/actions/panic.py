"""Raising, withdrawing and clearing panics. Each is one transaction with one event of the district's log.

Nothing stands in the way of raising one: no shift, no place, no incident is asked for, and what is not known is left
empty. It is the caller's own alarm; there is no way to name somebody else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import insert, select, update

from models.actions import audit, reach, units
from models.actions.idempotency import Keeping
from models.actions.incident_change import actor_of, until_saved
from models.caller import Officer
from models.clock import iso
from models.duty.units import after, stage
from models.errors import Forbidden, InvalidField, NotFound
from models.feed.append import Pending
from models.feed.channels import panic_publication
from models.geography import Location
from models.incident import panic as rules
from models.incident.panic import LONGEST_NOTE, Panic, from_row, panic_view, placed, to_row
from models.store import Change, Store
from models.tables import incidents, notices, officer_districts, officers, panics, shifts
from models.writes import Stale

MAY_RAISE = frozenset({"police", "auxiliary", "commander"})
View = dict[str, Any]
Then = Keeping[View]


async def raise_panic(
    store: Store, officer: Officer, position: Location | None = None, *, then: Then | None = None
) -> View:
    """The caller's alarm, in the district where he is on duty; off duty in the first of his own.

    ``position``: where his phone has him now; without, where he was last. Raised while his last one stands it is that
    one again, told anew (within five seconds: nothing). Raises Forbidden for a role that does not patrol.
    """
    if officer.role not in MAY_RAISE or not officer.districts:
        raise Forbidden

    async def work(change: Change) -> View:
        known = await _open_panic(change, officer.id)
        if known is None:
            return await _first(change, officer, position)
        again = rules.raise_again(known, change.at, position, change.at)
        if again is None:
            return panic_view(known)
        return await _save(change, officer, known, again, "panic")

    return await _whole(store, work, then)


async def withdraw_panic(store: Store, officer: Officer, panic_id: str, *, then: Then | None = None) -> View:
    """The officer says that his alarm was a false one. Raises NotFound, Forbidden for another's, IllegalTransition."""

    async def work(change: Change) -> View:
        known = await _load(change, panic_id)
        if known.officer_id != officer.id:
            raise Forbidden
        return await _save(change, officer, known, rules.withdraw(known, change.at), "panic_withdrawn")

    return await _whole(store, work, then)


async def clear_panic(
    store: Store, officer: Officer, panic_id: str, note: str | None, *, then: Then | None = None
) -> View:
    """A commander of the district ends the alarm, with a note. Raises NotFound, Forbidden, IllegalTransition,

    InvalidField. Nobody clears his own.
    """
    if note is not None and len(note) > LONGEST_NOTE:
        raise InvalidField(field="note", why="too_long", limit=LONGEST_NOTE)

    async def work(change: Change) -> View:
        known = await _load(change, panic_id)
        if (
            officer.role != "commander"
            or known.district not in officer.districts
            or known.officer_id == officer.id
        ):
            raise Forbidden
        cleared = rules.clear(known, change.at, officer.service_number, note)
        await _calm(change, known.officer_id)
        view = await _save(change, officer, known, cleared, "panic_cleared", note=note)
        await audit.record(change, officer, "clear_panic", f"panic:{panic_id}", reason=(note or "")[:200])
        return view

    return await _whole(store, work, then)


async def _whole(store: Store, work: Callable[[Change], Awaitable[View]], then: Then | None) -> View:
    async def attempt() -> View:
        async with store.change() as change:
            view = await work(change)
            if then is not None:
                await then(change, view)
            return view

    return await until_saved(attempt)


async def _first(change: Change, officer: Officer, position: Location | None) -> View:
    query = select(shifts).where(shifts.c.officer_id == officer.id, shifts.c.ended_at.is_(None))
    shift = (await change.connection.execute(query.with_for_update())).first()
    if shift is not None and shift.status != "panic":
        units.write(change, shift, after(shift.status, "alarm"), "alarm")
    seen_at = change.at
    if position is None and shift is not None and shift.lat is not None:
        position = Location(lat=shift.lat, lng=shift.lng, accuracy_m=shift.accuracy_m)
        seen_at = shift.position_at
    raised = Panic(
        id=change.store.ids.new(),
        district=min(officer.districts) if shift is None else shift.district,
        officer_id=officer.id,
        service_number=officer.service_number,
        unit=officer.unit,
        status="raised",
        version=1,
        incident_id=await _at_work_on(change, officer.id),
        raised_at=change.at,
        again_at=change.at,
        **placed(position, seen_at),
    )
    await change.connection.execute(insert(panics).values(to_row(raised)))
    await _tell_commanders(change, raised)
    await audit.record(change, officer, "panic", f"panic:{raised.id}")
    return _happen(change, officer, raised, "panic")


async def _calm(change: Change, officer_id: str) -> None:
    """His unit is what its incidents make of it again."""
    shift = await change.fact(units.open_shifts, officer_id)
    if shift is None or shift.status != "panic":
        return
    left = stage({row.status for row in await change.fact(units.held, officer_id) or ()})
    units.write(change, shift, after(shift.status, "calm", left), "calm")


async def _at_work_on(change: Change, officer_id: str) -> str | None:
    query = (
        select(incidents.c.id)
        .where(incidents.c.officer_id == officer_id, incidents.c.status.in_(("accepted", "on_scene")))
        .order_by(incidents.c.status.desc(), incidents.c.respond_by)
        .limit(1)
    )
    found: str | None = (await change.connection.execute(query)).scalar_one_or_none()
    return found


async def _tell_commanders(change: Change, raised: Panic) -> None:
    """A notice each, for those who look at no page just now."""
    query = (
        select(officers.c.id)
        .join(officer_districts, officer_districts.c.officer_id == officers.c.id)
        .where(officer_districts.c.district == raised.district, officers.c.role == "commander")
        .where(officers.c.active, officers.c.id != raised.officer_id)
        .order_by(officers.c.id)
    )
    rung = reach.first(change.store, raised.district, "officer", "panic", change.at)
    for officer_id in (await change.connection.execute(query)).scalars():
        row = {
            "id": change.store.ids.new(),
            "key": f"{raised.id}:panic:officer:{officer_id}",
            "template": "panic",
            "params": f'{{"officer":"{raised.service_number}","district":"{raised.district}"}}',
            "officer_id": officer_id,
            "city_code": change.store.texts.city_of(raised.district),
            "channel": rung.channel,
            "step": rung.step,
            "status": "queued",
            "created_at": change.at,
            "due_at": change.at,
        }
        change.writes.add(notices, row)
        change.notices_written = True


async def _open_panic(change: Change, officer_id: str) -> Panic | None:
    query = select(panics).where(panics.c.officer_id == officer_id, panics.c.status != "cleared")
    row = (await change.connection.execute(query.with_for_update())).mappings().first()
    return None if row is None else from_row(row)


async def _load(change: Change, panic_id: str) -> Panic:
    query = select(panics).where(panics.c.id == panic_id).with_for_update()
    row = (await change.connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound
    return from_row(row)


async def _save(
    change: Change, by: Officer, seen: Panic, now: Panic, event: str, note: str | None = None
) -> View:
    values = {name: value for name, value in to_row(now).items() if name != "id"}
    saved = await change.connection.execute(
        update(panics).where(panics.c.id == seen.id, panics.c.version == seen.version).values(values)
    )
    if saved.rowcount != 1:
        raise Stale
    return _happen(change, by, now, event, note)


def _happen(change: Change, by: Officer, panic: Panic, event: str, note: str | None = None) -> View:
    view = panic_view(panic)
    change.pending.append(
        Pending(
            district=panic.district,
            name=event,
            at=change.at,
            data=panic_publication(event, view, iso(change.at)),
            actor=actor_of(by),
            # In his own channel too, so that he hears that it was cleared wherever he is by then.
            officer_id=panic.officer_id,
            detail={"panic": panic.id, **({} if note is None else {"note": note})},
        )
    )
    return view
