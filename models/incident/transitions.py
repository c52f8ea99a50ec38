"""The life-cycle in one literal table: from which status which command leads where.

Everything about what is possible lives in this file and knows no clock, row or person. Status says who
holds the ball: ``waiting`` the people concerned, ``offered`` the officers, ``accepted`` one officer on the
way, ``on_scene`` one officer at the place, ``closed`` nobody. A command that is not in the table is illegal
and changes nothing. ``STAY`` means that the command is taken and the status remains.
"""

from __future__ import annotations

from typing import Literal

from models.errors import IllegalTransition
from models.incident.incident import Status

STAY: Literal["stay"] = "stay"

TRANSITIONS: dict[Status, dict[str, Status | Literal["stay"]]] = {
    "waiting": {
        "join": STAY,
        "answer": STAY,
        "defer": STAY,
        "decline": STAY,
        "accept": "accepted",
        "assign": "accepted",
        "hand_over": "offered",
        "transfer": STAY,
        "absorb": STAY,
        "settle": "closed",
        "cancel": "closed",
        "merge": "closed",
    },
    "offered": {
        "join": STAY,
        "answer": STAY,
        "decline": STAY,
        "accept": "accepted",
        "assign": "accepted",
        "transfer": STAY,
        "absorb": STAY,
        "settle": "closed",
        "cancel": "closed",
        "resolve": "closed",
        "merge": "closed",
    },
    "accepted": {
        "join": STAY,
        "answer": STAY,
        "confirm": STAY,
        "decline": STAY,
        "arrive": "on_scene",
        "release": "offered",
        "relieve": "accepted",
        "reassign": STAY,
        "transfer": "offered",
        "absorb": STAY,
        "backup": STAY,
        "support": STAY,
        "assign_support": STAY,
        "support_arrive": STAY,
        "support_leave": STAY,
        "settle": "closed",
        "cancel": "closed",
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
        "rate": STAY,
    },
}


def next_status(status: Status, command: str) -> Status:
    """Where ``command`` leads from ``status``. Raises IllegalTransition, and nothing has changed."""
    target = TRANSITIONS[status].get(command)
    if target is None:
        raise IllegalTransition(command=command, status=status)
    return status if target == "stay" else target
