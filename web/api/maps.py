"""What the officers' map draws without any tiles, and where its tiles come from. Configuration: nobody's data."""

from __future__ import annotations

from typing import Literal

import msgspec
from sqlalchemy import select

from models.city.drawing import Drawing
from models.errors import Forbidden, NotFound
from models.tables import cities, districts
from web.answers import Answer
from web.endpoint import Call, Endpoint, Nothing, Shape

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
    code, store = call.path("code"), call.site.store
    if code not in call.officer.districts:
        raise Forbidden
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
    return Answer(
        {
            "district": code,
            "seat": None if row.lat is None else (row.lng, row.lat),
            "outline": store.boundaries.outline_of(code),
            "rivers": _rivers(row.drawing),
            "layers": [{"url": layer.url, "hosts": layer.hosts} for layer in settings.tiles_url],
            "crs": settings.tiles_crs,
            "attribution": settings.tiles_attribution,
        }
    )


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
    )
]
