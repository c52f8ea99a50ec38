"""Shifts: going on duty and off, what an officer does meanwhile, and where he is. Positions exist only on duty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import exists, insert, or_, select, update

from models.access.rights import may
from models.actions import consents, offers, units
from models.actions.ending import end, tell_hubs
from models.actions.incident_change import IncidentChange, until_saved
from models.actions.signing_on import rostered_for, zone_named
from models.caller import Officer
from models.clock import iso
from models.duty.consent import may_locate
from models.duty.units import ENGAGED, SET_BY_HAND, UnitStatus, Vehicle, after
from models.errors import Conflict, Forbidden, IllegalTransition, InvalidField, NotOnDuty, OpenItems
from models.feed.bell import POSITIONS
from models.geography import Location
from models.incident.incident import Incident, from_row
from models.store import Change, Store
from models.tables import incidents, shifts
from models.tables import offers as offers_table


@dataclass(frozen=True, slots=True)
class SigningOn:
    """What an officer says when he signs on. ``zone``: its code; ``consent``: his answer, if he was just asked.

    ``vehicle``: how he gets about.
    """

    position: Location | None = None
    zone: str | None = None
    vehicle: Vehicle | None = None
    consent: bool | None = None


async def set_duty(
    store: Store,
    officer: Officer,
    on_duty: bool,
    district: str,
    position: Location | None = None,
    *,
    zone: str | None = None,
    vehicle: Vehicle | None = None,
    consent: bool | None = None,
) -> None:
    """Begins or ends the officer's shift in ``district``; saying the same twice changes nothing.

    Who goes off duty gives his incidents back to the others, of which the commanders are told, and his open offers
    lapse. Who comes is asked about everything that waits for an officer while nobody is being asked. Raises Forbidden
    for another's district or a role that does not patrol, InvalidField for a zone that the district has not,
    IllegalTransition while a commander has not cleared the officer's panic.
    """
    if not may(officer.role, "set_duty") or district not in officer.districts:
        raise Forbidden(field="district")
    saying = SigningOn(position, zone, vehicle, consent)

    async def attempt() -> None:
        async with store.change() as change:
            shift = await _open_shift(change, officer.id)
            if shift is not None and (not on_duty or shift.district != district):
                await end(change, officer, shift, "moved" if on_duty else "self")
                shift = None
            if not on_duty:
                return
            if consent is not None:
                await consents.answer(change, officer, district, consent)
            if shift is None:
                await _begin(change, officer, district, saying)
            else:
                await _change(change, shift, saying)
            if position is not None and may_locate(await consents.of(change.connection, officer.id)):
                await _move(change, officer, position)

    await until_saved(attempt)


async def sign_off(store: Store, officer: Officer, told: Mapping[str, Literal["queue"]]) -> None:
    """Ends the shift of an officer who has said of each incident in his hands what becomes of it.

    ``told`` by the incident's id: back to the queue. What a colleague has taken over by name is no longer in his
    hands. Off duty already, nothing changes. Raises OpenItems with those that he has not spoken of.
    """

    async def attempt() -> None:
        async with store.change() as change:
            shift = await _open_shift(change, officer.id)
            if shift is None:
                return
            mine = (await units.held(change.connection, [officer.id])).get(officer.id, [])
            if open_ones := sorted({row.id for row in mine} - set(told)):
                raise OpenItems(count=len(open_ones), incidents=" ".join(open_ones))
            await end(change, officer, shift, "self")

    await until_saved(attempt)


async def set_status(store: Store, officer: Officer, status: UnitStatus) -> None:
    """The officer says what he is doing; saying the same twice changes nothing.

    Who becomes available is asked about what waits, as on signing on. Raises NotOnDuty, InvalidField for a status
    that follows the assignment, Conflict (``has_incident``) as long as one is in his hands.
    """
    event = SET_BY_HAND.get(status)
    if event is None:
        raise InvalidField(field="status", why="unknown")

    async def attempt() -> None:
        async with store.change() as change:
            seen = await _open_shift(change, officer.id)
            if seen is None:
                raise NotOnDuty
            waiting = await _waiting(change, seen.district) if event == "ready" else []
            shift = (await units.open_shifts(change.connection, [officer.id])).get(officer.id)
            if shift is None:
                raise NotOnDuty
            if shift.status == status:
                return
            try:
                after(shift.status, event)
            except IllegalTransition:
                raise (
                    Conflict(why="has_incident")
                    if shift.status in ENGAGED
                    else IllegalTransition(command=event, status=shift.status)
                ) from None
            await _ask(change, officer, waiting)
            units.write(change, shift, status, event)
            tell_hubs(change, "unit_status", officer, shift.district)

    await until_saved(attempt)


async def move(store: Store, officer: Officer, position: Location) -> None:
    """The officer is somewhere else now. Raises NotOnDuty: off duty nobody is followed.

    Of whom refused nothing is kept and nothing told; his phone need not know.
    """
    async with store.change() as change:
        if not may_locate(await consents.of(change.connection, officer.id)):
            if await _open_shift(change, officer.id) is None:
                raise NotOnDuty
            return
        shift = await _move(change, officer, position)
        at = change.at
    store.bell.tell(
        POSITIONS,
        {
            "district": shift.district,
            "officer": officer.service_number,
            "lat": position.lat,
            "lng": position.lng,
            "accuracy_m": position.accuracy_m,
            "at": iso(at),
            "status": shift.status,
        },
    )


async def forget_position(change: Change, officer_id: str) -> None:
    """Where he is now is known no more: he took his consent back."""
    await change.connection.execute(
        update(shifts)
        .where(shifts.c.officer_id == officer_id, shifts.c.ended_at.is_(None))
        .values(
            lat=None,
            lng=None,
            accuracy_m=None,
            position_at=None,
            signed_lat=None,
            signed_lng=None,
            signed_accuracy_m=None,
        )
    )


async def answer_consent(store: Store, officer: Officer, given: bool) -> None:
    """The officer agrees to be located while on duty, or takes it back, which counts at once."""
    async with store.change() as change:
        district = min(officer.districts, default="")
        await consents.answer(change, officer, district, given)
        if not given:
            await forget_position(change, officer.id)


async def _move(change: Change, officer: Officer, position: Location) -> Any:
    moved = await change.connection.execute(
        update(shifts)
        .where(shifts.c.officer_id == officer.id, shifts.c.ended_at.is_(None))
        .values(lat=position.lat, lng=position.lng, accuracy_m=position.accuracy_m, position_at=change.at)
        .returning(shifts.c.district, shifts.c.status)
    )
    row = moved.first()
    if row is None:
        raise NotOnDuty
    return row


async def _open_shift(change: Change, officer_id: str) -> Any:
    query = select(shifts).where(shifts.c.officer_id == officer_id, shifts.c.ended_at.is_(None))
    return (await change.connection.execute(query)).first()


async def _begin(change: Change, officer: Officer, district: str, saying: SigningOn) -> None:
    await _ask(change, officer, await _waiting(change, district))
    planned = await rostered_for(change, officer.id, district)
    zone_id = None if planned is None else planned.zone_id
    if saying.zone is not None:
        zone_id = await zone_named(change.connection, district, saying.zone)
    row = {
        "id": change.store.ids.new(),
        "officer_id": officer.id,
        "district": district,
        "started_at": change.at,
        "zone_id": zone_id,
        "vehicle": saying.vehicle,
        "roster_shift_id": None if planned is None else planned.id,
        "status": "available",
        "status_at": change.at,
        "off_by": _off_by(change, planned),
    }
    place = saying.position
    if place is not None and may_locate(await consents.of(change.connection, officer.id)):
        row |= {"signed_lat": place.lat, "signed_lng": place.lng, "signed_accuracy_m": place.accuracy_m}
    shift = (await change.connection.execute(insert(shifts).values(**row).returning(shifts))).one()
    units.keep(change, shift, "available", "sign_on")
    tell_hubs(change, "on_duty", officer, district)


def _off_by(change: Change, planned: Any) -> Any:
    if planned is not None:
        return planned.ends_at + timedelta(minutes=planned.grace_minutes)
    return change.at + timedelta(seconds=change.store.settings.unplanned_shift_seconds)


async def _change(change: Change, shift: Any, saying: SigningOn) -> None:
    values: dict[str, Any] = {}
    if saying.zone is not None:
        values["zone_id"] = await zone_named(change.connection, shift.district, saying.zone)
    if saying.vehicle is not None:
        values["vehicle"] = saying.vehicle
    if values:
        await change.connection.execute(update(shifts).where(shifts.c.id == shift.id).values(**values))


async def _waiting(change: Change, district: str) -> list[Incident]:
    """What waits for an officer while nobody is being asked, locked."""
    asked = exists().where(
        offers_table.c.incident_id == incidents.c.id, offers_table.c.status.in_(offers.OPEN)
    )
    query = (
        select(incidents)
        .where(incidents.c.district == district, incidents.c.status == "offered", ~asked)
        .where(or_(incidents.c.origin != "officer", incidents.c.requesters > 0))
        .order_by(incidents.c.id)
        .with_for_update()
    )
    return [from_row(row) for row in (await change.connection.execute(query)).mappings()]


async def _ask(change: Change, officer: Officer, waiting: list[Incident]) -> None:
    for incident in waiting:
        changing = IncidentChange(change, incident, incident, "system")
        await offers.offer_to(changing, officer.id, officer.role)
        changing.save()
