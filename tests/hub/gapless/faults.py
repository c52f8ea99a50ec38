"""A database whose reads can be held up or refused, one read at a time. What is read is real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.database import Database

QUIET_TURNS = 15  # of the loop without any work: more than any chain of callbacks of a hub needs


class FaultyDatabase(Database):
    """``away``: reads fail. ``slow``: a read stops once it has its snapshot, until it is released."""

    away = False
    slow = False

    def prepare(self) -> None:
        """To be called once, after ``open``."""
        self.held: list[asyncio.Event] = []
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        if self.away:
            raise OperationalError("SELECT", None, ConnectionError("the database is away"))
        self._begin()
        try:
            async with super().read() as connection:
                # From here on it sees nothing newer.
                await connection.execute(text("SELECT 1 FROM epochs"))
                if self.slow:
                    await self._stand_still()
                yield connection
        finally:
            self._end()

    def _begin(self) -> None:
        self._busy += 1
        self._idle.clear()

    def _end(self) -> None:
        self._busy -= 1
        if not self._busy:
            self._idle.set()

    async def _stand_still(self) -> None:
        gate = asyncio.Event()
        self.held.append(gate)
        self._end()
        try:
            await gate.wait()
        finally:
            self._begin()

    def release(self, number: int) -> None:
        """Lets one of the reads that stand still go on; nothing happens when there is none."""
        if self.held:
            self.held.pop(number % len(self.held)).set()

    async def idle(self) -> bool:
        """Waits until no read is under way, save those that stand still; whether it had to wait."""
        waited = not self._idle.is_set()
        await self._idle.wait()
        return waited


async def settle(*databases: FaultyDatabase) -> None:
    """Turns the loop until nothing moves by itself any more."""
    quiet = 0
    while quiet < QUIET_TURNS:
        await asyncio.sleep(0)
        waited = [await database.idle() for database in databases]
        quiet = 0 if any(waited) else quiet + 1
