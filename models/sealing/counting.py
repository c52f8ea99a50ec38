"""How much is sealed under which key, and which passes are still to come to their end."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column, ColumnElement, LargeBinary, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.sealing.places import FILES, INDEXES, Place, fields
from models.tables import resealings


def prefix_of(key_id: str) -> bytes:
    """With what everything begins that the key sealed."""
    return bytes([len(key_id)]) + key_id.encode()


def begins_with(column: Column[bytes], key_id: str) -> ColumnElement[bool]:
    """Whether the key of that id sealed what the column holds."""
    prefix = prefix_of(key_id)
    start = func.substr(column, 1, len(prefix), type_=LargeBinary())
    return start == literal(prefix, LargeBinary())


async def fields_under(connection: AsyncConnection, key_id: str) -> dict[str, int]:
    """Rows by place, whole tables of them: for an operator who waits a second, not for a page."""
    found = {}
    for place in fields():
        query = select(func.count()).where(begins_with(place.column, key_id))
        found[place.name] = int((await connection.execute(query)).scalar_one())
    return {name: count for name, count in found.items() if count}


def places_of(kind: str) -> list[Place]:
    """Everything that is made anew under another key of that kind, in the order in which it is."""
    return list(INDEXES) if kind == "index" else [*fields(), *FILES]


async def progress(connection: AsyncConnection) -> Mapping[str, object]:
    """The row of each place that was begun."""
    rows = (await connection.execute(select(resealings))).all()
    return {row.place: row for row in rows}


async def unfinished(connection: AsyncConnection, kind: str, key_id: str) -> dict[str, int]:
    """Places whose passes under the present key have not come to their end, each with a 1; and with how many rows

    that nobody can open.
    """
    query = select(resealings.c.place, resealings.c.damaged).where(
        resealings.c.key_id == key_id, resealings.c.done_at.is_not(None)
    )
    done = {row.place: row.damaged for row in await connection.execute(query)}
    told = {f"{place.name}, not gone through": 1 for place in places_of(kind) if place.name not in done}
    return told | {f"{name}, damaged": count for name, count in done.items() if count and kind == "index"}
