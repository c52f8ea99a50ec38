"""PostgreSQL as our database: how its connections are opened, and a way to its driver for a whole transaction.

A frozen writer must not stop a district: a session gives up waiting for a lock, and is ended when it holds locks
and says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import asyncpg
from sqlalchemy import URL, CursorResult, Dialect, Executable
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

LOCK_TIMEOUT_MS = 2_000
WRITERS = 4  # connections that write, per process
READERS = 8  # connections that read, per process


def engines(url: URL) -> tuple[AsyncEngine, AsyncEngine, AsyncEngine]:
    """For writing, for reading, and for transactions that are run whole."""
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
        "hide_parameters": True,
        "max_overflow": 0,
    }
    writer = create_async_engine(url, pool_size=WRITERS, pool_pre_ping=True, **options)
    reader = create_async_engine(
        url,
        pool_size=READERS,
        pool_pre_ping=True,
        execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        **options,
    )
    # Asking whether a connection still lives costs three round trips. A group that finds it dead has done nothing
    # yet, and is tried again on a new one.
    grouped = create_async_engine(url, pool_size=1, **options)
    return writer, reader, grouped


class DirectConnection:
    """What actions use of an ``AsyncConnection`` in one transaction; statements for the driver go to the driver.

    The first statement does not: with it SQLAlchemy begins the transaction.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._driver: asyncpg.Connection | None = None

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return await self._connection.execute(statement, parameters)

    async def exec_driver_sql(self, statement: str, parameters: Sequence[Any] = ()) -> Sequence[Any]:
        """Raises what SQLAlchemy would raise."""
        if self._driver is None:
            first = await self._connection.exec_driver_sql(statement, tuple(parameters))
            raw = await self._connection.get_raw_connection()
            self._driver = cast(asyncpg.Connection, raw.driver_connection)
            return first.all() if first.returns_rows else ()
        try:
            return cast(Sequence[Any], await self._driver.fetch(statement, *parameters))
        except asyncpg.IntegrityConstraintViolationError as error:
            raise IntegrityError(statement, None, error, hide_parameters=True) from error
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
            raise await self._failed(statement, error) from error

    async def _failed(self, statement: str, error: Exception) -> DBAPIError:
        gone = self._driver is None or self._driver.is_closed()
        if gone:
            await self._connection.invalidate(error)
        kind = DBAPIError if isinstance(error, asyncpg.PostgresError) else InterfaceError
        return kind(statement, None, error, hide_parameters=True, connection_invalidated=gone)
