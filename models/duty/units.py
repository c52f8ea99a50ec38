"""Unit status: what an officer on duty is doing, in one literal table. Pure.

The base types are fixed (CAD practice, after Crimestar's guards); how they are called is the city's affair, and a label
never carries meaning. Status follows the assignment: whoever accepts is under way, whoever arrives is on the scene, who
has nothing left is available. A unit that never arrived is *freed*, one that was there is *cleared*. Arriving without
having been dispatched is possible, and what did not happen is never added later.
"""

from __future__ import annotations

from typing import Literal, get_args

from models.errors import IllegalTransition

UnitStatus = Literal[
    "off_duty",
    "available",
    "dispatched",
    "en_route",
    "on_scene",
    "busy",
    "break",
    "out_of_service",
    "panic",
]
UNIT_STATUSES: tuple[UnitStatus, ...] = get_args(UnitStatus)
UnitEvent = Literal[
    "sign_on",
    "assign",  # a commander sends him
    "depart",  # he takes an incident and goes
    "arrive",
    "free",  # an incident left him before he arrived
    "clear",  # an incident left him after he arrived
    "rest",
    "occupy",
    "fail",
    "ready",
    "alarm",
    "calm",
    "sign_off",
]

# Who takes an incident by his own hand leaves his break for it; nobody is sent out of one.
_BY_HAND: dict[UnitEvent, UnitStatus] = {"depart": "en_route", "arrive": "on_scene"}
TRANSITIONS: dict[UnitStatus, dict[UnitEvent, UnitStatus]] = {
    "off_duty": {"sign_on": "available"},
    "available": {
        **_BY_HAND,
        "assign": "dispatched",
        "rest": "break",
        "occupy": "busy",
        "fail": "out_of_service",
        "alarm": "panic",
        "sign_off": "off_duty",
    },
    "dispatched": {**_BY_HAND, "free": "available", "alarm": "panic"},
    "en_route": {**_BY_HAND, "free": "available", "alarm": "panic"},
    "on_scene": {
        "depart": "on_scene",
        "arrive": "on_scene",
        "free": "on_scene",
        "clear": "available",
        "alarm": "panic",
    },
    "busy": {
        **_BY_HAND,
        "ready": "available",
        "rest": "break",
        "fail": "out_of_service",
        "alarm": "panic",
        "sign_off": "off_duty",
    },
    "break": {
        **_BY_HAND,
        "ready": "available",
        "occupy": "busy",
        "fail": "out_of_service",
        "alarm": "panic",
        "sign_off": "off_duty",
    },
    "out_of_service": {
        **_BY_HAND,
        "ready": "available",
        "rest": "break",
        "occupy": "busy",
        "alarm": "panic",
        "sign_off": "off_duty",
    },
    # Only a commander ends it; what happens to his incidents meanwhile is recorded and changes nothing here.
    "panic": {"depart": "panic", "arrive": "panic", "free": "panic", "clear": "panic", "calm": "available"},
}

# How a unit gets about, as its officer says on signing on.
Vehicle = Literal["car", "motorcycle", "foot"]
VEHICLES: tuple[Vehicle, ...] = get_args(Vehicle)

# Who is asked; with none of them anywhere, those who have an incident already, and never anybody else.
AVAILABLE: frozenset[UnitStatus] = frozenset({"available"})
ENGAGED: frozenset[UnitStatus] = frozenset({"dispatched", "en_route", "on_scene"})
# What an officer sets himself, and the event that it is.
SET_BY_HAND: dict[UnitStatus, UnitEvent] = {
    "available": "ready",
    "break": "rest",
    "busy": "occupy",
    "out_of_service": "fail",
}


def after(status: UnitStatus, event: UnitEvent, left: UnitStatus | None = None) -> UnitStatus:
    """The status after ``event``. ``left``: the furthest stage of the incidents that he still has, None for none.

    Raises IllegalTransition, and nothing has changed.
    """
    target = TRANSITIONS[status].get(event)
    if target is None:
        raise IllegalTransition(command=event, status=status)
    return left if target == "available" and left is not None else target


def stage(incident_statuses: set[str]) -> UnitStatus | None:
    """The furthest stage of these incidents' statuses: at the place before under way; None without any."""
    if "on_scene" in incident_statuses:
        return "on_scene"
    return "en_route" if "accepted" in incident_statuses else None
