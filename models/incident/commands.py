"""What can be asked of an incident. Each command is a value; what it does is in ``decide``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Reply = Literal["coming", "cannot", "not_mine", "moved"]
REPLIES: tuple[Reply, ...] = ("coming", "cannot", "not_mine", "moved")
Resolution = Literal["resolved", "settled", "rejected", "duplicate"]
RESOLUTIONS: tuple[Resolution, ...] = ("resolved", "settled", "rejected", "duplicate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """``reason`` and ``note`` are for the record, never for a feed."""

    name: ClassVar[str]
    reason: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Command):
    """Somebody else is blocked by the same car."""

    name = "join"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Command):
    """The owner answers; ``minutes`` counts for ``coming`` only (3, 5 or 10; 5 when not said)."""

    name = "answer"
    reply: Reply
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle(Command):
    """The car has been moved: a requester says so, or an officer who sees it gone."""

    name = "settle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel(Command):
    """A requester withdraws himself; with the last one the incident is cancelled."""

    name = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(Command):
    """To the officers now, without waiting for ``respond_by``."""

    name = "hand_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Defer(Command):
    """The requester waits for the owner's promise although it is later than ``respond_by``."""

    name = "defer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Command):
    """An officer takes it."""

    name = "accept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(Command):
    """An officer gives his offer back."""

    name = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrive(Command):
    """The officer is at the place."""

    name = "arrive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(Command):
    """The officer gives the incident back to the others."""

    name = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relieve(Command):
    """A colleague takes it over by name and is on his way; ``models.actions.relief`` says who may."""

    name = "relieve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve(Command):
    """The officer, or a commander, closes it."""

    name = "resolve"
    outcome: Resolution = "resolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(Command):
    """A commander opens a closed incident again, with a reason."""

    name = "reopen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(Command):
    """A requester rates how it went, once, after the end: 1 to 5 stars."""

    name = "rate"
    stars: int
    comment: str | None = None
