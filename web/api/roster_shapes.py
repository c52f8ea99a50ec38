"""The shapes of rosters, zones and templates: what comes in, and what goes out."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Literal

from msgspec import Meta

from models.actions.rosters import Place, Wanted
from models.actions.zones import Template, Zone
from models.duty.rosters import (
    DEFAULT_GRACE_MINUTES,
    LONGEST_GRACE_MINUTES,
    LONGEST_MINUTES,
    MOST_OF_A_ROLE,
    MOST_PLACES,
    minutes_between,
    span_of,
)
from models.errors import InvalidField
from web.api.duty import ZoneView
from web.endpoint import Shape

Name = Annotated[str, Meta(min_length=1, max_length=40)]
Number = Annotated[str, Meta(min_length=1, max_length=20)]
Role = Literal["leader", "police", "auxiliary"]
Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Needs = dict[Role, Annotated[int, Meta(ge=0, le=MOST_OF_A_ROLE)]]
Grace = Annotated[int, Meta(ge=0, le=LONGEST_GRACE_MINUTES)]
ZONE_CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")


class ZoneBody(Shape):
    """``polygon``: a ring of [lng, lat] in WGS-84, 3 to 500 points; left out: a name without a border."""

    name: Name
    name_en: Annotated[str, Meta(min_length=1, max_length=60)]
    polygon: list[list[float]] | None = None
    active: bool = True

    def zone(self, code: str) -> Zone:
        if ZONE_CODE.fullmatch(code) is None:
            raise InvalidField(field="zone", why="zone_code")
        return Zone(code, self.name, self.name_en, self.polygon, self.active)


class Zones(Shape):
    zones: list[ZoneView]


class TemplateBody(Shape):
    """A shift that comes again: ``start`` in Beijing (``22:00``), lasting ``minutes``, across midnight or not."""

    name: Name
    start: Clock
    minutes: Annotated[int, Meta(ge=15, le=LONGEST_MINUTES)]
    grace_minutes: Grace = DEFAULT_GRACE_MINUTES
    needs: Needs = {}
    active: bool = True

    def template(self) -> Template:
        start = time.fromisoformat(self.start)
        minute = start.hour * 60 + start.minute
        needs = {str(role): count for role, count in self.needs.items()}
        return Template(self.name, minute, self.minutes, self.grace_minutes, needs, self.active)


class TemplateView(Shape):
    id: str
    name: str
    starts_minute: int
    minutes: int
    grace_minutes: int
    needs: dict[str, int]


class Made(Shape):
    id: str


class PlaceBody(Shape):
    officer: Number
    role: Role


class ShiftBody(Shape):
    """One shift: on ``day``, from ``start`` to ``end`` in Beijing; an ``end`` that is not later is on the next day."""

    day: date
    start: Clock
    end: Clock
    name: Name
    zone: Annotated[str, Meta(max_length=20)] | None = None
    grace_minutes: Grace = DEFAULT_GRACE_MINUTES
    needs: Needs = {}
    places: Annotated[list[PlaceBody], Meta(max_length=MOST_PLACES)] = []

    def wanted(self) -> Wanted:
        start, end = time.fromisoformat(self.start), time.fromisoformat(self.end)
        return Wanted(
            name=self.name,
            span=span_of(self.day, start.hour * 60 + start.minute, minutes_between(start, end)),
            zone=self.zone or None,
            grace_minutes=self.grace_minutes,
            needs={str(role): count for role, count in self.needs.items()},
            places=tuple(Place(one.officer, one.role) for one in self.places),
        )


class CopyBody(Shape):
    """``week``: the Monday of the week whose shifts are to be copied."""

    week: Annotated[str, Meta(max_length=10)]


class FileBody(Shape):
    """``csv``: the file's text. Columns (Chinese or English): date, start, end, zone, shift, role, officer."""

    csv: Annotated[str, Meta(max_length=60_000)]


class RosterPlace(Shape):
    """``ended_how``: self, moved, or grace when the shift ended by itself; ``returned``: incidents given back."""

    officer: str
    role: str
    signed_on_at: str | None
    signed_off_at: str | None
    status: str | None
    ended_how: str | None
    returned: int | None


class ReadinessView(Shape):
    role: str
    required: int
    rostered: int
    signed_on: int
    missing: int


class RosterShift(Shape):
    id: str
    name: str
    zone: str | None
    starts_at: str
    ends_at: str
    grace_minutes: int
    needs: dict[str, int]
    places: list[RosterPlace]
    readiness: list[ReadinessView]


class UnplannedView(Shape):
    """Who signed on without standing in the roster."""

    officer: str
    role: str
    zone: str | None
    signed_on_at: str
    signed_off_at: str | None
    ended_how: str | None
    returned: int | None
    status: str


class RosterOfficer(Shape):
    officer: str
    unit: str
    role: str


class RosterView(Shape):
    """A week of a district; ``published_at`` null: a draft. ``at`` is the server's time."""

    district: str
    week: str
    at: str
    published_at: str | None
    shifts: list[RosterShift]
    unplanned: list[UnplannedView]
    zones: list[ZoneView]
    templates: list[TemplateView]
    officers: list[RosterOfficer]


class Copied(Shape):
    copied: int


class RefusedLine(Shape):
    """``line`` counts from 1, the header being 1; ``message`` says it in the caller's language."""

    line: int
    column: str
    why: str
    value: str
    message: str


class FileTaken(Shape):
    placed: int
    refused: list[RefusedLine]
