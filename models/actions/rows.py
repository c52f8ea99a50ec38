"""Writing a row unless it is there already, in the same words on both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_if_absent(connection: AsyncConnection, table: Table, values: dict[str, Any]) -> bool:
    """Whether the row was written. Waits for whoever is just writing one with the same key."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    done = await connection.execute(make(table).values(values).on_conflict_do_nothing())
    return done.rowcount == 1


async def insert_or_replace_old(
    connection: AsyncConnection, table: Table, values: dict[str, Any], old: ColumnElement[bool]
) -> bool:
    """The same, but a row that fulfils ``old`` counts as absent and is overwritten."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(table).values(values)
    statement = statement.on_conflict_do_update(
        index_elements=list(table.primary_key.columns), set_=values, where=old
    )
    return (await connection.execute(statement)).rowcount == 1
