"""What only a hazard knows: who answers for the road, when it will be mended, that it is, that it is not. Pure.

Leaves to others: which body that is and until when it has time (rules), and how it hears of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from models.caller import Caller
from models.errors import Conflict
from models.incident.commands import Command
from models.incident.dispatch import NOBODY
from models.incident.happened import Happened, step
from models.incident.incident import Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Refer(Command):
    """To the body that answers for it; again: to another one. ``agency``: its code, without it the rule's."""

    name = "refer"
    agency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeNote(Command):
    """That body has it, and says by when it mends it, if it says so."""

    name = "take_note"
    by: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend(Command):
    """It is mended, says who answers for it, or an officer who looked."""

    name = "mend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire(Command):
    """Nobody has said anything of it for as long as the rule waits."""

    name = "expire"


@dataclass(frozen=True, slots=True, kw_only=True)
class StillThere(Command):
    """A follower says that it is not mended."""

    name = "still_there"


def _refer(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [step(incident, "referred", promised_by=None, **NOBODY)]


def _take_note(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    assert isinstance(command, TakeNote)
    return [
        step(incident, "noted", answered_at=incident.answered_at or at, promised_by=command.by, reply="noted")
    ]


def _mend(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [
        step(incident, "mended", outcome="settled", moved_at=incident.moved_at or at, closed_at=at, **NOBODY)
    ]


def _expire(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [step(incident, "expired", outcome="expired", closed_at=at)]


def _still_there(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    if incident.merged_into is not None:
        raise Conflict(why="merged")
    return [step(incident, "reopened", outcome=None, closed_at=None, promised_by=None, **NOBODY)]


RULES: dict[type[Command], Callable[[Incident, Command, Caller, datetime], list[Happened]]] = {
    Refer: _refer,
    TakeNote: _take_note,
    Mend: _mend,
    Expire: _expire,
    StillThere: _still_there,
}
