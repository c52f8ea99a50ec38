"""What becomes of a citizen's report: from which state which command leads where. Pure.

``waiting`` for an officer's review (程序规定 14, 19, 23) · ``more`` the reporter was asked for more · ``second``
verified by one officer, and a second one has to agree · ``verified``, ``rejected``, ``duplicate`` decided · ``lapsed``
more was asked for and nothing came · ``withdrawn`` by the reporter · ``objected`` the reporter does not agree, and
another officer looks at it again.

Which officer has it before him is a lease beside the state, not a state of its own: whoever closes his page blocks
nobody.
"""

from __future__ import annotations

from typing import Literal, get_args

from models.errors import IllegalTransition

State = Literal[
    "waiting", "more", "second", "verified", "rejected", "duplicate", "lapsed", "withdrawn", "objected"
]
STATES: tuple[State, ...] = get_args(State)
Command = Literal[
    "verify", "agree", "send_back", "reject", "duplicate", "ask_more", "supply", "lapse", "withdraw", "object",
    "uphold",
]  # fmt: skip
COMMANDS: tuple[Command, ...] = get_args(Command)

# Somebody of the police has to do something.
OPEN: frozenset[State] = frozenset({"waiting", "second", "objected"})
DECIDED: frozenset[State] = frozenset({"verified", "rejected", "duplicate", "lapsed", "withdrawn"})

_TRANSITIONS: dict[State, dict[Command, State]] = {
    "waiting": {
        "verify": "verified",
        "reject": "rejected",
        "duplicate": "duplicate",
        "ask_more": "more",
        "withdraw": "withdrawn",
    },
    "more": {"supply": "waiting", "lapse": "lapsed", "withdraw": "withdrawn"},
    "second": {"agree": "verified", "send_back": "waiting"},
    "verified": {},
    "rejected": {"object": "objected"},
    "duplicate": {"object": "objected"},
    "lapsed": {"object": "objected"},
    "withdrawn": {},
    "objected": {"verify": "verified", "uphold": "rejected"},
}


def after(state: State, command: Command, *, second: bool = False) -> State:
    """The state after ``command``; ``second``: the rule wants a second officer to agree with ``verify``.

    Raises IllegalTransition, and nothing has changed.
    """
    target = _TRANSITIONS[state].get(command)
    if target is None:
        raise IllegalTransition(command=command, status=state)
    return "second" if command == "verify" and second else target


def may_object(state: State, *, objected_before: bool) -> bool:
    """Whether the reporter may still object: once, against what was decided and is not what he asked for."""
    return not objected_before and "object" in _TRANSITIONS[state]
