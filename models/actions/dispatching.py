"""What a commander orders and an officer calls for: units by name, duplicates, the neighbouring district, backup.

The rules say what happens (``models.incident.dispatch``); here is what they ask of the rows: is the unit on duty, is
the other incident one to go on with, is there such a district; and what an order leaves behind in the same
transaction: an offer that tells the officer, requesters who go along, an audit record.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select, update

from models.actions import offers, unmerging
from models.actions.incident_change import IncidentChange, actor_of, incidents_by_id, load
from models.actions.zoning import columns_of, zone_at
from models.caller import Caller, Officer
from models.duty.units import AVAILABLE
from models.errors import IllegalTransition, InvalidField, SwitchedOff
from models.flags.definitions import module_key
from models.geography import place_of
from models.incident.commands import Absorb, Assignee, AssignSupport, Merge, Order, SupportLeave, Transfer
from models.incident.decide import decide
from models.incident.happened import step
from models.incident.incident import Incident
from models.incident.support import supporter
from models.incident.transitions import next_status
from models.store import Change
from models.tables import audit, districts, officers, participants, shifts

# What an officer's answer makes of the offer that told him: he goes, or he gives it back.
_ENDS = {
    "accepted": "accepted",
    "arrived": "accepted",
    "supporting": "accepted",
    "support_arrived": "accepted",
    "released": "declined",
    "support_left": "declined",
}


async def order(changing: IncidentChange, command: Order, caller: Officer, detail: dict[str, Any]) -> None:
    """Gives the incident to the unit that the commander names, which is told so and may release it with a reason.

    Raises InvalidField for a unit that is not on duty in the incident's district, or cannot be sent now.
    """
    next_status(changing.now.kind, changing.now.status, command.name)
    to, status = await _on_duty(changing, command.officer)
    given = replace(command, assignee=to)
    (happened,) = decide(changing.now, given, caller, changing.at)
    if status not in AVAILABLE:
        raise InvalidField(field="officer", why="not_available")
    supports = isinstance(command, AssignSupport)
    rule = await offers.routing(changing, "next")
    about = {"stage": "order", "by": caller.service_number, "reason": command.reason}
    kind: offers.OfferKind = "assign_support" if supports else "assign"
    # What he was asked before is answered by the order.
    row = offers.new_offer(changing, to.id, offers.seconds(rule), about, kind)
    changing.happen(
        happened,
        officer_id=to.id,
        offer=offers.view_of(row),
        detail={**detail, "officer": to.service_number, "offer": row["id"]},
    )
    await offers.close_offer(changing, to.id, "withdrawn")
    changing.set_deadline("offer", row["ack_by"], row["id"])


async def _on_duty(changing: IncidentChange, number: str) -> tuple[Assignee, str]:
    query = (
        select(officers.c.id, officers.c.service_number, officers.c.unit, shifts.c.status)
        .join(shifts, shifts.c.officer_id == officers.c.id)
        .where(officers.c.service_number == number, officers.c.active)
        .where(shifts.c.ended_at.is_(None), shifts.c.district == changing.now.district)
    )
    row = (await changing.change.connection.execute(query)).first()
    if row is None:
        raise InvalidField(field="officer", why="not_on_duty")
    return Assignee(row.id, row.service_number, row.unit), row.status


async def make_known(change: Change, incident_id: str, command: Merge) -> None:
    """Reads both incidents of a merge in one statement, so that their rows are locked in the agreed order."""
    await change.learn((incidents_by_id, incident_id), (incidents_by_id, command.into))


async def merge(
    changing: IncidentChange, command: Merge, caller: Officer, detail: dict[str, Any]
) -> IncidentChange:
    """Closes a duplicate; its requesters go along to the incident that goes on, which is returned, changed.

    Of the same car the owner goes along too. Raises InvalidField for one that is closed or in another district.
    """
    duplicate = changing.now
    (happened,) = decide(duplicate, command, caller, changing.at)
    if await changing.change.fact(incidents_by_id, command.into) is None:
        raise InvalidField(field="into", why="not_here")
    into = await load(changing.change, command.into)
    if into.district != duplicate.district:
        raise InvalidField(field="into", why="not_here")
    if into.kind != duplicate.kind:
        raise InvalidField(field="into", why="other_kind")
    survivor = IncidentChange(changing.change, into, into, actor_of(caller))
    try:
        (absorbed,) = decide(
            into, Absorb(duplicate=duplicate.id, requesters=duplicate.requesters), caller, changing.at
        )
    except IllegalTransition:
        raise InvalidField(field="into", why="closed") from None
    stood = await unmerging.before(changing, _along(duplicate, into))
    changing.happen(happened, detail={**detail, "into": into.id, "before": stood})
    survivor.happen(absorbed, detail={**detail, "duplicate": duplicate.id})
    changing.later(_follow_along(duplicate, into))
    return survivor


def _follow_along(duplicate: Incident, into: Incident) -> Any:
    roles = _along(duplicate, into)
    return (
        update(participants)
        .where(
            participants.c.incident_id == duplicate.id,
            participants.c.role.in_(roles),
            participants.c.withdrawn_at.is_(None),
        )
        .values(incident_id=into.id)
    )


def _along(duplicate: Incident, into: Incident) -> tuple[str, ...]:
    """Who goes along: of the same car the owner too."""
    same_car = duplicate.vehicle_id is not None and duplicate.vehicle_id == into.vehicle_id
    return ("requester", "party", "owner") if same_car else ("requester", "party")


async def transfer(
    changing: IncidentChange, command: Transfer, caller: Officer, detail: dict[str, Any]
) -> None:
    """Gives the incident to another district of the same city: the same event in both sequences.

    Raises InvalidField for a district that is none of the city's, SwitchedOff where nobody handles such incidents.
    """
    seen = changing.now
    (happened,) = decide(seen, command, caller, changing.at)
    query = select(districts.c.code, districts.c.city_code).where(
        districts.c.code.in_((seen.district, command.district))
    )
    city = {row.code: row.city_code for row in await changing.change.connection.execute(query)}
    if city.get(command.district) != city[seen.district]:
        raise InvalidField(field="district", why="not_here")
    if seen.kind == "move_car" and not changing.change.store.flags.is_on(
        module_key("move_car"), command.district, unit=seen.vehicle_id
    ):
        raise SwitchedOff(why="move_car")
    places = {"from": seen.district, "to": command.district}
    changing.happen(happened, detail={**detail, **places}, out_of=seen.district)
    zone = await zone_at(changing.change, command.district, place_of(seen))
    changing.amend(**columns_of(zone))


async def answer_offer(changing: IncidentChange, caller: Officer, reason: str | None) -> None:
    """Ends the offer that told an officer of what he just answered by accepting, arriving or giving it back."""
    for event in changing.names:
        if event in _ENDS:
            status = _ENDS[event]
            await offers.close_offer(changing, caller.id, status, reason if status == "declined" else None)


async def goes_off_duty(changing: IncidentChange, officer: Officer) -> bool:
    """Frees a unit that supports or was asked to, and asks the next one; False if he does neither."""
    if supporter(changing.now, officer.id) is not None:
        for happened in decide(changing.now, SupportLeave(), officer, changing.at):
            changing.happen(happened, detail={"reason": "off_duty"})
        await offers.close_offer(changing, officer.id, "declined", "off_duty")
    else:
        asked = [
            one
            for one in await changing.around.offers(changing.now.id)
            if one.officer_id == officer.id and one.kind == "support" and one.status in offers.OPEN
        ]
        if not asked:
            return False
        offers.end_offer(changing, asked[0], "lapsed", "off_duty")
        view = offers.view_of(asked[0]._asdict(), "lapsed")
        changing.happen(step(changing.now, "lapsed"), officer_id=officer.id, offer=view)
        await changing.cancel_deadlines("offer", asked[0].id)
    await offers.ask_for_backup(changing)
    return True


def record(change: Change, caller: Caller, command: str, incident_id: str, reason: str | None) -> None:
    """An audit record of what a commander ordered, written with it."""
    if not isinstance(caller, Officer) or caller.role != "commander":
        return
    row = {
        "id": change.store.ids.new(),
        "at": change.at,
        "actor": caller.subject,
        "role": caller.role,
        "action": command,
        "subject": f"incident:{incident_id}",
        "reason": reason,
        "success": True,
    }
    change.writes.add(audit, row)
