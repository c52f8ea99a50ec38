"""What can be asked of an incident. Each command is a value; what it does is in ``decide``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from models.incident.incident import Status

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
class Confirm(Command):
    """An officer who was sent says that he goes: what ``accept`` means from him."""

    name = "confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(Command):
    """An officer gives his offer back, and says why."""

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


@dataclass(frozen=True, slots=True)
class Assignee:
    """The unit that a commander names: on duty in the incident's district, or it is refused before."""

    id: str
    service_number: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Command):
    """A commander names a unit by its service number; ``assignee`` is found by the action."""

    officer: str
    assignee: Assignee | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(Order):
    """A commander gives an incident that nobody has to one officer."""

    name = "assign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassign(Order):
    """A commander gives an incident that one officer has to another."""

    name = "reassign"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignSupport(Order):
    """A commander sends one more unit to the officer who has it."""

    name = "assign_support"


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Command):
    """It is a duplicate of ``into``, an open incident of the same district, which goes on for both."""

    name = "merge"
    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Absorb(Command):
    """The other half of ``merge``: the surviving incident takes the requesters of ``duplicate`` over."""

    name = "absorb"
    duplicate: str
    requesters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmerge(Command):
    """It was no duplicate: a commander takes ``merge`` back. The action finds how it stood before.

    ``status`` and ``to_confirm`` as they were, ``requesters`` that come back, ``supporting`` as the row keeps it;
    ``returns``: whoever had it has it again.
    """

    name = "unmerge"
    status: Status = "offered"
    to_confirm: bool = False
    requesters: int = 0
    supporting: str = "[]"
    returns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Detach(Command):
    """The other half of ``unmerge``: the surviving incident gives the requesters of ``duplicate`` back."""

    name = "detach"
    duplicate: str
    requesters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Command):
    """To the neighbouring ``district``, whose officers have it from now on."""

    name = "transfer"
    district: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup(Command):
    """``units`` more are wanted at the place, 1 to 5. Called again it wants so many more."""

    name = "backup"
    units: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Support(Command):
    """An officer comes as backup."""

    name = "support"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportArrive(Command):
    """A supporting unit is at the place: what ``arrive`` means from it."""

    name = "support_arrive"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportLeave(Command):
    """A supporting unit goes: what ``release`` means from it."""

    name = "support_leave"
