"""What a command does to an incident: pure, the incident and an instant in, what happened out.

One command may make several things happen (an owner who cannot come: ``answered``, then ``handed_over``);
each is one event and one version. Who may is decided before (``permissions``); offers, deadlines and notices
are consequences and are arranged after (``models.actions``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from models.caller import Caller, Officer
from models.errors import AlreadyAccepted, IllegalTransition, InvalidField
from models.incident import commands
from models.incident.commands import Command
from models.incident.incident import Incident
from models.incident.transitions import next_status

HANDS_OVER_AT_ONCE = frozenset({"cannot", "not_mine"})


@dataclass(frozen=True, slots=True)
class Happened:
    """One event: its name, and the incident after it."""

    event: str
    incident: Incident


def step(incident: Incident, event: str, **changes: Any) -> Happened:
    """One event that changes ``incident``: the next version, the next place in its channel."""
    after = replace(incident, version=incident.version + 1, feed_offset=incident.feed_offset + 1, **changes)
    return Happened(event, after)


def decide(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    """What ``command`` of ``caller`` at the instant ``at`` makes happen, in order.

    Raises IllegalTransition (AlreadyAccepted when another officer was faster), or InvalidField for a command
    that lacks what it needs; then nothing has changed.
    """
    if command.name == "accept" and incident.status in {"accepted", "on_scene"}:
        raise AlreadyAccepted(by=incident.officer_number or "")
    status = next_status(incident.status, command.name)
    return _RULES[type(command)](replace(incident, status=status), command, caller, at)


def breach(incident: Incident, at: datetime) -> list[Happened]:
    """``respond_by`` has come: the breach is recorded once; who still waits is handed over.

    Nothing when an officer has it or it is over. ``respond_by`` never moves. A requester who chose to wait
    for the owner's promise keeps waiting until then; the breach counts all the same.
    """
    if incident.status not in {"waiting", "offered"} or incident.breached_at is not None:
        return []
    happened = [step(incident, "breached", breached_at=at)]
    waits = incident.deferred and incident.promised_by is not None and incident.promised_by > at
    if incident.status == "waiting" and not waits:
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
    next_status(incident.status, "cancel")
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
        )
    ]


def _decline(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [step(incident, "declined")]


def _arrive(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [step(incident, "arrived", arrived_at=incident.arrived_at or at)]


def _release(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [
        step(
            incident,
            "released",
            officer_id=None,
            officer_number=None,
            unit=None,
            handed_over_at=incident.handed_over_at or at,
        )
    ]


def _relieve(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    """The first acceptance and the first arrival stay what they were."""
    assert isinstance(caller, Officer)
    mine = {"officer_id": caller.id, "officer_number": caller.service_number, "unit": caller.unit}
    return [step(incident, "relieved", **mine)]


def _resolve(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    assert isinstance(command, commands.Resolve)
    moved_at = incident.moved_at or (at if command.outcome == "settled" else None)
    return [step(incident, "resolved", outcome=command.outcome, moved_at=moved_at, closed_at=at)]


def _reopen(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    if not command.reason:
        raise InvalidField(field="reason", why="required")
    return [
        step(
            incident,
            "reopened",
            outcome=None,
            closed_at=None,
            officer_id=None,
            officer_number=None,
            unit=None,
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
}
