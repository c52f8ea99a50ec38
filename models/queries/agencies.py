"""Agencies as an administrator sees them: those of the cities of his districts."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from models.incident.views import View
from models.queries.hazards import agency_view
from models.store import Store
from models.tables import agencies, districts


async def of_districts(store: Store, codes: Collection[str]) -> list[View]:
    """By code; without contact and key."""
    cities = select(districts.c.city_code).where(districts.c.code.in_(sorted(codes)))
    query = (
        select(agencies)
        .where(agencies.c.active, agencies.c.city_code.in_(cities))
        .order_by(agencies.c.city_code, agencies.c.code)
    )
    async with store.database.read() as connection:
        return [agency_view(row) for row in (await connection.execute(query)).all()]
