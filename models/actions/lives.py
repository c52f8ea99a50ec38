"""Processes that take jobs say that they live; who is not heard for a while is dead, and a day later forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update

from models.actions.rows import insert_if_absent
from models.store import Store
from models.tables import worker_lives

SAYS_SO = timedelta(seconds=5)
SILENT = timedelta(seconds=15)  # after so long it counts as dead
FORGOTTEN = timedelta(days=1)
LONGEST_NAME = 80


async def lives(store: Store, name: str, kind: str, started_at: datetime) -> None:
    """``name`` is the process's own; one that began anew under the same name is the same row."""
    async with store.database.write() as connection:
        at = store.clock.now()
        row = {"name": name[:LONGEST_NAME], "kind": kind, "started_at": started_at, "heard_at": at}
        if not await insert_if_absent(connection, worker_lives, row):
            await connection.execute(
                update(worker_lives)
                .where(worker_lives.c.name == row["name"])
                .values(kind=kind, started_at=started_at, heard_at=at, stopped_at=None)
            )
        await connection.execute(delete(worker_lives).where(worker_lives.c.heard_at < at - FORGOTTEN))


async def stops(store: Store, name: str) -> None:
    """It was told to stop, and does."""
    async with store.database.write() as connection:
        at = store.clock.now()
        await connection.execute(
            update(worker_lives)
            .where(worker_lives.c.name == name[:LONGEST_NAME])
            .values(heard_at=at, stopped_at=at)
        )
