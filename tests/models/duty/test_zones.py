"""In which zone a place lies."""

from __future__ import annotations

from models.duty.zones import Zone, zone_of
from models.geography import Location

EAST = Zone("east", "东", "East", "[[103.0, 29.9], [103.1, 29.9], [103.1, 30.0], [103.0, 30.0]]")
WEST = Zone("west", "西", "West", "[[102.9, 29.9], [103.0, 29.9], [103.0, 30.0], [102.9, 30.0]]")


def code_at(lat: float, lng: float) -> str | None:
    zone = zone_of([EAST, WEST], Location(lat=lat, lng=lng))
    return None if zone is None else zone.code


def test_a_place_is_in_the_zone_whose_border_encloses_it() -> None:
    assert code_at(29.95, 103.05) == "east"
    assert code_at(29.95, 102.95) == "west"
    assert code_at(30.05, 103.05) is None


def test_a_place_on_the_border_of_two_is_in_one_of_them() -> None:
    assert code_at(29.95, 103.0) in {"east", "west"}


def test_where_no_place_is_known_no_zone_is() -> None:
    assert zone_of([EAST], None) is None
    assert zone_of([], Location(lat=29.95, lng=103.05)) is None
