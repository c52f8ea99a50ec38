"""Lists of vehicles to look out for in somebody's districts: what was taken in, and how much of each stands."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.caller import Officer
from models.clock import iso
from models.queries.service_numbers import service_numbers
from models.store import Store
from models.tables import districts, watch_flags, watch_imports

SHOWN = 50  # imports, the newest first


async def lists(store: Store, by: Officer) -> dict[str, Any]:
    """``{"imports": […], "sources": […]}`` of the officer's districts and of the cities they belong to."""
    async with store.database.read() as connection:
        scopes = await _scopes(connection, by)
        return {"imports": await _imports(connection, scopes), "sources": await _sources(connection, scopes)}


async def _scopes(connection: AsyncConnection, by: Officer) -> list[str]:
    query = select(districts.c.city_code).where(districts.c.code.in_(sorted(by.districts)))
    return sorted({*by.districts, *(await connection.execute(query)).scalars()})


async def _imports(connection: AsyncConnection, scopes: list[str]) -> list[dict[str, Any]]:
    query = (
        select(watch_imports)
        .where(watch_imports.c.scope.in_(scopes))
        .order_by(watch_imports.c.at.desc(), watch_imports.c.id)
        .limit(SHOWN)
    )
    rows = (await connection.execute(query)).all()
    numbers = await service_numbers(connection, [row.by for row in rows])
    counts = ("new", "changed", "ended", "unchanged", "refused")
    return [
        {
            "id": row.id,
            "scope": row.scope,
            "source": row.source,
            "whole": bool(row.whole),
            **{name: getattr(row, name) for name in counts},
            "by": numbers.get(row.by),
            "at": iso(row.at),
        }
        for row in rows
    ]


async def _sources(connection: AsyncConnection, scopes: list[str]) -> list[dict[str, Any]]:
    query = (
        select(watch_flags.c.scope, watch_flags.c.source, watch_flags.c.kind, func.count().label("n"))
        .where(watch_flags.c.scope.in_(scopes), watch_flags.c.cleared_at.is_(None))
        .group_by(watch_flags.c.scope, watch_flags.c.source, watch_flags.c.kind)
        .order_by(watch_flags.c.scope, watch_flags.c.source, watch_flags.c.kind)
    )
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in await connection.execute(query):
        found.setdefault((row.scope, row.source), {})[row.kind] = row.n
    return [{"scope": scope, "source": source, "standing": kinds} for (scope, source), kinds in found.items()]
