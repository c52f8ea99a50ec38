"""How anything is cleared away: in small transactions, up to a bound, and only what is older than it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, false, or_, select

from models.actions import retention
from models.store import Change, Store
from models.tables import districts

AT_ONCE = 200  # rows a transaction: some milliseconds for whoever waits for his turn to write
MOST_A_TURN = 20_000

# One transaction's part: at most so many of what is old enough; how many there were.
Batch = Callable[[Change, int], Awaitable[int]]


async def in_batches(store: Store, batch: Batch) -> int:
    done = 0
    while done < MOST_A_TURN:
        async with store.change() as change:
            found = await batch(change, AT_ONCE)
        done += found
        if found < AT_ONCE:
            break
        await asyncio.sleep(0)  # others have their turn
    return done


async def older(
    store: Store, what: str, district: Column[Any] | None, instant: ColumnElement[Any]
) -> ColumnElement[bool]:
    """Older than ``what`` is kept: where it happened, or, of what belongs to no district, in the installation."""
    now = store.clock.now()
    if district is None:
        return instant <= now - retention.of(store, what)
    async with store.database.read() as connection:
        codes = list(
            (await connection.execute(select(districts.c.code).order_by(districts.c.code))).scalars()
        )
    of_age: dict[datetime, list[str]] = {}
    for code in codes:
        of_age.setdefault(now - retention.of(store, what, code), []).append(code)
    return or_(false(), *(and_(district.in_(names), instant <= before) for before, names in of_age.items()))


async def keys_of(change: Change, query: Select[Any]) -> list[Any]:
    return list((await change.connection.execute(query)).scalars())
