"""What a command does to an incident: pure, the incident and an instant in, what happened out.

One command may make several things happen (an owner who cannot come: ``answered``, then ``handed_over``);
each is one event and one version. Who may is decided before (``permissions``); offers, deadlines and notices
are consequences and are arranged after (``models.actions``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec.structs import replace

from models.caller import Caller, Officer
from models.errors import AlreadyAccepted, Conflict, IllegalTransition, InvalidField
from models.incident import accidents, commands, hazards, support
from models.incident.commands import Command
from models.incident.dispatch import NOBODY
from models.incident.dispatch import RULES as DISPATCH
from models.incident.happened import Happened, step
from models.incident.incident import Incident
from models.incident.transitions import next_status

HANDS_OVER_AT_ONCE = frozenset({"cannot", "not_mine"})
# A refusal, and what a commander decides over somebody's head: the record says why.
NEEDS_REASON = frozenset(
    {"decline", "reopen", "assign", "reassign", "assign_support", "merge", "unmerge", "transfer", "annul"}
)
# Whom it waits for stays whom it waits for when the time is up: who answers for a road cannot hand it to an officer.
KEEPS_WAITING = frozenset({"hazard"})


def decide(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    """What ``command`` of ``caller`` at the instant ``at`` makes happen, in order.

    Raises IllegalTransition (AlreadyAccepted when another officer was faster), or InvalidField for a command
    that lacks what it needs; then nothing has changed.
    """
    if command.name == "accept" and incident.status in {"accepted", "on_scene"}:
        raise AlreadyAccepted(by=incident.officer_number or "")
    if command.name in NEEDS_REASON and not (command.reason or "").strip():
        raise InvalidField(field="reason", why="required")
    status = next_status(incident.kind, incident.status, command.name)
    return _RULES[type(command)](replace(incident, status=status), command, caller, at)


def meant(incident: Incident, command: Command, caller: Caller) -> Command:
    """What a command means from this caller: one word for the officer, whatever his part in the incident is.

    Who was sent accepts by confirming; a supporting unit arrives and releases for itself.
    """
    if not isinstance(caller, Officer):
        return command
    texts = {"reason": command.reason, "note": command.note}
    holds = incident.officer_id == caller.id
    if isinstance(command, commands.Accept) and holds and incident.to_confirm:
        return commands.Confirm(**texts)
    if not holds and support.supporter(incident, caller.id) is not None:
        if isinstance(command, commands.Accept):
            return commands.Support(**texts)
        if isinstance(command, commands.Arrive):
            return commands.SupportArrive(**texts)
        if isinstance(command, commands.Release):
            return commands.SupportLeave(**texts)
    return command


def breach(incident: Incident, at: datetime) -> list[Happened]:
    """``respond_by`` has come: the breach is recorded once; who still waits is handed over.

    Nothing when an officer has accepted it or it is over; one who was sent and has not confirmed has not accepted.
    ``respond_by`` never moves. A requester who chose to wait for the owner's promise keeps waiting until then; the
    breach counts all the same. A hazard stays with the body that is to mend it, and is overdue.
    """
    unconfirmed = incident.status == "accepted" and incident.to_confirm and incident.accepted_at is None
    if incident.breached_at is not None or not (incident.status in {"waiting", "offered"} or unconfirmed):
        return []
    happened = [step(incident, "breached", breached_at=at)]
    waits = incident.deferred and incident.promised_by is not None and incident.promised_by > at
    if incident.status == "waiting" and not waits and incident.kind not in KEEPS_WAITING:
        happened.append(hand_over(happened[-1].incident, at))
    return happened


def promise_over(incident: Incident, at: datetime) -> list[Happened]:
    """The owner's promise has passed and the requester waited for it: now the officers."""
    if incident.status != "waiting" or not incident.deferred:
        return []
    return [hand_over(incident, at)]


def hand_over(incident: Incident, at: datetime) -> Happened:
    """To the officers of the district, whoever is or is not on duty."""
    return step(incident, "handed_over", status="offered", handed_over_at=incident.handed_over_at or at)


def _join(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [step(incident, "joined", requesters=incident.requesters + 1)]


def _answer(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    assert isinstance(command, commands.Answer)
    promised_by = at + timedelta(minutes=command.minutes or 5) if command.reply == "coming" else None
    answered = step(
        incident,
        "answered",
        reply=command.reply,
        answered_at=incident.answered_at or at,
        promised_by=promised_by,
        deferred=incident.deferred and promised_by is not None,
    )
    if incident.status == "waiting" and command.reply in HANDS_OVER_AT_ONCE:
        return [answered, hand_over(answered.incident, at)]
    return [answered]


def _defer(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    if (
        incident.promised_by is None
        or incident.promised_by <= max(at, incident.respond_by)
        or incident.deferred
    ):
        raise IllegalTransition(command="defer", status=incident.status)
    return [step(incident, "deferred", deferred=True)]


def _settle(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [step(incident, "settled", outcome="settled", moved_at=incident.moved_at or at, closed_at=at)]


def _cancel(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    # The table closes with the last requester; each one withdraws only himself.
    return [step(incident, "cancelled", outcome="cancelled", requesters=0, closed_at=at)]


def withdraw(incident: Incident, at: datetime) -> Happened:
    """One of several requesters goes; the others still wait."""
    next_status(incident.kind, incident.status, "cancel")
    return step(incident, "withdrawn", requesters=incident.requesters - 1)


def _hand_over(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [hand_over(incident, at)]


def _accept(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    assert isinstance(caller, Officer)
    return [
        step(
            incident,
            "accepted",
            officer_id=caller.id,
            officer_number=caller.service_number,
            unit=caller.unit,
            accepted_at=incident.accepted_at or at,
            nobody_on_duty=False,
            to_confirm=False,
        )
    ]


def _decline(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [step(incident, "declined")]


def _arrive(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [step(incident, "arrived", arrived_at=incident.arrived_at or at, to_confirm=False)]


def _release(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [
        step(
            incident,
            "released",
            **NOBODY,
            handed_over_at=incident.handed_over_at or at,
        )
    ]


def _relieve(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    """The first acceptance and the first arrival stay what they were."""
    assert isinstance(caller, Officer)
    return [
        step(
            incident,
            "relieved",
            officer_id=caller.id,
            officer_number=caller.service_number,
            unit=caller.unit,
            to_confirm=False,
            supporting=support.without_supporter(incident, caller.id),
        )
    ]


def _resolve(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    assert isinstance(command, commands.Resolve)
    moved_at = incident.moved_at or (at if command.outcome == "settled" else None)
    return [step(incident, "resolved", outcome=command.outcome, moved_at=moved_at, closed_at=at)]


def _reopen(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    if incident.merged_into is not None:
        raise Conflict(why="merged")
    return [
        step(
            incident,
            "reopened",
            outcome=None,
            closed_at=None,
            **NOBODY,
            handed_over_at=incident.handed_over_at or at,
        )
    ]


def _rate(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [step(incident, "rated")]


_RULES: dict[type[Command], Callable[[Incident, Command, Caller, datetime], list[Happened]]] = {
    commands.Join: _join,
    commands.Answer: _answer,
    commands.Defer: _defer,
    commands.Settle: _settle,
    commands.Cancel: _cancel,
    commands.HandOver: _hand_over,
    commands.Accept: _accept,
    commands.Decline: _decline,
    commands.Arrive: _arrive,
    commands.Release: _release,
    commands.Relieve: _relieve,
    commands.Resolve: _resolve,
    commands.Reopen: _reopen,
    commands.Rate: _rate,
    **DISPATCH,
    **accidents.RULES,
    **hazards.RULES,
}
