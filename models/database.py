"""The database: opened for writing and for reading, on SQLite and on PostgreSQL, with the same promises.

A write transaction sees what was committed before it began and loses no update; a read transaction sees
one state of everything it asks for. What is written is none of its business.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from models.clock import SystemClock

# A frozen writer must not stop a district: PostgreSQL gives up its locks after this long.
LOCK_TIMEOUT_MS = 2_000
WRITERS = 4  # connections that write, per process (PostgreSQL; SQLite has one)
READERS = 8  # connections that read, per process
BUSY_MS = 5_000  # SQLite waits this long for a writer that does not know our file lock (an operator's shell)


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

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine, queue: WriterQueue | None) -> None:
        self._writer = writer
        self._reader = reader
        self._queue = queue

    @classmethod
    def open(cls, url: str) -> Database:
        """Prepares the connections; the first one is made when it is needed."""
        parsed = async_url(url)
        if parsed.get_backend_name() == "sqlite":
            return cls(*_sqlite_engines(parsed), WriterQueue(Path(f"{parsed.database}.lock")))
        return cls(*_postgresql_engines(parsed), None)

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
        if self._queue is not None:
            self._queue.close()


class WriterQueue:
    """Writers of one SQLite file, of all processes, one after the other.

    SQLite's own waiting is a back-off that grows: under load its slowest writers wait ten times as long as
    with a queue in the kernel, which a file lock gives.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = asyncio.Lock()
        self._descriptor: int | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Waits for its turn, and passes it on at the end."""
        async with self._own:
            descriptor = self._open()
            await _lock(descriptor)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _open(self) -> int:
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._descriptor

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


async def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        waiting = asyncio.ensure_future(asyncio.to_thread(fcntl.flock, descriptor, fcntl.LOCK_EX))
        try:
            await asyncio.shield(waiting)
        except asyncio.CancelledError:
            # The thread cannot be called back, and a lock of this file is one for all tasks: nobody may have
            # a turn before it came and the lock was given back.
            await _wait_for(waiting)
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            raise


async def _wait_for(waiting: asyncio.Future[None]) -> None:
    """Until it is done, however often this task is cancelled meanwhile."""
    while not waiting.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(waiting)


def _sqlite_engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    # The driver's own transactions begin too late (a SELECT begins none) and so lose updates: we begin.
    options: dict[str, Any] = {
        "connect_args": {"isolation_level": None, "timeout": BUSY_MS / 1000},
        # An error must not quote what was written: it ends in a log.
        "hide_parameters": True,
    }
    writer = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=30, **options)
    reader = create_async_engine(url, pool_size=READERS, max_overflow=0, pool_timeout=30, **options)
    for engine, begin, query_only in ((writer, "BEGIN IMMEDIATE", "OFF"), (reader, "BEGIN", "ON")):
        _prepare_sqlite(engine, begin, query_only)
    return writer, reader


def _prepare_sqlite(engine: AsyncEngine, begin: str, query_only: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        # What was accepted survives a power cut.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA query_only={query_only}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_explicitly(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _postgresql_engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    settings = {
        "lock_timeout": str(LOCK_TIMEOUT_MS),
        "idle_in_transaction_session_timeout": str(LOCK_TIMEOUT_MS),
        "tcp_keepalives_idle": "1",
        "tcp_keepalives_interval": "1",
        "tcp_keepalives_count": "2",
        "timezone": "UTC",
    }
    options: dict[str, Any] = {
        "connect_args": {"server_settings": settings, "timeout": 5},
        "pool_pre_ping": True,
        "hide_parameters": True,
        "max_overflow": 0,
    }
    writer = create_async_engine(url, pool_size=WRITERS, **options)
    reader = create_async_engine(
        url,
        pool_size=READERS,
        execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        **options,
    )
    return writer, reader
