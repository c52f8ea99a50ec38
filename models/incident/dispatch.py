"""What a commander's orders and a call for backup do to an incident: pure, like ``decide``, which asks here.

An order gives an incident to an officer without asking him; that he goes he says himself (``accepted_at`` is his word
and never the commander's). Who has it is one officer; backup comes beside him (``support``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from models.caller import Caller, Officer
from models.errors import Conflict, IllegalTransition, InvalidField
from models.incident import commands
from models.incident.commands import Command
from models.incident.happened import Happened, step
from models.incident.incident import Incident
from models.incident.support import MOST_WANTED, Supporter, supporter, with_supporter, without_supporter

# So long a commander may take a merge back: after it, whoever waited has been answered in the other incident.
UNMERGE_WITHIN = timedelta(minutes=10)
# An incident that no officer has: neither one who holds it nor any who support him.
NOBODY: dict[str, Any] = {
    "officer_id": None,
    "officer_number": None,
    "unit": None,
    "to_confirm": False,
    "backup_at": None,
    "backup_wanted": 0,
    "supporting": "[]",
}


def _order(incident: Incident, event: str, command: commands.Order, at: datetime) -> list[Happened]:
    to = command.assignee
    assert to is not None, "the action has found the unit"
    if incident.officer_id == to.id:
        raise Conflict(why="has_it_already")
    return [
        step(
            incident,
            event,
            officer_id=to.id,
            officer_number=to.service_number,
            unit=to.unit,
            to_confirm=True,
            nobody_on_duty=False,
            handed_over_at=incident.handed_over_at or at,
            supporting=without_supporter(incident, to.id),
        )
    ]


def _assign(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    assert isinstance(command, commands.Assign)
    return _order(incident, "assigned", command, at)


def _reassign(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    assert isinstance(command, commands.Reassign)
    return _order(incident, "reassigned", command, at)


def _confirm(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [step(incident, "accepted", accepted_at=incident.accepted_at or at, to_confirm=False)]


def _merge(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    assert isinstance(command, commands.Merge)
    if command.into == incident.id:
        raise InvalidField(field="into", why="itself")
    # Who had it and who supported him is free; the record keeps both.
    return [
        step(
            incident, "merged", outcome="duplicate", merged_into=command.into, closed_at=at, to_confirm=False
        )
    ]


def _absorb(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    assert isinstance(command, commands.Absorb)
    return [step(incident, "absorbed", requesters=incident.requesters + command.requesters)]


def _unmerge(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    assert isinstance(command, commands.Unmerge)
    if incident.merged_into is None or incident.closed_at is None:
        raise Conflict(why="not_merged")
    if at > incident.closed_at + UNMERGE_WITHIN:
        raise Conflict(why="unmerge_late", minutes=int(UNMERGE_WITHIN.total_seconds() // 60))
    back = step(
        incident,
        "unmerged",
        status=command.status,
        outcome=None,
        closed_at=None,
        merged_into=None,
        to_confirm=command.to_confirm,
        requesters=command.requesters,
        supporting=command.supporting,
    )
    if command.status not in {"accepted", "on_scene"} or command.returns:
        return [back]
    # Whoever had it has gone on to something else: it is the officers' again, as if he gave it back.
    theirs = replace(back.incident, status="offered")
    gone = step(theirs, "released", **NOBODY, handed_over_at=incident.handed_over_at or at)
    return [back, gone]


def _detach(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    assert isinstance(command, commands.Detach)
    left = max(0, incident.requesters - command.requesters)
    after = step(incident, "detached", requesters=left)
    waits_for_nobody = left == 0 and incident.requesters > 0 and incident.origin == "requester"
    if waits_for_nobody and incident.status in {"waiting", "offered"}:
        # Its own requesters had withdrawn meanwhile; it only stood for those who go.
        return [
            after,
            step(replace(after.incident, status="closed"), "cancelled", outcome="cancelled", closed_at=at),
        ]
    return [after]


def _transfer(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    assert isinstance(command, commands.Transfer)
    if command.district == incident.district:
        raise InvalidField(field="district", why="itself")
    theirs = incident.status == "offered"
    return [
        step(
            incident,
            "transferred",
            district=command.district,
            nobody_on_duty=False,
            handed_over_at=incident.handed_over_at or (at if theirs else None),
            **NOBODY,
        )
    ]


def _backup(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    assert isinstance(command, commands.Backup)
    if not 1 <= command.units <= MOST_WANTED:
        raise InvalidField(field="units", why="out_of_range", least=1, most=MOST_WANTED)
    wanted = min(MOST_WANTED, incident.backup_wanted + command.units)
    if wanted == incident.backup_wanted:
        raise Conflict(why="backup_full", limit=MOST_WANTED)
    return [step(incident, "backup_called", backup_at=incident.backup_at or at, backup_wanted=wanted)]


def _support(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    assert isinstance(caller, Officer)
    known = supporter(incident, caller.id)
    if known is not None and known.to_confirm:
        return _seen_to(incident, "supporting", replace(known, to_confirm=False))
    if incident.backup_at is None or incident.officer_id == caller.id or known is not None:
        raise IllegalTransition(command="support", status=incident.status)
    coming = Supporter(officer_id=caller.id, officer=caller.service_number, unit=caller.unit, since=at)
    return _seen_to(incident, "supporting", coming)


def _assign_support(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    assert isinstance(command, commands.AssignSupport)
    to = command.assignee
    assert to is not None, "the action has found the unit"
    if incident.officer_id == to.id or supporter(incident, to.id) is not None:
        raise Conflict(why="has_it_already")
    sent = Supporter(officer_id=to.id, officer=to.service_number, unit=to.unit, since=at, to_confirm=True)
    return _seen_to(incident, "support_sent", sent)


def _support_arrive(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    known = _known(incident, command, caller)
    if known.arrived_at is not None:
        raise IllegalTransition(command="arrive", status=incident.status)
    return _seen_to(incident, "support_arrived", replace(known, to_confirm=False, arrived_at=at))


def _support_leave(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    known = _known(incident, command, caller)
    return [step(incident, "support_left", supporting=without_supporter(incident, known.officer_id))]


def _known(incident: Incident, command: Command, caller: Caller) -> Supporter:
    known = supporter(incident, caller.id) if isinstance(caller, Officer) else None
    if known is None:
        raise IllegalTransition(command=command.name, status=incident.status)
    return known


def _seen_to(incident: Incident, event: str, one: Supporter) -> list[Happened]:
    return [step(incident, event, supporting=with_supporter(incident, one))]


RULES: dict[type[Command], Callable[[Incident, Command, Caller, datetime], list[Happened]]] = {
    commands.Assign: _assign,
    commands.Reassign: _reassign,
    commands.Confirm: _confirm,
    commands.Merge: _merge,
    commands.Absorb: _absorb,
    commands.Unmerge: _unmerge,
    commands.Detach: _detach,
    commands.Transfer: _transfer,
    commands.Backup: _backup,
    commands.Support: _support,
    commands.AssignSupport: _assign_support,
    commands.SupportArrive: _support_arrive,
    commands.SupportLeave: _support_leave,
}
