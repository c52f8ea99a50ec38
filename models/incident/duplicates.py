"""Which open incidents may be one and the same: near each other in place and time, or about the same plate. Pure.

A suggestion and no more; a commander merges. What is compared is what the street shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from models.geography import Location, distance_m
from models.incident.incident import Incident

# FixMyStreet suggests within 50 m (its issue #1581); a phone's position in a street of houses is often worse.
NEAR_METRES = 80
WITHIN = timedelta(minutes=30)
MOST_COMPARED = 500  # open incidents of a district; beyond, the oldest are compared
MOST_SUGGESTED = 50


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``duplicate`` came later than ``into``. ``metres`` None: one of the two has no place."""

    duplicate: str
    into: str
    metres: int | None
    seconds_apart: int
    same_plate: bool


def suggested(incidents: Sequence[Incident]) -> list[Suggestion]:
    """The pairs among these incidents that may be duplicates, the closest in time first."""
    ordered = sorted(incidents, key=lambda one: (one.requested_at, one.id))[:MOST_COMPARED]
    found = []
    for at, later in enumerate(ordered):
        for earlier in reversed(ordered[:at]):
            if later.requested_at - earlier.requested_at > WITHIN:
                break
            pair = _compare(earlier, later)
            if pair is not None:
                found.append(pair)
    return sorted(found, key=lambda one: (one.seconds_apart, one.duplicate))[:MOST_SUGGESTED]


def _compare(earlier: Incident, later: Incident) -> Suggestion | None:
    apart = later.requested_at - earlier.requested_at
    if earlier.district != later.district or earlier.kind != later.kind:
        return None
    here, there = _place(earlier), _place(later)
    metres = None if here is None or there is None else distance_m(here, there)
    same_plate = later.plate_masked is not None and later.plate_masked == earlier.plate_masked
    near = metres is not None and metres <= NEAR_METRES
    if not near and not (same_plate and metres is None):
        return None
    whole = None if metres is None else round(metres)
    return Suggestion(later.id, earlier.id, whole, int(apart.total_seconds()), same_plate)


def _place(incident: Incident) -> Location | None:
    if incident.lat is None or incident.lng is None:
        return None
    return Location(lat=incident.lat, lng=incident.lng)
