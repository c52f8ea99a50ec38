"""Rosters: weeks and shifts of a district in Beijing time, who fits which role, required against signed on. Pure.

Shifts are instants in UTC; only what people write (dates, ``22:00``) is Beijing's, which knows no summer time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from models.clock import BEIJING
from models.errors import InvalidField

DutyRole = Literal["leader", "police", "auxiliary"]
DUTY_ROLES: tuple[DutyRole, ...] = ("leader", "police", "auxiliary")
# Whose account fits which role: an auxiliary officer leads nobody and stands for no police officer.
FITS: Mapping[DutyRole, frozenset[str]] = {
    "leader": frozenset({"police"}),
    "police": frozenset({"police"}),
    "auxiliary": frozenset({"auxiliary"}),
}
MOST_OF_A_ROLE = 99
LONGEST_MINUTES = 24 * 60  # of one shift
LONGEST_GRACE_MINUTES = 240
DEFAULT_GRACE_MINUTES = 30
MOST_SHIFTS = 500  # of one week and district
MOST_PLACES = 100  # of one shift
EARLY = timedelta(minutes=60)  # before its begin one may sign on for a shift
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Span:
    """From ``starts_at`` until just before ``ends_at``, in UTC."""

    starts_at: datetime
    ends_at: datetime


def monday(text: str) -> date:
    """The Monday that begins a week, written ``2026-11-30``. Raises InvalidField for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidField(field="week", why="no_date") from None
    if day.weekday() != 0:
        raise InvalidField(field="week", why="not_monday")
    return day


def week_of(instant: datetime) -> date:
    """The Monday of the week of Beijing in which an instant lies."""
    day = instant.astimezone(BEIJING).date()
    return day - timedelta(days=day.weekday())


def bounds(week: date) -> Span:
    """The week's first instant and the next one's."""
    start = datetime.combine(week, time(), BEIJING)
    return Span(start, start + WEEK)


def span_of(day: date, starts_minute: int, minutes: int) -> Span:
    """The shift that begins ``starts_minute`` minutes after Beijing's midnight of ``day``, across midnight or not."""
    start = datetime.combine(day, time(), BEIJING) + timedelta(minutes=starts_minute)
    return Span(start, start + timedelta(minutes=minutes))


def minutes_between(start: time, end: time) -> int:
    """How long a shift from ``start`` to ``end`` lasts; one that ends earlier than it begins ends on the next day.

    The same time twice is a whole day.
    """
    return ((end.hour * 60 + end.minute) - (start.hour * 60 + start.minute) - 1) % LONGEST_MINUTES + 1


def check_needs(needs: Mapping[str, int], field: str = "needs") -> dict[str, int]:
    """How many are required in which role, without the zeros. Raises InvalidField."""
    for role, count in needs.items():
        if role not in DUTY_ROLES:
            raise InvalidField(field=f"{field}.{role}", why="unknown")
        if not 0 <= count <= MOST_OF_A_ROLE:
            raise InvalidField(field=f"{field}.{role}", why="out_of_range", least=0, most=MOST_OF_A_ROLE)
    return {role: needs[role] for role in DUTY_ROLES if needs.get(role)}


def overlap(one: Span, other: Span) -> bool:
    """Whether two shifts have an instant in common; one that begins when the other ends has none."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


@dataclass(frozen=True, slots=True)
class Readiness:
    """Of one role in one shift: how many are required, stand in the roster, and have signed on."""

    role: str
    required: int
    rostered: int
    signed_on: int

    @property
    def missing(self) -> int:
        return max(0, self.required - self.signed_on)


def readiness(needs: Mapping[str, int], places: Sequence[tuple[str, bool]]) -> list[Readiness]:
    """Role by role. ``places``: (role, signed on) of whoever stands in the roster."""
    found = []
    for role in DUTY_ROLES:
        mine = [signed for named, signed in places if named == role]
        if needs.get(role) or mine:
            found.append(Readiness(role, needs.get(role, 0), len(mine), sum(mine)))
    return found
