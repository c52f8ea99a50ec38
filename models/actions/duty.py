"""Shifts: going on duty and off, and where an officer is meanwhile. Positions exist only on duty."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, insert, select, update

from models.access.rights import may
from models.actions import offers
from models.actions.incident_change import IncidentChange, actor_of, until_saved
from models.caller import Officer
from models.clock import iso
from models.errors import Forbidden, NotOnDuty
from models.feed.append import Pending
from models.feed.bell import POSITIONS
from models.feed.channels import control
from models.geography import Location
from models.incident.commands import Release
from models.incident.decide import decide, step
from models.incident.incident import from_row
from models.store import Change, Store
from models.tables import CONTROL, incidents, shifts
from models.tables import offers as offers_table


async def set_duty(
    store: Store, officer: Officer, on_duty: bool, district: str, position: Location | None = None
) -> None:
    """Begins or ends the officer's shift in ``district``; saying the same twice changes nothing.

    Who goes off duty gives his incidents back to the others, and his open offers lapse. Who comes is asked
    about everything that waits for an officer while nobody is being asked. Raises Forbidden for another's
    district or a role that does not patrol.
    """
    if not may(officer.role, "set_duty") or district not in officer.districts:
        raise Forbidden(field="district")

    async def attempt() -> None:
        async with store.change() as change:
            shift = await _open_shift(change, officer.id)
            if shift is not None and (not on_duty or shift.district != district):
                await _end(change, officer, shift)
                shift = None
            if on_duty and shift is None:
                await _begin(change, officer, district)
            if on_duty and position is not None:
                await _move(change, officer, position)

    await until_saved(attempt)


async def move(store: Store, officer: Officer, position: Location) -> None:
    """The officer is somewhere else now. Raises NotOnDuty: off duty nobody is followed."""
    async with store.change() as change:
        district = await _move(change, officer, position)
        at = change.at
    store.bell.tell(
        POSITIONS,
        {
            "district": district,
            "officer": officer.service_number,
            "lat": position.lat,
            "lng": position.lng,
            "accuracy_m": position.accuracy_m,
            "at": iso(at),
        },
    )


async def _move(change: Change, officer: Officer, position: Location) -> str:
    moved = await change.connection.execute(
        update(shifts)
        .where(shifts.c.officer_id == officer.id, shifts.c.ended_at.is_(None))
        .values(lat=position.lat, lng=position.lng, accuracy_m=position.accuracy_m, position_at=change.at)
        .returning(shifts.c.district)
    )
    district: str | None = moved.scalar_one_or_none()
    if district is None:
        raise NotOnDuty
    return district


async def _open_shift(change: Change, officer_id: str) -> Any:
    query = select(shifts).where(shifts.c.officer_id == officer_id, shifts.c.ended_at.is_(None))
    return (await change.connection.execute(query)).first()


async def _begin(change: Change, officer: Officer, district: str) -> None:
    asked = exists().where(
        offers_table.c.incident_id == incidents.c.id, offers_table.c.status.in_(offers.OPEN)
    )
    waiting = select(incidents).where(
        incidents.c.district == district, incidents.c.status == "offered", ~asked
    )
    seen = [from_row(row) for row in (await change.connection.execute(waiting)).mappings()]
    for incident in sorted(seen, key=lambda one: one.id):
        changing = IncidentChange(change, incident, incident, "system")
        await offers.offer_to(changing, officer.id, officer.role)
        changing.save()
    await change.connection.execute(
        insert(shifts).values(
            id=change.store.ids.new(), officer_id=officer.id, district=district, started_at=change.at
        )
    )
    _tell_hubs(change, "on_duty", officer, district)


async def _end(change: Change, officer: Officer, shift: Any) -> None:
    await _give_back(change, officer)
    await change.connection.execute(
        update(shifts)
        .where(shifts.c.id == shift.id)
        .values(ended_at=change.at, lat=None, lng=None, accuracy_m=None, position_at=None)
    )
    _tell_hubs(change, "off_duty", officer, shift.district)


async def _give_back(change: Change, officer: Officer) -> None:
    query = (
        select(incidents)
        .outerjoin(offers_table, offers_table.c.incident_id == incidents.c.id)
        .where(incidents.c.status != "closed")
        .where(
            (incidents.c.officer_id == officer.id)
            | ((offers_table.c.officer_id == officer.id) & offers_table.c.status.in_(offers.OPEN))
        )
        .distinct()
    )
    rows = [from_row(row) for row in (await change.connection.execute(query)).mappings()]
    for incident in sorted(rows, key=lambda one: one.id):
        changing = IncidentChange(change, incident, incident, actor_of(officer))
        if incident.officer_id == officer.id:
            for happened in decide(incident, Release(), officer, change.at):
                changing.happen(happened, detail={"reason": "off_duty"})
        else:
            row = await offers.open_offer(changing, officer.id)
            offers.end_offer(changing, row, "lapsed", "off_duty")
            view = offers.offer_view(row.id, "lapsed", row.ack_by)
            changing.happen(step(incident, "lapsed"), officer_id=officer.id, offer=view)
            await changing.cancel_deadlines("offer", row.id)
        await offers.make_offers(changing, "next", leaving=officer.id)
        changing.save()


def _tell_hubs(change: Change, event: str, officer: Officer, district: str) -> None:
    change.pending.append(
        Pending(
            district=CONTROL,
            name=event,
            at=change.at,
            data=control(event, officer.subject, iso(change.at), district),
            actor=actor_of(officer),
            detail={"district": district},
        )
    )
