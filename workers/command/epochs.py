"""A new epoch of the event log, after a restore: nobody may resume from a place in another history."""

from __future__ import annotations

import secrets

from sqlalchemy import func, insert, select

from models.clock import SystemClock
from models.database import Database
from models.tables import epochs

EPOCH_BYTES = 6


async def begin_epoch(database: Database) -> str:
    """Writes the next epoch and returns it."""
    epoch = secrets.token_urlsafe(EPOCH_BYTES)
    async with database.write() as connection:
        last = (await connection.execute(select(func.max(epochs.c.number)))).scalar_one() or 0
        await connection.execute(
            insert(epochs).values(number=last + 1, epoch=epoch, began_at=SystemClock().now())
        )
    return epoch
