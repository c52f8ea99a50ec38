"""Officers by what is printed on their uniforms."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import officers

_OFFICER = "officer:"


async def service_numbers(connection: AsyncConnection, subjects: Iterable[str | None]) -> dict[str, str]:
    """The service number of each subject that is an officer's (``officer:<id>``); others are passed over."""
    ids = {one.removeprefix(_OFFICER) for one in subjects if one is not None and one.startswith(_OFFICER)}
    if not ids:
        return {}
    query = select(officers.c.id, officers.c.service_number).where(officers.c.id.in_(sorted(ids)))
    return {f"{_OFFICER}{row.id}": row.service_number for row in await connection.execute(query)}
