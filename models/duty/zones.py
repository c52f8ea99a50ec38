"""In which of a district's zones a place lies. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from models.geography import Location, Ring, inside

MOST_REMEMBERED = 512  # borders as they were read; a city has at most 1,000 zones


@dataclass(frozen=True, slots=True)
class Zone:
    """``border``: the JSON of a ring of [lng, lat] in WGS-84."""

    code: str
    name: str
    name_en: str
    border: str


def zone_of(zones: Sequence[Zone], place: Location | None) -> Zone | None:
    """The first of the zones whose border encloses the place; None where none does, or no place is known."""
    if place is None:
        return None
    return next((zone for zone in zones if inside(_ring(zone.border), place)), None)


@lru_cache(maxsize=MOST_REMEMBERED)
def _ring(border: str) -> Ring:
    ring: Ring = msgspec.json.decode(border, type=tuple[tuple[float, float], ...])
    return ring
