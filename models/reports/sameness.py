"""Whether a report tells of what somebody has reported already: the same vehicle, offence, place and time. Pure.

How near and how soon is a rule; the same picture is the same report wherever and whenever it claims to be. A
suggestion: the reporter joins by his own choice, and an officer decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.geography import Location, distance_m
from models.uploads.likeness import apart

MOST_BITS_APART = 8  # of 64, between two pictures that a person takes for the same one


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says of itself. ``pictures``: their likeness, 64 bits each. ``plate_index``: never the plate.

    ``looked_at``: False where nobody will look at it any more though nothing came of it: what tells of the same vehicle
    is no repetition of that, and better photos must not vanish in it.
    """

    id: str
    plate_index: bytes | None
    offence: str
    place: Location | None
    happened_at: datetime
    pictures: tuple[int, ...] = ()
    looked_at: bool = True


@dataclass(frozen=True, slots=True)
class Same:
    """``because``: the same ``picture``, or the same ``vehicle`` near enough and soon enough."""

    id: str
    because: str


def same(new: Told, known: Sequence[Told], *, within_m: int, within_minutes: int) -> Same | None:
    """The report that is there already; the same picture before the same vehicle, then the earliest."""
    earliest = sorted(known, key=lambda one: (one.happened_at, one.id))
    for one in earliest:
        if any(apart(mine, theirs) <= MOST_BITS_APART for mine in new.pictures for theirs in one.pictures):
            return Same(one.id, "picture")
    for one in earliest:
        if _same_vehicle(new, one, within_m, timedelta(minutes=within_minutes)):
            return Same(one.id, "vehicle")
    return None


def _same_vehicle(new: Told, one: Told, within_m: int, window: timedelta) -> bool:
    if new.plate_index is None or new.plate_index != one.plate_index or new.offence != one.offence:
        return False
    if not one.looked_at:
        return False
    if abs(new.happened_at - one.happened_at) > window:
        return False
    return new.place is None or one.place is None or distance_m(new.place, one.place) <= within_m
