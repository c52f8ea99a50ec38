"""Pages of a channel's history, read from the log for whoever asks."""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from hub import codes
from hub.actions import Look
from hub.codes import Fault
from hub.protocol import history_result
from models.database import Database
from models.feed.append import epoch_of
from models.queries.log import belongs_to, history

log = structlog.get_logger()

AT_ONCE = 2  # reads: whoever browses must not slow down those who come back
MOST_WAITING = 200  # questions of all connections


class Histories:
    """Reads what clients ask for, a few at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def answer(self, wanted: Look) -> dict[str, Any] | Fault:
        """The page as a result of the protocol, or why there is none."""
        if self._waiting >= MOST_WAITING:
            return codes.TOO_MANY_REQUESTS
        self._waiting += 1
        try:
            async with self._slots:
                return await self._read(wanted)
        except Exception as error:
            log.warning("history_failed", channel=wanted.channel, error=type(error).__name__)
            return codes.INTERNAL
        finally:
            self._waiting -= 1

    async def _read(self, wanted: Look) -> dict[str, Any] | Fault:
        since = wanted.since
        async with self._database.read() as connection:
            if wanted.within is not None and not await belongs_to(connection, wanted.channel, wanted.within):
                return codes.PERMISSION_DENIED
            if since is not None and since.epoch != await epoch_of(connection):
                return codes.UNRECOVERABLE_POSITION
            offset = None if since is None else since.offset
            page = await history(connection, wanted.channel, offset, wanted.limit, reverse=wanted.reverse)
        return codes.UNKNOWN_CHANNEL if page is None else history_result(page)
