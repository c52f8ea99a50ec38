"""A merge is taken back: the duplicate goes on as it stood, and whoever went along with it comes back.

What the merge ended bears its instant (deadlines, offers), and whom it took along its event's record names. What came
due meanwhile comes due now: nothing is back-filled. Leaves to others: whether it is possible
(``models.incident.dispatch``), and what follows for officers and owners (``consequences``).
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import func, select, update

from models.actions import units
from models.actions.incident_change import IncidentChange, actor_of, incidents_by_id, load
from models.actions.request_facts import open_by_vehicle
from models.caller import Officer
from models.errors import Conflict
from models.incident.commands import Detach, Unmerge
from models.incident.decide import decide
from models.incident.incident import Incident, Status
from models.incident.support import only_of, supporters
from models.store import Change
from models.tables import deadlines, events, incidents, notices, participants, shifts


class Before(msgspec.Struct):
    """What the record of a merge keeps of the duplicate; ``participants`` went along with it."""

    status: Status
    to_confirm: bool
    participants: list[str]


async def before(changing: IncidentChange, roles: tuple[str, ...]) -> dict[str, Any]:
    """How a duplicate stands that is about to be merged, for the record of the merge."""
    query = select(participants.c.id).where(
        participants.c.incident_id == changing.now.id,
        participants.c.role.in_(roles),
        participants.c.withdrawn_at.is_(None),
    )
    ids = list((await changing.change.connection.execute(query.order_by(participants.c.id))).scalars())
    stood = Before(changing.now.status, changing.now.to_confirm, ids)
    built: dict[str, Any] = msgspec.to_builtins(stood)
    return built


async def make_known(change: Change, incident_id: str) -> None:
    """Reads both incidents of the merge in one statement, so that their rows are locked in the agreed order."""
    query = select(incidents.c.merged_into).where(incidents.c.id == incident_id)
    into = (await change.connection.execute(query)).scalar_one_or_none()
    if into is not None:
        await change.learn((incidents_by_id, incident_id), (incidents_by_id, into))


async def unmerge(
    changing: IncidentChange, command: Unmerge, caller: Officer, detail: dict[str, Any]
) -> IncidentChange | None:
    """Opens the duplicate again; returns the incident into which it was merged, changed.

    Raises Conflict: it was not merged, too long ago, merged on since, or its car was asked for anew.
    """
    seen = changing.now
    if seen.merged_into is None:
        decide(seen, command, caller, changing.at)  # refuses
    into = await load(changing.change, seen.merged_into or "")
    if into.merged_into is not None:
        raise Conflict(why="merged_on")
    if seen.vehicle_id is not None and await _asked_again(changing, seen.vehicle_id):
        raise Conflict(why="asked_again")
    stood = await _stood(changing)
    waiting = await _come_back(changing, stood, into)
    returns, beside = await _who_returns(changing, seen, stood)
    told = Unmerge(
        reason=command.reason,
        note=command.note,
        status=stood.status,
        to_confirm=stood.to_confirm,
        requesters=waiting,
        supporting=beside,
        returns=returns,
    )
    for happened in decide(seen, told, caller, changing.at):
        holder = seen.officer_id if returns and happened.event == "unmerged" else None
        changing.happen(happened, detail={**detail, "into": into.id}, officer_id=holder)
    await _due_again(changing, seen)
    survivor = IncidentChange(changing.change, into, into, actor_of(caller))
    for happened in decide(into, Detach(duplicate=seen.id, requesters=waiting), caller, changing.at):
        survivor.happen(happened, detail={**detail, "duplicate": seen.id})
    return survivor


async def _asked_again(changing: IncidentChange, vehicle_id: str) -> bool:
    return await changing.change.fact(open_by_vehicle, vehicle_id) is not None


async def _stood(changing: IncidentChange) -> Before:
    query = (
        select(events.c.detail)
        .where(events.c.incident_id == changing.now.id, events.c.name == "merged")
        .order_by(events.c.incident_offset.desc())
        .limit(1)
    )
    detail = msgspec.json.decode((await changing.change.connection.execute(query)).scalar_one())
    if "before" not in detail:
        raise Conflict(why="not_merged")  # a merge from before it could be taken back
    return msgspec.convert(detail["before"], Before)


async def _come_back(changing: IncidentChange, stood: Before, into: Incident) -> int:
    """Whoever went along comes back, those who withdrew meanwhile too; returns how many requesters still wait."""
    mine = (participants.c.id.in_(stood.participants), participants.c.incident_id == into.id)
    query = select(func.count()).where(
        *mine, participants.c.role.in_(("requester", "party")), participants.c.withdrawn_at.is_(None)
    )
    waiting: int = (await changing.change.connection.execute(query)).scalar_one()
    changing.later(update(participants).where(*mine).values(incident_id=changing.now.id))
    return waiting


async def _who_returns(changing: IncidentChange, seen: Incident, stood: Before) -> tuple[bool, str]:
    """Whether its officer has it again, and those beside him: whoever is on duty here with nothing else in hand."""
    if stood.status not in units.HAS:
        return False, "[]"
    names = [seen.officer_id or "", *(one.officer_id for one in supporters(seen))]
    query = select(shifts.c.officer_id).where(
        shifts.c.officer_id.in_(names),
        shifts.c.ended_at.is_(None),
        shifts.c.district == seen.district,
        shifts.c.status == "available",
    )
    free = set((await changing.change.connection.execute(query)).scalars())
    if seen.officer_id not in free:
        return False, "[]"
    return True, only_of(seen, free)


async def _due_again(changing: IncidentChange, seen: Incident) -> None:
    """The deadlines and notices that the merge ended count again. What is over by now fires at once."""
    query = (
        select(deadlines.c.kind, deadlines.c.subject, deadlines.c.due_at)
        .where(deadlines.c.incident_id == seen.id, deadlines.c.status == "cancelled")
        .where(deadlines.c.settled_at == seen.closed_at, deadlines.c.kind != "offer")
        .order_by(deadlines.c.due_at)
    )
    for row in (await changing.change.connection.execute(query)).all():
        changing.set_deadline(row.kind, row.due_at, row.subject)
    changing.later(
        update(notices)
        .where(notices.c.incident_id == seen.id, notices.c.status == "cancelled")
        .where(notices.c.due_at >= seen.closed_at)
        .values(status="queued")
    )
