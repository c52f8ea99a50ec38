"""What holds for a whole city is changed by whoever administers all of its districts, like its rules."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.caller import Officer
from models.errors import Forbidden, NotFound
from models.tables import districts


async def check(connection: AsyncConnection, by: Officer, city: str) -> None:
    """Raises NotFound where there is no such city, Forbidden for who has not all of it."""
    query = select(districts.c.code).where(districts.c.city_code == city)
    codes = set((await connection.execute(query)).scalars())
    if not codes:
        raise NotFound(field="city")
    if by.role != "administrator" or not codes <= by.districts:
        raise Forbidden(field="city")
