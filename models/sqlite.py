"""SQLite as a database of several processes: one writer at a time, and a thread that runs a whole transaction.

What PostgreSQL does by itself is arranged here: writers of all processes queue on one file lock, and a
transaction that does not wait for anything else is run in the writer's own thread from BEGIN to COMMIT,
instead of crossing to a thread and back for every statement.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import URL, Connection, CursorResult, Dialect, Engine, Executable, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

READERS = 8  # connections that read, per process
BUSY_MS = 5_000  # SQLite waits this long for a writer that does not know our file lock (an operator's shell)

# The log grows to 32 MiB before it is written back: a page that was written many times goes back once.
CHECKPOINT_PAGES = 8_192

Result = TypeVar("Result")


def engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    """For writing and for reading, statement by statement."""
    writer = create_async_engine(url, pool_size=1, max_overflow=0, pool_timeout=30, **_options())
    reader = create_async_engine(url, pool_size=READERS, max_overflow=0, pool_timeout=30, **_options())
    _prepare(writer.sync_engine, "BEGIN IMMEDIATE", "OFF")
    _prepare(reader.sync_engine, "BEGIN", "ON")
    return writer, reader


def _options() -> dict[str, Any]:
    return {
        # The driver's own transactions begin too late (a SELECT begins none) and so lose updates: we begin.
        "connect_args": {"isolation_level": None, "timeout": BUSY_MS / 1000, "check_same_thread": False},
        # An error must not quote what was written: it ends in a log.
        "hide_parameters": True,
    }


def _prepare(engine: Engine, begin: str, query_only: str) -> None:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        cursor.execute("PRAGMA journal_mode=WAL")
        # What was accepted survives a power cut.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA query_only={query_only}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin_explicitly(connection: Any) -> None:
        connection.exec_driver_sql(begin)


class WriterQueue:
    """Writers of one SQLite file, of all processes, one after the other.

    SQLite's own waiting is a back-off that grows: under load its slowest writers wait ten times as long as
    with a queue in the kernel, which a file lock gives.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # A lock of the file is one for the whole process: its tasks queue among themselves first.
        self.own = asyncio.Lock()
        self._descriptor: int | None = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Waits for its turn, and passes it on at the end."""
        async with self.own:
            descriptor = self._open()
            await _lock(descriptor)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)

    @contextmanager
    def turn_of_thread(self) -> Iterator[None]:
        """The same in a thread, for whoever holds ``own``."""
        descriptor = self._open()
        fcntl.flock(descriptor, fcntl.LOCK_EX)
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


async def _wait_for(waiting: asyncio.Future[Any]) -> None:
    """Until it is done, however often this task is cancelled meanwhile."""
    while not waiting.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait([waiting])


class WriterThread:
    """Runs whole write transactions, one after the other, in one thread with one connection."""

    def __init__(self, url: URL, queue: WriterQueue) -> None:
        self._queue = queue
        options = {**_options(), "pool_size": 1, "max_overflow": 0}
        self._engine = create_engine(url.set(drivername="sqlite+pysqlite"), **options)
        _prepare(self._engine, "BEGIN IMMEDIATE", "OFF")
        self._thread = ThreadPoolExecutor(1, "writer")

    async def run(self, work: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        """One write transaction around ``work``, which may wait for its connection and for nothing else."""
        async with self._queue.own:
            running = asyncio.get_running_loop().run_in_executor(self._thread, self._transaction, work)
            try:
                return await asyncio.shield(running)
            except asyncio.CancelledError:
                # The thread cannot be called back: nobody has a turn before it is through.
                await _wait_for(running)
                running.exception()  # nobody asks for it any more
                raise

    def _transaction(self, work: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
        with self._queue.turn_of_thread(), self._engine.begin() as connection:
            return _at_once(work(cast(AsyncConnection, DirectConnection(connection))))

    def close(self) -> None:
        # Whoever ran something waited for its end, so this need not wait, which would hold up the loop.
        self._thread.shutdown(wait=False)
        self._engine.dispose()


class DirectConnection:
    """What actions use of an ``AsyncConnection``, answered in this very thread.

    Statements for the driver go to the driver: what SQLAlchemy does around each of them costs more than it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        self._driver = driver

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return cast("CursorResult[Any]", self._connection.execute(statement, parameters))

    async def exec_driver_sql(self, statement: str, parameters: Any = ()) -> list[tuple[Any, ...]]:
        """``parameters``: a tuple, or a list of them for many executions. Raises what SQLAlchemy would raise."""
        try:
            if isinstance(parameters, list):
                return self._driver.executemany(statement, parameters).fetchall()
            return self._driver.execute(statement, parameters).fetchall()
        except sqlite3.Error as error:
            raise DBAPIError.instance(statement, None, error, sqlite3.Error, hide_parameters=True) from error


def _at_once(work: Awaitable[Result]) -> Result:
    """The result of a coroutine in which nothing has to be waited for."""
    steps = work.__await__()
    try:
        next(steps)
    except StopIteration as end:
        result: Result = end.value
        return result
    raise RuntimeError("a change waited for something else than its own connection")
