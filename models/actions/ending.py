"""The end of a shift, whoever ends it: what is in the officer's hands goes back to the others, and hubs hear of it.

Leaves to others: who may end it and when (``duty``, ``shift_ends``).
"""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import dispatching, notify, offers, relief, units
from models.actions.incident_change import IncidentChange, actor_of
from models.caller import Officer
from models.clock import iso
from models.duty.units import UnitEvent
from models.errors import IllegalTransition
from models.feed.append import Pending
from models.feed.channels import control
from models.incident.commands import Release
from models.incident.decide import decide
from models.incident.happened import step
from models.incident.incident import Incident, from_row
from models.store import Change
from models.tables import CONTROL, handovers, incidents, shifts
from models.tables import offers as offers_table
from models.writes import Stale

Ending = Literal["self", "moved", "grace"]


async def end(change: Change, officer: Officer, shift: Any, how: Ending) -> int:
    """Ends an open shift: what is in his hands goes back to the others. Returns how many incidents that are.

    Raises IllegalTransition while his panic is not cleared.
    """
    if shift.status == "panic":
        raise IllegalTransition(command="sign_off", status="panic")
    returned = await _give_back(change, officer, shift, how)
    await relief.forget(change, officer.id)
    units.keep(change, shift, "off_duty", "sign_off")
    ended = await change.connection.execute(
        update(shifts)
        .where(shifts.c.id == shift.id, shifts.c.ended_at.is_(None))
        .values(
            ended_at=change.at,
            ended_how=how,
            returned=returned,
            status="off_duty",
            status_at=change.at,
            lat=None,
            lng=None,
            accuracy_m=None,
            position_at=None,
        )
    )
    if ended.rowcount != 1:
        raise Stale  # somebody else has just ended it
    tell_hubs(change, "off_duty", officer, shift.district)
    return returned


async def _give_back(change: Change, officer: Officer, shift: Any, how: Ending) -> int:
    returned = 0
    for incident in await _in_his_hands(change.connection, officer.id):
        actor = "system" if how == "grace" else actor_of(officer)
        changing = IncidentChange(change, incident, incident, actor)
        if incident.officer_id == officer.id:
            returned += 1
            await _release(changing, officer, shift, how)
        elif await dispatching.goes_off_duty(changing, officer):
            pass
        elif incident.status in units.HAS:
            await relief.taker_leaves(changing, officer.id)
        else:
            await _let_lapse(changing, officer)
        changing.save()
    return returned


async def _release(changing: IncidentChange, officer: Officer, shift: Any, how: Ending) -> None:
    seen = changing.now
    for happened in decide(seen, Release(), officer, changing.at):
        changing.happen(happened, detail={"reason": "shift_over" if how == "grace" else "off_duty"})
    await offers.withdraw_offers(changing)
    event: UnitEvent = "clear" if seen.status == "on_scene" else "free"
    units.keep(changing.change, shift, "available", event, seen.id)
    await notify.tell_commanders(changing, "officer_left")
    await offers.make_offers(changing, "next", leaving=officer.id)


async def _let_lapse(changing: IncidentChange, officer: Officer) -> None:
    row = await offers.open_offer(changing, officer.id)
    offers.end_offer(changing, row, "lapsed", "off_duty")
    view = offers.offer_view(row.id, "lapsed", row.ack_by)
    changing.happen(step(changing.now, "lapsed"), officer_id=officer.id, offer=view)
    await changing.cancel_deadlines("offer", row.id)
    await offers.make_offers(changing, "next", leaving=officer.id)


async def _in_his_hands(connection: AsyncConnection, officer_id: str) -> list[Incident]:
    """What he has, is asked about or is to take over, locked by id: before his shift, as everywhere."""
    to_take = select(handovers.c.incident_id).where(
        handovers.c.taker_id == officer_id, handovers.c.status == "asked"
    )
    asked = select(offers_table.c.incident_id).where(
        offers_table.c.officer_id == officer_id, offers_table.c.status.in_(offers.OPEN)
    )
    query = (
        select(incidents)
        .where(incidents.c.status != "closed")
        .where(
            or_(
                incidents.c.officer_id == officer_id,
                incidents.c.id.in_(asked),
                incidents.c.id.in_(to_take),
                # beside the officer who has it
                and_(
                    incidents.c.status.in_(units.HAS),
                    incidents.c.supporting.contains(f'"{officer_id}"', autoescape=True),
                ),
            )
        )
        .order_by(incidents.c.id)
        .with_for_update()
    )
    return [from_row(row) for row in (await connection.execute(query)).mappings()]


def tell_hubs(change: Change, event: str, officer: Officer, district: str) -> None:
    """An entry of the control sequence: who came, left, or does something else."""
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
