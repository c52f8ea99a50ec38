"""Which officers are asked first: the nearest who is free and whose position is fresh. Pure.

Order (domain practice, decision 0100): free before busy, fresh position before stale, then ring by ring. In the same
ring the rules say what comes first (of the incident's zone, with the right vehicle, with less in hand, not asked for
the longest); then great-circle distance, then service number, so that it is the same everywhere. Beyond the rings
distance is what costs time: there only what somebody has in hand comes before it. How far the search goes at once, who
may be asked and how old a fresh position is say the rules, too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.duty.units import AVAILABLE, ENGAGED, UnitStatus, Vehicle
from models.geography import Location, distance_m


@dataclass(frozen=True, slots=True)
class Candidate:
    """An officer on duty in the district. ``busy``: has an incident of his own already; ``status``: of his unit.

    ``zone``: the code of the one that his shift covers, None for the whole district; ``load``: the incidents that he
    has and the offers that wait for his answer; ``asked_at``: his latest offer in this shift.
    """

    officer_id: str
    service_number: str
    role: str
    busy: bool
    position: Location | None
    position_at: datetime | None
    status: UnitStatus = "available"
    zone: str | None = None
    load: int = 0
    asked_at: datetime | None = None
    vehicle: Vehicle | None = None


@dataclass(frozen=True, slots=True)
class Preference:
    """Who comes first in the same ring. ``order``: of zone, vehicle, load, turns; ``zone``: the incident's code."""

    rings_m: Sequence[int] = ()
    order: Sequence[str] = ()
    zone: str | None = None
    vehicles: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate in his place, with the reason that the record keeps. ``metres`` None: not known."""

    candidate: Candidate
    metres: float | None
    fresh: bool
    in_zone: bool = False


_NO_PREFERENCE = Preference()


def to_ask(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those who may be asked: the available; with none of them, those who have an incident already.

    Never anybody on a break, busy with something else, out of service or in panic.
    """
    available = [one for one in candidates if one.status in AVAILABLE]
    return available or [one for one in candidates if one.status in ENGAGED]


def rank(
    candidates: list[Candidate],
    place: Location | None,
    now: datetime,
    *,
    fresh_for: timedelta,
    preference: Preference = _NO_PREFERENCE,
) -> list[Ranked]:
    """The candidates, best first."""
    rings = sorted(preference.rings_m)
    ranked = [_look(candidate, place, now, fresh_for, preference) for candidate in candidates]
    return sorted(ranked, key=lambda one: _place_in_line(one, rings, preference))


def _place_in_line(one: Ranked, rings: Sequence[int], preference: Preference) -> tuple[Any, ...]:
    """Compared piece by piece; two in the same ring, or beyond all of them, have pieces of the same meaning."""
    number = next((at for at, metres in enumerate(rings) if _is_within(one, metres)), len(rings))
    inside = number < len(rings)
    before = [name for name in preference.order if inside or name == "load"]
    after = [name for name in preference.order if name not in before]
    return (
        one.candidate.busy,
        not one.fresh,
        number,
        *(_measure(name, one.candidate, preference) for name in before),
        one.metres if one.metres is not None else float("inf"),
        *(_measure(name, one.candidate, preference) for name in after),
        one.candidate.service_number,
    )


def _measure(name: str, candidate: Candidate, preference: Preference) -> float:
    """The less, the earlier he is asked."""
    if name == "zone":
        if preference.zone is None or candidate.zone == preference.zone:
            return 0
        return 1 if candidate.zone is None else 2
    if name == "vehicle":
        return 0 if not preference.vehicles or candidate.vehicle in preference.vehicles else 1
    if name == "load":
        return candidate.load
    return 0 if candidate.asked_at is None else candidate.asked_at.timestamp()


def nearest(
    ranked: Sequence[Ranked], roles: Collection[str], rings_m: Sequence[int], most: int
) -> list[Ranked]:
    """Whom to ask now: at most ``most`` of the first ring in which there is anybody to ask, best first.

    Rings are searched from the inner one outwards, among those who are free and whose position is fresh; when
    nobody is in any of them, or there are none, everybody counts.
    """
    asked = [one for one in ranked if one.candidate.role in roles]
    for metres in sorted(rings_m):
        inside = [one for one in asked if _is_within(one, metres)]
        if inside:
            return inside[:most]
    return asked[:most]


def ring_of(one: Ranked, rings_m: Sequence[int]) -> int | None:
    """The innermost of the rings that he is in, in metres; None when he is in none of them."""
    return next((metres for metres in sorted(rings_m) if _is_within(one, metres)), None)


def why(one: Ranked, now: datetime, *, stage: str, rings_m: Sequence[int], nth: int) -> dict[str, Any]:
    """Why he is asked, as he and the commander read it: facts, of which each page makes a sentence in its language.

    ``nth``: he is the so-manieth who is asked. Metres and seconds are whole; what is not known is None.
    """
    seen_at = one.candidate.position_at
    return {
        "stage": stage,
        "nth": nth,
        "metres": None if one.metres is None else round(one.metres),
        "position_age_seconds": None if seen_at is None else max(0, round((now - seen_at).total_seconds())),
        "fresh": one.fresh,
        "busy": one.candidate.busy,
        "ring_m": ring_of(one, rings_m),
        "in_zone": one.in_zone,
        "load": one.candidate.load,
    }


def _is_within(one: Ranked, metres: int) -> bool:
    return not one.candidate.busy and one.fresh and one.metres is not None and one.metres <= metres


def _look(
    candidate: Candidate, place: Location | None, now: datetime, fresh_for: timedelta, preference: Preference
) -> Ranked:
    fresh = candidate.position_at is not None and now - candidate.position_at <= fresh_for
    metres = distance_m(place, candidate.position) if place and candidate.position else None
    in_zone = preference.zone is not None and candidate.zone == preference.zone
    return Ranked(candidate, metres, fresh, in_zone)
