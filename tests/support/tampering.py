"""What only somebody with the database's own rights can do: take its triggers away, and change the record by hand."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def unguard(connection: AsyncConnection, *tables: str) -> None:
    """From now on nothing of these tables is refused."""
    for table in tables:
        if connection.dialect.name == "postgresql":
            await connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            continue
        query = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
        for name in (await connection.execute(query, {"table": table})).scalars().all():
            await connection.execute(text(f"DROP TRIGGER {name}"))
