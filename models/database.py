"""The database: opened for writing and for reading, on SQLite and on PostgreSQL, with the same promises.

A write transaction sees what was committed before it began and loses no update; a read transaction sees
one state of everything it asks for. What is written is none of its business.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar, cast

from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from models import postgresql, sqlite
from models.clock import SystemClock

Result = TypeVar("Result")


def async_url(url: str) -> URL:
    """The URL with our driver, for ``sqlite:///…`` or ``postgresql://…``. Raises ValueError for others."""
    parsed = make_url(url)
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "postgresql": "postgresql+asyncpg",
        "postgres": "postgresql+asyncpg",
    }
    family = parsed.get_backend_name() if parsed.drivername != "postgres" else "postgres"
    if family not in drivers:
        raise ValueError(f"{parsed.drivername}: the database is sqlite:///… or postgresql://…")
    return parsed.set(drivername=drivers[family])


class Database:
    """One process's way to the database. Open it with ``Database.open``, close it with ``close``."""

    def __init__(
        self,
        writer: AsyncEngine,
        reader: AsyncEngine,
        grouped: AsyncEngine | None = None,
        queue: sqlite.WriterQueue | None = None,
        thread: sqlite.WriterThread | None = None,
    ) -> None:
        self._writer = writer
        self._grouped = grouped or writer
        self._reader = reader
        self._queue = queue
        self._thread = thread

    @classmethod
    def open(cls, url: str) -> Database:
        """Prepares the connections; the first one is made when it is needed."""
        parsed = async_url(url)
        if parsed.get_backend_name() == "sqlite":
            queue = sqlite.WriterQueue(Path(f"{parsed.database}.lock"))
            thread = sqlite.WriterThread(parsed, queue)
            return cls(*sqlite.engines(parsed), queue=queue, thread=thread)
        return cls(*postgresql.engines(parsed))

    @property
    def is_sqlite(self) -> bool:
        return self._queue is not None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One write transaction: committed at the end, rolled back on any exception."""
        if self._queue is None:
            async with self._writer.begin() as connection:
                yield connection
            return
        async with self._queue.turn(), self._writer.begin() as connection:
            yield connection

    async def run(self, work: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        """One write transaction around ``work``, which waits for its connection and for nothing else.

        Statements for the driver go to the driver. On SQLite it runs in the writer's thread, without a change of
        threads for every statement.
        """
        if self._thread is not None:
            return await self._thread.run(work)
        async with self._grouped.begin() as connection:
            direct = postgresql.DirectConnection(connection)
            return await work(cast(AsyncConnection, direct))

    async def pause(self) -> None:
        """Within ``run``: others of the loop that it runs in have their turn. The writer's thread has no others."""
        if self._thread is None:
            await asyncio.sleep(0)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One read transaction: everything read in it is of the same state."""
        async with self._reader.connect() as connection, connection.begin():
            yield connection

    async def now(self, connection: AsyncConnection | None = None) -> datetime:
        """The database's clock, in UTC; on SQLite that is the machine's. Asked on ``connection``, if given."""
        if self.is_sqlite:
            return SystemClock().now()
        if connection is None:
            async with self._reader.connect() as own:
                return await self.now(own)
        told: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
        return told

    async def close(self) -> None:
        """Gives all connections back."""
        await self._writer.dispose()
        await self._reader.dispose()
        await self._grouped.dispose()
        if self._thread is not None:
            self._thread.close()
        if self._queue is not None:
            self._queue.close()
