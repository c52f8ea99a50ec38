"""Which officers are asked first: the nearest who is free and whose position is fresh. Pure.

Order (domain practice, see docs/architecture.md): free before busy, fresh position before stale, then by
great-circle distance, then by service number so that the order is the same everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.geography import Location, distance_m

STALE_AFTER = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An officer on duty in the district. ``busy``: has an incident of his own already."""

    officer_id: str
    service_number: str
    busy: bool
    position: Location | None
    position_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate in his place, with the reason that the record keeps. ``metres`` None: not known."""

    candidate: Candidate
    metres: float | None
    fresh: bool


def rank(candidates: list[Candidate], place: Location | None, now: datetime) -> list[Ranked]:
    """The candidates, best first."""
    ranked = [_look(candidate, place, now) for candidate in candidates]
    return sorted(
        ranked,
        key=lambda one: (
            one.candidate.busy,
            not one.fresh,
            one.metres if one.metres is not None else float("inf"),
            one.candidate.service_number,
        ),
    )


def _look(candidate: Candidate, place: Location | None, now: datetime) -> Ranked:
    fresh = candidate.position_at is not None and now - candidate.position_at <= STALE_AFTER
    metres = distance_m(place, candidate.position) if place and candidate.position else None
    return Ranked(candidate, metres, fresh)
