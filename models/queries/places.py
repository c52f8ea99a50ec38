"""Which city a district belongs to."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import districts


async def cities_of_districts(connection: AsyncConnection) -> dict[str, str]:
    """The city's code of every district."""
    query = select(districts.c.code, districts.c.city_code)
    return {row.code: row.city_code for row in await connection.execute(query)}
