"""What a map draws without any tiles, and where its tiles come from: the officers' map, and the pin's for hazards.

Configuration: nobody's data.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from sqlalchemy import select

from models.city.drawing import Drawing
from models.errors import Forbidden, InvalidField, NotFound, SwitchedOff, TooManyRequests
from models.store import Store
from models.tables import cities, districts
from web import whereabouts
from web.answers import Answer
from web.endpoint import Call, Endpoint, Nothing, Shape
from web.visitor import address_digest

Spot = tuple[float, float]


class TileLayer(Shape):
    """A URL template with {z}, {x}, {y}; ``hosts`` are what may stand for {s}."""

    url: str
    hosts: str


class RiverView(Shape):
    width: float
    line: list[Spot]


class DistrictMap(Shape):
    """Points are [longitude, latitude] in WGS-84, whatever ``crs`` the tiles have.

    ``seat``: of the district's government, null where nobody has told; ``outline``: rings, empty without boundaries.
    """

    district: str
    seat: Spot | None
    outline: list[list[Spot]]
    rivers: list[RiverView]
    layers: list[TileLayer]
    crs: Literal["wgs84", "gcj02"]
    attribution: str


async def look(call: Call[Nothing]) -> Answer:
    """Raises Forbidden outside the caller's districts, NotFound for one that is none."""
    code = call.path("code")
    if code not in call.officer.districts:
        raise Forbidden
    return Answer(await _ground(call.site.store, code))


async def look_for_hazard(call: Call[Nothing]) -> Answer:
    """The same for a stranger. Raises InvalidField, NotFound, TooManyRequests."""
    code = call.request.query_params.get("district", "")
    if not code:
        raise InvalidField(field="district", why="required")
    if call.site.settings.limits:
        call.site.look_ups.count(address_digest(call.request, call.site.signer), call.now)
    return Answer(await _ground(call.site.store, code))


async def _ground(store: Store, code: str) -> dict[str, object]:
    wanted = (
        select(districts.c.lat, districts.c.lng, cities.c.drawing)
        .join(cities, cities.c.code == districts.c.city_code)
        .where(districts.c.code == code)
    )
    async with store.database.read() as connection:
        row = (await connection.execute(wanted)).one_or_none()
    if row is None:
        raise NotFound
    settings = store.settings
    return {
        "district": code,
        "seat": None if row.lat is None else (row.lng, row.lat),
        "outline": store.boundaries.outline_of(code),
        "rivers": _rivers(row.drawing),
        "layers": [{"url": layer.url, "hosts": layer.hosts} for layer in settings.tiles_url],
        "crs": settings.tiles_crs,
        "attribution": settings.tiles_attribution,
    }


def _rivers(drawing: str | None) -> list[RiverView]:
    if not drawing:
        return []
    courses = msgspec.json.decode(drawing, type=Drawing).courses
    return [RiverView(width=course.width, line=list(course.line)) for course in courses]


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/districts/{code}/map",
        name="district_map",
        handler=look,
        summary="What a map of the district draws: outline, rivers, seat, and where tiles come from.",
        module="platform",
        answers={200: DistrictMap},
        errors=(Forbidden, NotFound),
    ),
    Endpoint(
        method="GET",
        path="/api/v1/hazards/map",
        name="hazard_map",
        handler=look_for_hazard,
        summary="The same for whoever puts a pin where a hazard is.",
        module="hazards",
        where=whereabouts.of_asked_district,
        query={"district": "Its code."},
        answers={200: DistrictMap},
        errors=(InvalidField, NotFound, SwitchedOff, TooManyRequests),
    ),
]
