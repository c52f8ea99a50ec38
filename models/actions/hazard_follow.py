"""What the steps of a hazard bring about: who has it to mend, until when it can be reopened, when it expires.

In the transaction of the step. Leaves to others: what a step does to the incident (``models.incident.hazards``), and
how an agency hears of it (``agency_filing``).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update

from models.actions import agencies, agency_filing, hazard_contacts, retention
from models.actions.incident_change import IncidentChange
from models.caller import Caller, Participant, System
from models.errors import Conflict, InvalidField
from models.incident.commands import Cancel, Command
from models.incident.decide import decide, hand_over
from models.incident.hazards import Expire, Refer, StillThere, TakeNote
from models.rules.evaluation import Result
from models.tables import events, hazards, participants

OFFICERS = "officers"
EXPIRE = "expire"
FARTHEST_PROMISE = timedelta(days=366)
# Whoever says any of these has news of it: it expires that much later.
NEWS = frozenset({"joined", "referred", "noted", "reopened", "released", "transferred"})


async def began(changing: IncidentChange, said: Result, source: str) -> None:
    """Its own row, who has it, and when it expires. ``said``: what the table says of it."""
    now = changing.now
    agency = await agencies.for_body(changing.change.connection, now.district, said["body"])
    changing.add(
        hazards,
        {
            "incident_id": now.id,
            "body": said["body"],
            "reopen_days": said["reopen_days"],
            "reopens_most": said["reopens_most"],
            "expire_days": said["expire_days"],
            "agency_id": None if agency is None else agency.id,
            "source": source,
        },
    )
    changing.set_deadline(EXPIRE, changing.at + timedelta(days=said["expire_days"]))
    if agency is not None:
        await agency_filing.file(changing, agency, new=True)


async def row_of(changing: IncidentChange) -> Any | None:
    """The hazard's own row; None for an incident of another kind, and for one from before there were any."""
    if changing.now.kind != "hazard":
        return None
    query = select(hazards).where(hazards.c.incident_id == changing.now.id)
    return (await changing.change.connection.execute(query)).first()


async def check(changing: IncidentChange, command: Command, caller: Caller) -> None:
    """Raises Conflict for a follower who says too late, or too often, that it is still there; InvalidField for a

    promise that is past or too far off.
    """
    by = command.by if isinstance(command, TakeNote) else None
    if by is not None and not changing.at < by <= changing.at + FARTHEST_PROMISE:
        raise InvalidField(field="by", why="out_of_range")
    if not isinstance(command, StillThere) or not isinstance(caller, Participant):
        return
    row = await row_of(changing)
    if row is None or row.reopen_until is None or row.reopen_until <= changing.at:
        raise Conflict(why="reopening_over")
    said = select(func.count()).where(
        events.c.incident_id == changing.now.id,
        events.c.name == "reopened",
        events.c.actor == f"{caller.role}:{caller.id}",
    )
    if (await changing.change.connection.execute(said)).scalar_one() >= row.reopens_most:
        raise Conflict(why="reopened_often", limit=row.reopens_most)


async def before(changing: IncidentChange, command: Command) -> None:
    """What is a hazard's officers' from its first instant is theirs again; a new agency is who has it now."""
    if isinstance(command, StillThere) and changing.now.status == "waiting":
        row = await row_of(changing)
        if row is not None and row.body == OFFICERS:
            changing.happen(hand_over(changing.now, changing.at), actor="system")
    if isinstance(command, Refer):
        await _refer(changing, command)
    if isinstance(command, Cancel):
        hazard_contacts.withdrawn(changing)


async def _refer(changing: IncidentChange, command: Refer) -> None:
    """To the named agency, else to the one whose body the table named."""
    row = await row_of(changing)
    if row is None:
        return
    agency = await agencies.to_refer_to(
        changing.change.connection, changing.now.district, row.body, command.agency
    )
    changing.later(
        update(hazards).where(hazards.c.incident_id == changing.now.id).values(agency_id=agency.id)
    )
    await agency_filing.file(changing, agency)


async def follow(changing: IncidentChange) -> None:
    """After everything else that the events so far bring about."""
    row = await row_of(changing)
    if row is None:
        return
    await hazard_contacts.tell(changing)
    names, now = set(changing.names), changing.now
    if now.status == "closed":
        if changing.names[-1:] != ["rated"]:
            await _closed(changing, row)
        return
    if "transferred" in names:
        await _elsewhere(changing, row)
    if "reopened" in names:
        await _live_again(changing)
    if NEWS & names:
        await changing.cancel_deadlines(EXPIRE)
        changing.set_deadline(EXPIRE, changing.at + timedelta(days=row.expire_days))


async def _elsewhere(changing: IncidentChange, row: Any) -> None:
    """In the new district another agency may be the same body."""
    agency = await agencies.for_body(changing.change.connection, changing.now.district, row.body)
    found = None if agency is None else agency.id
    if found == row.agency_id:
        return
    mine = hazards.c.incident_id == changing.now.id
    changing.later(update(hazards).where(mine).values(agency_id=found))
    if agency is None:
        changing.later(agency_filing.ended(changing.now.id))
    else:
        await agency_filing.file(changing, agency)


async def _closed(changing: IncidentChange, row: Any) -> None:
    """Followers' links last as long as they may say that it is not mended."""
    now, store = changing.now, changing.change.store
    may_reopen = now.merged_into is None and now.outcome in {"settled", "resolved"}
    until = changing.at + timedelta(days=row.reopen_days) if may_reopen else None
    changing.later(update(hazards).where(hazards.c.incident_id == now.id).values(reopen_until=until))
    changing.later(agency_filing.ended(now.id))
    if until is not None:
        ends = max(until, changing.at + retention.of(store, "tokens", now.district))
        changing.later(
            update(participants).where(participants.c.incident_id == now.id).values(expires_at=ends)
        )


async def _live_again(changing: IncidentChange) -> None:
    """The response time never moves: one that is past counts at once."""
    changing.later(update(hazards).where(hazards.c.incident_id == changing.now.id).values(reopen_until=None))
    if changing.now.breached_at is None:
        changing.set_deadline("respond", max(changing.now.respond_by, changing.at))
    await agency_filing.again(changing)


def expire(changing: IncidentChange) -> None:
    """Nobody has said anything for so long; while an officer has it, it does not expire."""
    if changing.now.status in {"waiting", "offered"} and changing.now.kind == "hazard":
        for happened in decide(changing.now, Expire(), System(), changing.at):
            changing.happen(happened, actor="system")
