"""What plates of electric bicycles look like in a place: its city's samples."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.local_plates import LocalForms, read_forms
from models.tables import cities, districts


async def of_place(connection: AsyncConnection, place: str) -> LocalForms:
    """``place``: the code of a district or city."""
    own = select(districts.c.city_code).where(districts.c.code == place).scalar_subquery()
    query = select(cities.c.ebike_plates).where((cities.c.code == place) | (cities.c.code == own))
    return read_forms((await connection.execute(query)).scalars().first())
