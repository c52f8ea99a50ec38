"""A new epoch of the event log, after a restore: nobody may resume from a place in another history."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, insert, inspect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.anchoring import write_anchor
from models.clock import SystemClock
from models.database import Database
from models.tables import anchors, epochs

EPOCH_BYTES = 6


async def begin_epoch(database: Database, anchor_keys: Mapping[str, bytes]) -> str:
    """Writes the next epoch and returns it.

    An anchor says where the record goes on: what was signed in the epoch before and is not there any more went with
    the restore. A backup of a release from before there were anchors gets none.
    """
    epoch, now = secrets.token_urlsafe(EPOCH_BYTES), SystemClock().now()
    async with database.write() as connection:
        last = (await connection.execute(select(func.max(epochs.c.number)))).scalar_one() or 0
        await connection.execute(insert(epochs).values(number=last + 1, epoch=epoch, began_at=now))
        await _anchor(connection, anchor_keys, now)
    return epoch


async def anchor_epoch(database: Database, anchor_keys: Mapping[str, bytes]) -> None:
    """The same anchor where the epoch has begun already."""
    async with database.write() as connection:
        await _anchor(connection, anchor_keys, SystemClock().now())


async def _anchor(connection: AsyncConnection, anchor_keys: Mapping[str, bytes], now: datetime) -> None:
    if await connection.run_sync(lambda own: inspect(own).has_table(anchors.name)):
        await write_anchor(connection, anchor_keys, now, None)
