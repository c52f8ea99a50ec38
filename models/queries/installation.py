"""What kind of installation this is: its platform's name, and whether it is the sample city."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, select

from models.store import Store
from models.tables import cities, districts, officers


@dataclass(frozen=True, slots=True)
class Installation:
    """``platform`` is the city's own name for the service, None before there is a city."""

    platform: str | None
    sample_city: bool


async def installation(store: Store) -> Installation:
    """``sample_city``: there are sample accounts, and this is not production."""
    platform = select(cities.c.platform).order_by(cities.c.code).limit(1).scalar_subquery()
    sample = exists().where(officers.c.sample)
    query = select(platform.label("platform"), select(sample).scalar_subquery().label("sample"))
    async with store.database.read() as connection:
        row = (await connection.execute(query)).one()
    return Installation(row.platform, bool(row.sample) and not store.settings.production)


async def district_names(store: Store) -> list[dict[str, str]]:
    """Code, name and English name of every district, in the order of the codes."""
    query = select(districts.c.code, districts.c.name, districts.c.name_en).order_by(districts.c.code)
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).all()
    return [{"code": row.code, "name": row.name, "name_en": row.name_en} for row in rows]
