"""Reads the table of who may what (`models.access.matrix`); pure, and absent unless permitted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from models.access.matrix import ACTIONS, CHANNELS, FIELDS
from models.caller import Caller, Officer, Participant, Reporter, Standing, Wall

Role = Literal[
    "requester", "owner", "police", "auxiliary", "commander", "administrator", "auditor", "wall", "anyone"
]
Mark = Literal["y", "d", "h", "r", "."]
Marks = Mapping[Role, Mark]

COLUMNS: Mapping[str, Role] = MappingProxyType(
    {
        "R": "requester",
        "O": "owner",
        "P": "police",
        "X": "auxiliary",
        "C": "commander",
        "A": "administrator",
        "U": "auditor",
        "W": "wall",
        "*": "anyone",
    }
)
WHOLE = "*"  # a shape whose fields are not told apart
_MAY_NOT: Mark = "."


class MatrixFaulty(ValueError):
    """A line of the table that says nothing, says it twice, or lets strangers do what others may not."""


def read(table: str, marks: str) -> dict[str, Marks]:
    """The rows of one of the tables by name; of fields by ``Shape.field``. Raises MatrixFaulty with the line."""
    header, *lines = [line for line in table.splitlines() if line.strip() and not line.startswith("#")]
    roles = [COLUMNS[letter] for letter in header.split()]
    rows: dict[str, Marks] = {}
    shape = ""
    for line in lines:
        if line.startswith("["):
            shape = line.strip("[] ") + "."
            continue
        words = line.split()
        first = next((at for at, word in enumerate(words) if at and word in {"y", "d", "h", "r", "."}), 0)
        given, basis = words[first : first + len(roles)], words[first + len(roles) :]
        if not first or not basis or len(given) != len(roles) or not set(given) <= set(marks):
            raise MatrixFaulty(line)
        row: Marks = MappingProxyType(dict(zip(roles, given, strict=True)))  # type: ignore[arg-type]
        if row["anyone"] != _MAY_NOT and _MAY_NOT in row.values():
            raise MatrixFaulty(f"{line}: who signed in may not what a stranger may")
        for name in words[:first]:
            if shape + name in rows:
                raise MatrixFaulty(f"{line}: a second time")
            rows[shape + name] = row
    return rows


_ACTIONS = read(ACTIONS, "ydh.")
_FIELDS = read(FIELDS, "yhr.")
_CHANNELS = read(CHANNELS, "yd.")
ACTION_NAMES = frozenset(_ACTIONS)
NAMESPACES = frozenset(_CHANNELS)
SHAPES = frozenset(name.partition(".")[0] for name in _FIELDS)


def role_of(caller: Caller | None) -> Role | None:
    """The column of the table for whoever calls; None for whom the table has none (the service itself)."""
    if caller is None:
        return "anyone"
    if isinstance(caller, Officer):
        return caller.role
    if isinstance(caller, Participant):
        # A party to an accident is somebody who asks, as far as the table goes; what only parties do asks for the part.
        return caller.role if caller.role != "party" else "requester"
    if isinstance(caller, Reporter):
        return "requester"
    return "wall" if isinstance(caller, Wall) else None


def mark(role: Role | None, action: str) -> Mark:
    """What the table says of a role and an action; ``.`` for what does not stand in it."""
    row = _ACTIONS.get(action)
    return _MAY_NOT if row is None or role is None else row[role]


def may(role: Role | None, action: str) -> bool:
    """Whether the role may ever do it; ``d`` and ``h`` are judged where the incident is known."""
    return mark(role, action) != _MAY_NOT


# What a session still opens that is asleep, or whose role lacks its second factor: the way back.
_WAY_BACK: Mapping[Standing, frozenset[str]] = MappingProxyType(
    {
        # And help: a phone that fell asleep in the pocket of whoever is attacked still raises his alarm.
        "asleep": frozenset({"unlock_session", "lock_session", "sign_out", "raise_panic"}),
        "unenrolled": frozenset(
            {
                "me",
                "sign_out",
                "begin_second_factor",
                "confirm_second_factor",
                "lock_session",
                "unlock_session",
            }
        ),
    }
)


def opens(standing: Standing, action: str) -> bool:
    """Whether a session in this standing opens what its role may."""
    return standing == "open" or action in _WAY_BACK[standing]


def is_open(action: str) -> bool:
    """Whether it takes no sign-in."""
    return may("anyone", action)


@lru_cache(512)
def fields(role: Role | None, *shapes: str) -> frozenset[str]:
    """The fields of the shapes that the role is shown, whatever the incident; ``*``: all of them."""
    return _marked(role, shapes, "y")


@lru_cache(512)
def fields_of_holder(role: Role | None, *shapes: str) -> frozenset[str]:
    """Those that the role is shown beside them of an incident that it has itself."""
    return _marked(role, shapes, "h")


@lru_cache(512)
def fields_with_reason(role: Role | None, *shapes: str) -> frozenset[str]:
    """Those that the role is shown beside them once it has said why."""
    return _marked(role, shapes, "r")


def _marked(role: Role | None, shapes: tuple[str, ...], wanted: Mark) -> frozenset[str]:
    if role is None:
        return frozenset()
    return frozenset(
        field
        for name, row in _FIELDS.items()
        for shape, _, field in [name.partition(".")]
        if shape in shapes and row[role] == wanted
    )


def channel_mark(role: Role | None, namespace: str) -> Mark:
    """Whether the role may subscribe to channels of the namespace: always, on duty only, or not."""
    row = _CHANNELS.get(namespace)
    return _MAY_NOT if row is None or role is None else row[role]


def namespaces(role: Role | None, *, on_duty: bool) -> frozenset[str]:
    """Those of whose channels the role may have some."""
    allowed = {"y", "d"} if on_duty else {"y"}
    return frozenset(name for name in NAMESPACES if channel_mark(role, name) in allowed)


@lru_cache(16)
def published(namespace: str, shape: str) -> frozenset[str]:
    """The fields of ``shape`` that a publication may carry: those that every possible subscriber may see."""
    subscribers = [role for role in COLUMNS.values() if channel_mark(role, namespace) != _MAY_NOT]
    if not subscribers:
        return frozenset()
    return frozenset.intersection(*(fields(role, shape) for role in subscribers))
