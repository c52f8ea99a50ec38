"""Places: the offset by its test vectors, absurd input refused, distances, districts around points."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidField
from models.geography import (
    Boundaries,
    Location,
    distance_m,
    gcj02_from_wgs84,
    parse_location,
    wgs84_from_gcj02,
)
from models.settings import SettingsError

SQUARE = [[103.0, 29.9], [103.1, 29.9], [103.1, 30.0], [103.0, 30.0], [103.0, 29.9]]
HOLE = [[103.04, 29.94], [103.06, 29.94], [103.06, 29.96], [103.04, 29.96], [103.04, 29.94]]
NEIGHBOUR = [[103.1, 29.9], [103.2, 29.9], [103.2, 30.0], [103.1, 30.0], [103.1, 29.9]]


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        ((29.987600, 103.013300), (29.984940, 103.015167)),
        ((30.084700, 103.112600), (30.082181, 103.114707)),
        ((39.915000, 116.404000), (39.916404, 116.410244)),
    ],
)
def test_the_offset_agrees_with_its_test_vectors(
    wgs84: tuple[float, float], gcj02: tuple[float, float]
) -> None:
    assert gcj02_from_wgs84(*wgs84) == pytest.approx(gcj02, abs=5e-7)
    assert wgs84_from_gcj02(*gcj02) == pytest.approx(wgs84, abs=1e-6)


def test_there_is_no_offset_outside_the_box() -> None:
    assert gcj02_from_wgs84(52.52, 13.405) == (52.52, 13.405)
    assert wgs84_from_gcj02(52.52, 13.405) == (52.52, 13.405)


@given(st.floats(18, 53), st.floats(75, 134))
def test_back_and_forth_is_the_same_place_to_a_millimetre(lat: float, lng: float) -> None:
    back = wgs84_from_gcj02(*gcj02_from_wgs84(lat, lng))
    assert distance_m(Location(lat, lng), Location(*back)) < 0.001


def test_the_shift_at_yaan_is_larger_than_the_first_ring() -> None:
    shown = Location(*gcj02_from_wgs84(29.9876, 103.0133))
    assert distance_m(Location(29.9876, 103.0133), shown) == pytest.approx(346, abs=2)


def test_distances_are_in_metres() -> None:
    assert distance_m(Location(0, 0), Location(0, 1)) == pytest.approx(111_195, abs=1)
    assert distance_m(Location(29.9876, 103.0133), Location(29.9876, 103.0133)) == 0
    assert distance_m(Location(90, 0), Location(-90, 0)) == pytest.approx(math.pi * 6_371_008.8)


def test_a_location_is_read_as_wgs84_unless_it_says_otherwise() -> None:
    plain = parse_location({"lat": 29.9876, "lng": 103.0133, "accuracy_m": 12})
    assert plain == Location(29.9876, 103.0133, 12.0)
    assert parse_location({"lat": 29, "lng": 103, "crs": "wgs84"}) == Location(29.0, 103.0, None)
    shifted = parse_location({"lat": 29.984940, "lng": 103.015167, "crs": "gcj02"})
    assert (shifted.lat, shifted.lng) == pytest.approx((29.9876, 103.0133), abs=1e-6)


@pytest.mark.parametrize(
    ("value", "field", "why"),
    [
        ("29.9,103.0", "location", "wrong_type"),
        ([29.9, 103.0], "location", "wrong_type"),
        ({"lng": 103.0}, "location.lat", "missing"),
        ({"lat": 29.9}, "location.lng", "missing"),
        ({"lat": "29.9", "lng": 103.0}, "location.lat", "wrong_type"),
        ({"lat": True, "lng": 103.0}, "location.lat", "wrong_type"),
        ({"lat": None, "lng": 103.0}, "location.lat", "wrong_type"),
        ({"lat": 90.01, "lng": 103.0}, "location.lat", "out_of_range"),
        ({"lat": math.nan, "lng": 103.0}, "location.lat", "out_of_range"),
        ({"lat": 29.9, "lng": math.inf}, "location.lng", "out_of_range"),
        ({"lat": 29.9, "lng": -180.5}, "location.lng", "out_of_range"),
        ({"lat": 0, "lng": 0.0}, "location", "nowhere"),
        ({"lat": 29.9, "lng": 103.0, "accuracy_m": -1}, "location.accuracy_m", "out_of_range"),
        ({"lat": 29.9, "lng": 103.0, "accuracy_m": 1e9}, "location.accuracy_m", "out_of_range"),
        ({"lat": 29.9, "lng": 103.0, "crs": "bd09"}, "location.crs", "unknown"),
        ({"lat": 29.9, "lng": 103.0, "crs": ["wgs84"]}, "location.crs", "unknown"),
        ({"lat": 29.9, "lng": 103.0, "altitude": 3}, "location.altitude", "unknown"),
    ],
)
def test_absurd_coordinates_are_refused_by_field(value: Any, field: str, why: str) -> None:
    with pytest.raises(InvalidField) as caught:
        parse_location(value)
    assert caught.value.field == field
    assert caught.value.params["why"] == why


def boundaries(folder: Path, *features: tuple[dict[str, Any], str, Any]) -> Boundaries:
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": rings}}
            for properties, kind, rings in features
        ],
    }
    path = folder / "districts.geojson"
    path.write_text(json.dumps(collection))
    return Boundaries.load(path)


def test_a_point_lies_in_the_district_around_it_and_not_in_its_hole(tmp_path: Path) -> None:
    known = boundaries(tmp_path, ({"code": "511802"}, "Polygon", [SQUARE, HOLE]))
    assert known.district_of(Location(29.91, 103.05)) == "511802"
    assert known.district_of(Location(29.95, 103.05)) is None
    assert known.district_of(Location(29.91, 103.15)) is None


def test_a_point_on_the_border_of_two_districts_is_in_one_of_them(tmp_path: Path) -> None:
    known = boundaries(
        tmp_path,
        ({"code": "511802"}, "Polygon", [SQUARE]),
        ({"adcode": 511803}, "MultiPolygon", [[NEIGHBOUR]]),
    )
    assert known.district_of(Location(29.95, 103.1)) == "511803"
    assert known.district_of(Location(29.95, 103.0999)) == "511802"


def test_without_boundaries_no_point_lies_in_a_district() -> None:
    assert Boundaries.load(None).district_of(Location(29.95, 103.05)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"features": [{}]}',
        '{"features": [{"properties": {}, "geometry": {"type": "Point"}}]}',
    ],
)
def test_a_file_that_is_no_collection_of_districts_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.geojson"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        Boundaries.load(path)
    assert caught.value.name == "WUFEN_BOUNDARIES"


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        Boundaries.load(tmp_path / "nowhere.geojson")
