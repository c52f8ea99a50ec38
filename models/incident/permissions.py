"""Who may give which command for *this* incident: what the table of who may what says, held against its facts.

The table (`models.access.matrix`) says which role may a command at all, and whether only on duty or only who has the
incident; here is whose incident it is and where he is on duty. The state machine decides afterwards whether it is
possible now.
"""

from __future__ import annotations

from models.access.rights import ACTION_NAMES, mark, may, role_of
from models.caller import Caller, Officer, Participant
from models.errors import Forbidden, NotOnDuty
from models.incident.commands import Command, Resolve
from models.incident.incident import Incident
from models.incident.support import supporter

# What an officer says in the same word, whatever his part in the incident is (``models.incident.decide.meant``).
_SAID_AS = {
    "confirm": "accept",
    "support_arrive": "support",
    "support_leave": "support",
    # Of an accident: what the table calls by what is signed, written or set aside.
    "agree": "sign_agreement",
    "determine": "determine_fault",
    "annul": "annul_agreement",
}
# Only who has the incident, of those; and only who supports him.
_HOLDERS = frozenset({"confirm"})
_SUPPORTERS = frozenset({"support_arrive", "support_leave"})


def check(incident: Incident, command: Command, caller: Caller, *, on_duty_in: str | None) -> None:
    """Raises Forbidden or NotOnDuty unless ``caller`` may give ``command`` for ``incident``.

    ``on_duty_in`` is the district of the caller's open shift, None when off duty.
    """
    marked = mark(role_of(caller), _SAID_AS.get(command.name, command.name))
    if marked == "." or not _within(incident, caller):
        raise Forbidden(command=command.name)
    if marked in {"d", "h"} and on_duty_in != incident.district:
        raise NotOnDuty(district=incident.district)
    if marked == "h" and isinstance(caller, Officer):
        held_by_other = incident.officer_id is not None and incident.officer_id != caller.id
        nobody_has_it = incident.status == "offered" and command.name == "resolve"
        if held_by_other or nobody_has_it:
            raise Forbidden(command=command.name)
    if isinstance(caller, Officer) and not _has_the_part(incident, command, caller):
        raise Forbidden(command=command.name)
    if isinstance(command, Resolve) and not _may_say(command, caller):
        raise Forbidden(command=command.name, field="outcome")


def _has_the_part(incident: Incident, command: Command, caller: Officer) -> bool:
    """Whether he is in the incident what only some in it may do: its officer, a unit beside him, or a commander."""
    holds, supports = incident.officer_id == caller.id, supporter(incident, caller.id) is not None
    if command.name in _HOLDERS:
        return holds
    if command.name in _SUPPORTERS:
        return supports
    return command.name != "backup" or holds or supports or caller.role == "commander"


def _within(incident: Incident, caller: Caller) -> bool:
    if isinstance(caller, Participant):
        return caller.incident_id == incident.id
    return isinstance(caller, Officer) and incident.district in caller.districts


def _may_say(command: Resolve, caller: Caller) -> bool:
    """An outcome that says more than that it is over has a row of its own."""
    name = f"resolve.{command.outcome}"
    return name not in ACTION_NAMES or may(role_of(caller), name)
