"""Callbacks of providers, which come again until they are answered: what each causes is caused once."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from models.actions.rows import insert_if_absent
from models.store import Change, Store
from models.tables import provider_calls

KEPT = timedelta(days=1)  # no provider repeats for longer


async def first_time(store: Store, key: str) -> bool:
    """Whether nobody has dealt with ``key`` before; from now on somebody has. ``key``: at most 64 characters, nobody's
    address. Whoever fails in what follows says ``forget``, so that the repetition is dealt with."""

    async def work(change: Change) -> bool:
        await change.connection.execute(delete(provider_calls).where(provider_calls.c.at < change.at - KEPT))
        return await insert_if_absent(change.connection, provider_calls, {"key": key, "at": change.at})

    return await store.run(work)


async def forget(store: Store, key: str) -> None:
    """It was not dealt with after all."""
    async with store.database.write() as connection:
        await connection.execute(delete(provider_calls).where(provider_calls.c.key == key))
