"""What only an accident knows: the parties agree, an officer determines, an agreement is annulled. Pure.

Sources: 道路交通事故处理程序规定 19-21 (agreement of the parties), 20 and 60 (determination on the same evidence),
23-26 (simple procedure). Leaves to others: whether an agreement is complete and signed, and what stands in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from models.caller import Caller
from models.incident.commands import Command
from models.incident.dispatch import NOBODY
from models.incident.happened import Happened, step
from models.incident.incident import Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Agree(Command):
    """The last party has signed: it is settled between them (21)."""

    name = "agree"


@dataclass(frozen=True, slots=True, kw_only=True)
class Determine(Command):
    """The officer who has it says who answers for it, from afar or at the place (20, 24, 60)."""

    name = "determine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annul(Command):
    """An officer sets an agreement aside, with a reason: nothing is settled, and it is the officers' now."""

    name = "annul"


def _agree(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [step(incident, "agreed", outcome="settled", answered_at=incident.answered_at or at, closed_at=at)]


def _determine(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    return [step(incident, "determined")]


def _annul(incident: Incident, command: Command, caller: Caller, at: datetime) -> list[Happened]:
    handed_over_at = incident.handed_over_at or at
    return [step(incident, "annulled", outcome=None, closed_at=None, handed_over_at=handed_over_at, **NOBODY)]


RULES: dict[type[Command], Callable[[Incident, Command, Caller, datetime], list[Happened]]] = {
    Agree: _agree,
    Determine: _determine,
    Annul: _annul,
}
