"""Reads positions and replays of channels from the log. Many who want the same cost one read."""

from __future__ import annotations

import asyncio

import structlog

from hub.actions import Since, Subscribe
from hub.follower import Follower
from hub.missed import Missed, NotRead, missed_in
from models.database import Database
from models.feed.append import epoch_of
from models.queries.log import belongs_to, position_of, replay
from models.settings import Settings
from models.tasks import Tasks

log = structlog.get_logger()

GATHER_SECONDS = 0.005  # before a read begins: those who were cut off together come within milliseconds
AT_ONCE = 4  # reads, so that thousands who come back leave the database to others too

_Key = tuple[str, Since | None, frozenset[str] | None]


class AnotherLog(NotRead):
    """The log that was read is not the one that this hub follows; in a moment it will be."""


class Replays:
    """The log as channels ask for it."""

    def __init__(self, database: Database, follower: Follower, settings: Settings, tasks: Tasks) -> None:
        self._database = database
        self._follower = follower
        self._settings = settings
        self._tasks = tasks
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._waiting: dict[_Key, asyncio.Task[Missed | None]] = {}

    def epoch(self, _channel: str) -> str:
        """All channels of the log have the log's."""
        return self._follower.epoch

    def position(self, channel: str) -> int | None:
        """Where a district's channel stands here; other channels are only known to the log."""
        kind, _, name = channel.partition(":")
        return self._follower.known(name) if kind == "district" else None

    async def read(self, wanted: Subscribe) -> Missed | None:
        """What was published since, or where the channel stands. None: no such channel, or not for this one.

        The state read is never older than the call, so nothing that is published from now on is missing.
        Raises NotRead.
        """
        key = (wanted.channel, wanted.since, wanted.within)
        reading = self._waiting.get(key)
        if reading is None:
            reading = self._tasks.share(self._try(key), f"read {wanted.channel}")
            self._waiting[key] = reading
        found = await asyncio.shield(reading)
        if found is not None and found.epoch != self._follower.epoch:
            # The database is ahead of this hub by a restore: what the hub still hears belongs to the old log.
            self._follower.look()
            raise AnotherLog
        return found

    async def _try(self, key: _Key) -> Missed | None:
        try:
            return await self._read(key)
        except Exception as error:
            log.warning("replay_failed", channel=key[0], error=type(error).__name__)
            raise NotRead from error

    async def _read(self, key: _Key) -> Missed | None:
        channel, since, within = key
        await asyncio.sleep(GATHER_SECONDS)
        async with self._slots:
            # Whoever asks from now on may know of newer entries than this read will see.
            del self._waiting[key]
            async with self._database.read() as connection:
                if within is not None and not await belongs_to(connection, channel, within):
                    return None
                epoch = await epoch_of(connection)
                if since is None or since.epoch != epoch:
                    end = await position_of(connection, channel)
                    return None if end is None else Missed(epoch, end)
                read = await replay(
                    connection,
                    channel,
                    since.offset,
                    most_entries=self._settings.replay_entries,
                    most_bytes=self._settings.replay_bytes,
                )
        return None if read is None else missed_in(read)
