"""What becomes of a parking record: from which state which command leads where. Pure.

``waits`` an auxiliary officer's draft, without effect · ``returned`` sent back to him with a reason · ``noticed`` the
owner has been told and the clock runs · ``left`` the car left after the notice · ``none`` nothing follows · ``warning``
it stayed and is warned · ``penalty`` a draft of a penalty: what the official register may be told of, decided there and
nowhere else (程序规定 68) · ``withdrawn`` it counts no more.

A stay is *standing* while its car has not left: whoever sees it again adds to it (行政处罚法 29).
"""

from __future__ import annotations

from typing import Literal, get_args

from models.errors import IllegalTransition

State = Literal["waits", "returned", "noticed", "left", "none", "warning", "penalty", "withdrawn"]
STATES: tuple[State, ...] = get_args(State)
STANDING: frozenset[State] = frozenset({"waits", "noticed", "none", "warning", "penalty"})
Command = Literal["approve", "send_back", "leave", "stay", "withdraw", "reopen"]

# Where ``stay`` leads is the rule's to say (``disposition``).
_STAYED: frozenset[State] = frozenset({"none", "warning", "penalty"})
_FROM: dict[Command, frozenset[State]] = {
    "approve": frozenset({"waits"}),
    "send_back": frozenset({"waits"}),
    "leave": frozenset({"noticed"}),
    "stay": frozenset({"noticed"}),
    "withdraw": frozenset({"waits", "noticed", "left", "none", "warning", "penalty"}),
    "reopen": frozenset({"left", "none", "warning", "penalty"}),
}
_TO: dict[Command, State] = {
    "approve": "noticed",
    "send_back": "returned",
    "leave": "left",
    "withdraw": "withdrawn",
    "reopen": "noticed",
}


def after(state: State, command: Command, disposition: State | None = None) -> State:
    """The state after ``command``; ``disposition``: what the rule says of a car that stayed.

    Raises IllegalTransition, and nothing has changed.
    """
    if state not in _FROM[command]:
        raise IllegalTransition(command=command, status=state)
    if command != "stay":
        return _TO[command]
    if disposition not in _STAYED:
        raise IllegalTransition(command=command, status=state)
    return disposition
