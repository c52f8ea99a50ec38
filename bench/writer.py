"""Writes events to a real log and rings the doorbell, as the web's commands do: what a hub's clients then hear."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from sqlalchemy import insert

from models.feed.append import Pending
from models.feed.bell import RedisBell, SilentBell
from models.settings import Settings
from models.store import Store
from models.tables import cities, districts, heads

DISTRICT = "511802"
CHANNEL = f"district:{DISTRICT}"
SIZE = 300  # bytes of an event


async def found(settings: Settings, past: int = 0) -> None:
    """One district in an empty database, where so many events happened."""
    store = Store.open(settings, bell=SilentBell())
    async with store.database.write() as connection:
        city = {"code": "511800", "name": "雅安市", "name_en": "Ya'an", "platform": "城市交管"}
        await connection.execute(insert(cities), [city])
        district = {"code": DISTRICT, "city_code": "511800", "name": "雨城区", "name_en": "Yucheng"}
        await connection.execute(insert(districts), [district])
        await connection.execute(insert(heads), [{"district": DISTRICT, "head": 0}])
    if past:
        await Writer(store).write(past)
    await store.close()


class Writer:
    """Events carry when they were due, for the load client."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def write(self, count: int = 1, due: int | None = None) -> None:
        """Commits events in one transaction. ``due``: nanoseconds of the wall clock."""
        at = self._store.clock.now()
        async with self._store.change() as change:
            for _ in range(count):
                head = f'{{"event":"bench","ts":{due or time.time_ns()},"pad":"'
                data = f'{head}{"x" * (SIZE - len(head) - 2)}"}}'
                change.pending.append(Pending(DISTRICT, "bench", at, data, "system"))

    async def keep_writing(self, rate: float) -> None:
        """So many a second until cancelled, each on its own."""
        due = time.time_ns()
        while True:
            await self.write(due=due)
            due += int(1e9 / rate)
            await asyncio.sleep((due - time.time_ns()) / 1e9)


@asynccontextmanager
async def writing(settings: Settings) -> AsyncIterator[Writer]:
    """A writer whose doorbell rings in the settings' Redis."""
    async with Redis.from_url(settings.redis_url) as redis, asyncio.TaskGroup() as group:
        bell = RedisBell(redis)
        ringing = group.create_task(bell.serve())
        store = Store.open(settings, bell=bell)
        yield Writer(store)
        await store.close()
        ringing.cancel()
