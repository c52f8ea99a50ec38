"""Who may give which command: absent unless permitted.

Auxiliary officers keep order, guide and report under an officer's direction (公安机关人民警察执勤执法工作规范
art. 5): they may go, arrive and see that a car is gone, and nothing of theirs has legal effect. Every rule
is about a role in *this* incident; the state machine decides afterwards whether it is possible now.
"""

from __future__ import annotations

from models.caller import Caller, Officer, Participant
from models.errors import Forbidden, NotOnDuty
from models.incident.commands import Command, Resolve
from models.incident.incident import Incident

REQUESTER = frozenset({"settle", "cancel", "hand_over", "defer", "rate"})
OWNER = frozenset({"answer"})
OFFICER = frozenset({"accept", "decline", "arrive", "release", "resolve", "settle"})
COMMANDER = frozenset({"hand_over", "resolve", "reopen"})
# Only the officer who has the incident.
HOLDER = frozenset({"arrive", "release", "resolve"})
# What an auxiliary officer may state as outcome: that it is over, never that somebody was wrong.
AUXILIARY_OUTCOMES = frozenset({"resolved", "settled"})


def check(incident: Incident, command: Command, caller: Caller, *, on_duty_in: str | None) -> None:
    """Raises Forbidden or NotOnDuty unless ``caller`` may give ``command`` for ``incident``.

    ``on_duty_in`` is the district of the caller's open shift, None when off duty.
    """
    if isinstance(caller, Participant):
        _check_participant(incident, command, caller)
    elif isinstance(caller, Officer):
        _check_officer(incident, command, caller, on_duty_in)
    else:
        raise Forbidden(command=command.name)


def _check_participant(incident: Incident, command: Command, caller: Participant) -> None:
    permitted = OWNER if caller.role == "owner" else REQUESTER if caller.role == "requester" else frozenset()
    if caller.incident_id != incident.id or command.name not in permitted:
        raise Forbidden(command=command.name)


def _check_officer(incident: Incident, command: Command, caller: Officer, on_duty_in: str | None) -> None:
    if incident.district not in caller.districts:
        raise Forbidden(command=command.name)
    if caller.role == "commander" and command.name in COMMANDER:
        return
    if caller.role not in {"police", "auxiliary"} or command.name not in OFFICER:
        raise Forbidden(command=command.name)
    if on_duty_in != incident.district:
        raise NotOnDuty(district=incident.district)
    held_by_other = incident.officer_id is not None and incident.officer_id != caller.id
    nobody_has_it = incident.status == "offered" and command.name == "resolve"
    if command.name in HOLDER and (held_by_other or nobody_has_it):
        raise Forbidden(command=command.name)
    if (
        caller.role == "auxiliary"
        and isinstance(command, Resolve)
        and command.outcome not in AUXILIARY_OUTCOMES
    ):
        raise Forbidden(command=command.name, field="outcome")
