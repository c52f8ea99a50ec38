"""The life-cycle in literal tables, one for each kind: from which status which command leads where.

Everything about what is possible lives in this file and knows no clock, row or person. Status says who
holds the ball: ``waiting`` the people concerned, ``offered`` the officers, ``accepted`` one officer on the
way, ``on_scene`` one officer at the place, ``closed`` nobody. A command that is not in the table is illegal
and changes nothing. ``STAY`` means that the command is taken and the status remains.

What officers and commanders do is the same of every kind (``_DUTY``); what the people concerned do is each kind's own:

- ``move_car``: the owner is to come; whoever waits says that the car is gone.
- ``accident``: the parties are to agree (事故处理程序规定 19-21). While an officer is at the scene they close nothing
  over his head, and nobody withdraws an alert once it is the officers' (13: the scene is protected).
- ``report``: an offence that the police have verified and somebody should go to now. Nobody waits in it: it begins as
  the officers', and the report itself has a life of its own.
- ``hazard``: the body that answers for the road is to mend it (``waiting``); followers join, and open it again when it
  is not mended.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from models.errors import IllegalTransition
from models.incident.incident import Kind, Status

STAY: Literal["stay"] = "stay"
Row = dict[str, Status | Literal["stay"]]

_DUTY: dict[Status, Row] = {
    "waiting": {
        "decline": STAY,
        "accept": "accepted",
        "assign": "accepted",
        "hand_over": "offered",
        "transfer": STAY,
        "absorb": STAY,
        "detach": STAY,
        "merge": "closed",
    },
    "offered": {
        "decline": STAY,
        "accept": "accepted",
        "assign": "accepted",
        "transfer": STAY,
        "absorb": STAY,
        "detach": STAY,
        "resolve": "closed",
        "merge": "closed",
    },
    "accepted": {
        "confirm": STAY,
        "decline": STAY,
        "arrive": "on_scene",
        "release": "offered",
        "relieve": "accepted",
        "reassign": STAY,
        "transfer": "offered",
        "absorb": STAY,
        "detach": STAY,
        "backup": STAY,
        "support": STAY,
        "assign_support": STAY,
        "support_arrive": STAY,
        "support_leave": STAY,
        "resolve": "closed",
        "merge": "closed",
    },
    "on_scene": {
        "decline": STAY,
        "release": "offered",
        "relieve": "accepted",
        "reassign": "accepted",
        "transfer": "offered",
        "absorb": STAY,
        "detach": STAY,
        "backup": STAY,
        "support": STAY,
        "assign_support": STAY,
        "support_arrive": STAY,
        "support_leave": STAY,
        "resolve": "closed",
        "merge": "closed",
    },
    "closed": {
        "reopen": "offered",
        # Back to where it stood, which the command says.
        "unmerge": "offered",
        "detach": STAY,
        "rate": STAY,
    },
}

_OWN: dict[Kind, dict[Status, Row]] = {
    "move_car": {
        "waiting": {"join": STAY, "answer": STAY, "defer": STAY, "settle": "closed", "cancel": "closed"},
        "offered": {"join": STAY, "answer": STAY, "settle": "closed", "cancel": "closed"},
        "accepted": {"join": STAY, "answer": STAY, "settle": "closed", "cancel": "closed"},
    },
    "accident": {
        "waiting": {"join": STAY, "agree": "closed", "cancel": "closed"},
        "offered": {"join": STAY, "agree": "closed"},
        "accepted": {"join": STAY, "agree": "closed", "determine": STAY},
        "on_scene": {"join": STAY, "determine": STAY},
        "closed": {"annul": "offered"},
    },
    "report": {},
    "hazard": {
        "waiting": {
            "join": STAY,
            "refer": STAY,
            "take_note": STAY,
            "mend": "closed",
            "cancel": "closed",
            "expire": "closed",
            "resolve": "closed",
        },
        "offered": {
            "join": STAY,
            "refer": "waiting",
            "mend": "closed",
            "cancel": "closed",
            "expire": "closed",
        },
        "accepted": {"join": STAY, "refer": "waiting", "mend": "closed"},
        "on_scene": {"join": STAY, "refer": "waiting", "mend": "closed"},
        "closed": {"still_there": "waiting"},
    },
}

TRANSITIONS: Mapping[Kind, Mapping[Status, Row]] = {
    kind: {status: {**duty, **own.get(status, {})} for status, duty in _DUTY.items()}
    for kind, own in _OWN.items()
}


def next_status(kind: Kind, status: Status, command: str) -> Status:
    """Where ``command`` leads from ``status``. Raises IllegalTransition, and nothing has changed."""
    target = TRANSITIONS[kind][status].get(command)
    if target is None:
        raise IllegalTransition(command=command, status=status)
    return status if target == "stay" else target
