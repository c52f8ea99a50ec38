"""Who is asking: the identity behind a request, as far as rules need it. No names, no phones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Role = Literal["police", "auxiliary", "commander", "administrator", "auditor"]
ROLES: tuple[Role, ...] = ("police", "auxiliary", "commander", "administrator", "auditor")
# open; asleep: nobody has touched it for too long; unenrolled: the role needs a second factor that it has not yet.
Standing = Literal["open", "asleep", "unenrolled"]


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody of the police who signed in. ``audience`` is the door used: police or auxiliary. ``standing`` says

    whether the session opens what its role may.
    """

    id: str
    role: Role
    service_number: str
    unit: str
    districts: frozenset[str]
    session_id: str
    audience: str
    standing: Standing = "open"
    # Of the session; it says nothing of who he is.
    last_used_at: datetime | None = field(default=None, compare=False)

    @property
    def subject(self) -> str:
        return f"officer:{self.id}"


@dataclass(frozen=True, slots=True)
class Participant:
    """A requester or owner, known by a token that covers one incident."""

    id: str
    incident_id: str
    role: Literal["requester", "owner", "party"]

    @property
    def subject(self) -> str:
        return f"participant:{self.id}"


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who told of an offence, known by a token that covers his report and nothing else."""

    id: str
    report_id: str

    @property
    def subject(self) -> str:
        return f"reporter:{self.id}"


@dataclass(frozen=True, slots=True)
class Wall:
    """A wall display, bound to districts; it reads and never acts."""

    id: str
    districts: frozenset[str]

    @property
    def subject(self) -> str:
        return f"wall:{self.id}"


@dataclass(frozen=True, slots=True)
class System:
    """The service itself: a deadline that came due."""

    @property
    def subject(self) -> str:
        return "system"


Caller = Officer | Participant | Reporter | Wall | System
