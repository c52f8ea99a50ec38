"""Places on the earth: WGS-84 inside, GCJ-02 only at the edges; distances, and the district around a point.

Leaves to others: which district counts when there are no boundaries, and what a distance is good for.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import InvalidField
from models.settings import SettingsError

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG
LARGEST_ACCURACY_M = 100_000  # a reading less exact than this says nothing about a street

# The ellipsoid and the box of the Chinese offset (GCJ-02); outside the box there is none.
_AXIS_M = 6_378_245.0
_FLATNESS = 0.006_693_421_622_965_943_23
_BOX_LNG = (73.66, 135.05)
_BOX_LAT = (3.86, 53.55)


@dataclass(frozen=True, slots=True)
class Location:
    """Degrees in WGS-84; `accuracy_m` is the radius in metres that the device claims, if it claims one."""

    lat: float
    lng: float
    accuracy_m: float | None = None


def place_of(row: Any) -> Location | None:
    """Where a row or an incident says that it is (`lat`, `lng`, `accuracy_m`); None: it does not know."""
    return None if row.lat is None or row.lng is None else Location(row.lat, row.lng, row.accuracy_m)


def parse_location(value: object, field: str = "location") -> Location:
    """Reads {"lat", "lng", "accuracy_m"?, "crs"?}; `crs` is wgs84 (default) or gcj02. Returns WGS-84.

    Raises InvalidField naming the member, with `why`: wrong_type, missing, unknown, out_of_range, nowhere.
    """
    if not isinstance(value, Mapping):
        raise InvalidField(field=field, why="wrong_type")
    for name in value:
        if name not in ("lat", "lng", "accuracy_m", "crs"):
            raise InvalidField(field=f"{field}.{name}", why="unknown")
    lat = _number(value, "lat", field, -90, 90)
    lng = _number(value, "lng", field, -180, 180)
    accuracy = value.get("accuracy_m")
    if accuracy is not None:
        accuracy = _number(value, "accuracy_m", field, 0, LARGEST_ACCURACY_M)
    if lat == 0 and lng == 0:
        # What broken receivers report; nobody parks there.
        raise InvalidField(field=field, why="nowhere")
    crs = value.get("crs", "wgs84")
    if crs not in ("wgs84", "gcj02"):
        raise InvalidField(field=f"{field}.crs", why="unknown")
    if crs == "gcj02":
        lat, lng = wgs84_from_gcj02(lat, lng)
    return Location(lat, lng, accuracy)


def _number(value: Mapping[Any, Any], name: str, field: str, least: int, most: int) -> float:
    if name not in value:
        raise InvalidField(field=f"{field}.{name}", why="missing")
    number = value[name]
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise InvalidField(field=f"{field}.{name}", why="wrong_type")
    if not least <= number <= most:  # also refuses NaN
        raise InvalidField(field=f"{field}.{name}", why="out_of_range", least=least, most=most)
    return float(number)


def distance_m(one: Location, other: Location) -> float:
    """Metres along the great circle (haversine)."""
    lat1, lat2 = math.radians(one.lat), math.radians(other.lat)
    half_lat = math.sin((lat2 - lat1) / 2) ** 2
    half_lng = math.sin(math.radians(other.lng - one.lng) / 2) ** 2
    chord = half_lat + math.cos(lat1) * math.cos(lat2) * half_lng
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def gcj02_from_wgs84(lat: float, lng: float) -> tuple[float, float]:
    """(lat, lng) as maps of mainland China show it; the same outside the box of the offset."""
    if not (_BOX_LNG[0] <= lng <= _BOX_LNG[1] and _BOX_LAT[0] <= lat <= _BOX_LAT[1]):
        return lat, lng
    north, east = _offset(lng - 105.0, lat - 35.0)
    sine = math.sin(math.radians(lat))
    bent = 1 - _FLATNESS * sine * sine
    lat_metres = math.radians(1) * _AXIS_M * (1 - _FLATNESS) / (bent * math.sqrt(bent))
    lng_metres = math.radians(1) * _AXIS_M / math.sqrt(bent) * math.cos(math.radians(lat))
    return lat + north / lat_metres, lng + east / lng_metres


def wgs84_from_gcj02(lat: float, lng: float) -> tuple[float, float]:
    """The inverse, by iteration, to less than a millimetre."""
    found_lat, found_lng = lat, lng
    for _ in range(4):
        shown_lat, shown_lng = gcj02_from_wgs84(found_lat, found_lng)
        found_lat, found_lng = found_lat + lat - shown_lat, found_lng + lng - shown_lng
    return found_lat, found_lng


def _offset(x: float, y: float) -> tuple[float, float]:
    # The published approximation: metres to the north and to the east, x and y in degrees from (105, 35).
    root = math.sqrt(abs(x))
    shared = 20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (shared + _waves(y, 20, 40, 3) + 160 * math.sin(y / 12 * math.pi)) * 2 / 3
    north += 320 * math.sin(y * math.pi / 30) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (shared + _waves(x, 20, 40, 3) + 150 * math.sin(x / 12 * math.pi)) * 2 / 3
    east += 300 * math.sin(x / 30 * math.pi) * 2 / 3
    return north, east


def _waves(degrees: float, first: float, second: float, length: float) -> float:
    return first * math.sin(degrees * math.pi) + second * math.sin(degrees / length * math.pi)


Ring = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class _Area:
    code: str
    box: tuple[float, float, float, float]
    rings: tuple[Ring, ...]


class Boundaries:
    """The districts' outlines. Without any, no point lies in a district."""

    def __init__(self, areas: Sequence[_Area] = ()) -> None:
        self._areas = tuple(areas)

    @classmethod
    def load(cls, path: Path | None) -> "Boundaries":
        """Reads a GeoJSON FeatureCollection in WGS-84 (RFC 7946) of Polygons and MultiPolygons, each with
        its code in the property `code` or `adcode`. None: no boundaries.

        Raises SettingsError naming WUFEN_BOUNDARIES for a file that cannot be read as that.
        """
        if path is None:
            return cls()
        try:
            features = json.loads(path.read_text("utf-8"))["features"]
            return cls([_area(feature) for feature in features])
        except OSError as error:
            raise SettingsError("WUFEN_BOUNDARIES", f"{path}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise SettingsError(
                "WUFEN_BOUNDARIES", f"{path} is not a GeoJSON collection of districts"
            ) from error

    def outline_of(self, code: str, most: int = 2000) -> list[list[tuple[float, float]]]:
        """The rings of a district as (longitude, latitude) in WGS-84 with some ``most`` points in all, for drawing.

        Empty where its boundary is not known.
        """
        rings = [ring for area in self._areas if area.code == code for ring in area.rings]
        step = max(1, -(-sum(len(ring) for ring in rings) // most))
        return [[(float(p[0]), float(p[1])) for p in ring[::step]] for ring in rings if len(ring[::step]) > 2]

    def knows(self, code: str) -> bool:
        """Whether the boundary of this district is known."""
        return any(area.code == code for area in self._areas)

    def district_of(self, location: Location) -> str | None:
        """The code of the district that contains the point, None if none does or none is known."""
        lng, lat = location.lng, location.lat
        for area in self._areas:
            west, south, east, north = area.box
            if west <= lng <= east and south <= lat <= north and _inside(area.rings, lng, lat):
                return area.code
        return None


def _area(feature: Mapping[str, Any]) -> _Area:
    properties, geometry = feature["properties"], feature["geometry"]
    polygons = {"Polygon": lambda c: [c], "MultiPolygon": list}[geometry["type"]](geometry["coordinates"])
    rings = tuple(ring for polygon in polygons for ring in polygon)
    lngs = [float(point[0]) for ring in rings for point in ring]
    lats = [float(point[1]) for ring in rings for point in ring]
    code = str(properties.get("code") or properties["adcode"])
    return _Area(code, (min(lngs), min(lats), max(lngs), max(lats)), rings)


def inside(ring: Ring, location: Location) -> bool:
    """Whether the point lies within one outline of [lng, lat] in WGS-84."""
    return _inside((ring,), location.lng, location.lat)


def _inside(rings: Sequence[Ring], lng: float, lat: float) -> bool:
    # A ray to the east crosses the outlines and holes an odd number of times. Edges are half-open towards the
    # north, so that a point on the border of two districts is in one of them, not in both.
    inside = False
    for ring in rings:
        for (x1, y1, *_), (x2, y2, *_) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (y1 > lat) != (y2 > lat) and lng < (x2 - x1) * (lat - y1) / (y2 - y1) + x1:
                inside = not inside
    return inside
