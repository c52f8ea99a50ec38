"""What kind of installation this is: its platform's name, its cities, and whether it is the sample city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import exists, func, select

from models.city.drawing import Drawing
from models.store import Store
from models.tables import cities, districts, officers


@dataclass(frozen=True, slots=True)
class Installation:
    """``platform`` is the city's own name for the service; None before there is a city, and when several differ.

    ``city`` is whose words count; None where that is not known: the installation's only one, else the product's do.
    """

    platform: str | None
    sample_city: bool
    city: str | None = None


async def installation(store: Store) -> Installation:
    """``sample_city``: there are sample accounts, and this is not production."""
    sample = exists().where(officers.c.sample)
    query = select(
        func.min(cities.c.platform).label("first"),
        func.max(cities.c.platform).label("last"),
        select(sample).scalar_subquery().label("sample"),
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).one()
    platform = row.first if row.first == row.last else None
    return Installation(platform, bool(row.sample) and not store.settings.production)


async def city_maps(store: Store) -> list[dict[str, Any]]:
    """What the wall draws of each city: its names, the seats of its districts, and its drawing if it has one."""
    wanted = select(districts.c.code, districts.c.city_code, districts.c.lat, districts.c.lng)
    async with store.database.read() as connection:
        rows = (await connection.execute(wanted.order_by(districts.c.code))).all()
        found = (await connection.execute(select(cities).order_by(cities.c.code))).all()
    return [
        {
            "code": city.code,
            "name": city.name,
            "name_en": city.name_en,
            "districts": {
                row.code: None if row.lat is None else {"lat": row.lat, "lng": row.lng}
                for row in rows
                if row.city_code == city.code
            },
            "drawing": city.drawing and msgspec.to_builtins(msgspec.json.decode(city.drawing, type=Drawing)),
        }
        for city in found
    ]


async def district_names(store: Store) -> list[dict[str, str]]:
    """Code, name and English name of every district, in the order of the codes."""
    query = select(districts.c.code, districts.c.name, districts.c.name_en).order_by(districts.c.code)
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).all()
    return [{"code": row.code, "name": row.name, "name_en": row.name_en} for row in rows]
