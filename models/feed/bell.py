"""The doorbell: tells hubs and workers at once what the database already holds. Losing it loses nothing.

Redis is only told after the commit. A bell never raises and never makes a request wait: what it cannot
deliver is found by the hubs' comparison of heads and by the workers' sweep.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any, Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from models.feed.entries import Entry, to_bell

DOORBELL = "wufen:doorbell"  # entries of the log
POSITIONS = "wufen:positions"  # officers' positions, gathered by the hubs
ACKNOWLEDGED = "wufen:acknowledged"  # what officers' phones say of their offers, for the commanders' desks
PHONES = "wufen:phones"  # the phone simulator has a new message
NOTICES_DUE = "wufen:notices"  # notices wait to be sent: a worker enqueues the job
MOST_WAITING = 1_000  # messages that wait for Redis; the oldest are dropped first
GIVE_UP_SECONDS = 0.5
NOTICES_APART_SECONDS = 0.05  # a worker claims what is due together

log = structlog.get_logger()


class Bell(Protocol):
    """What a change rings after its commit."""

    def ring(self, entries: Sequence[Entry]) -> None:
        """New entries of the log."""
        ...

    def notices(self) -> None:
        """Notices wait to be sent."""
        ...

    def tell(self, channel: str, message: dict[str, Any]) -> None:
        """Anything else that is only worth something now (a position, say)."""
        ...


class SilentBell:
    """For commands and tests without Redis: everybody finds out by looking."""

    def ring(self, entries: Sequence[Entry]) -> None:
        return

    def notices(self) -> None:
        return

    def tell(self, channel: str, message: dict[str, Any]) -> None:
        return


class RedisBell:
    """Publishes on Redis from one background task per process; run it with ``serve``."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(MOST_WAITING)
        self._resting = False
        self._more_notices = False

    def ring(self, entries: Sequence[Entry]) -> None:
        if entries:
            self._put(DOORBELL, to_bell(entries))

    def notices(self) -> None:
        """Told at once, and then once more for all that come in the next fifty milliseconds."""
        if self._resting:
            self._more_notices = True
            return
        self._put(NOTICES_DUE, b"1")
        self._resting, self._more_notices = True, False
        asyncio.get_running_loop().call_later(NOTICES_APART_SECONDS, self._rested)

    def _rested(self) -> None:
        self._resting = False
        if self._more_notices:
            self.notices()

    def tell(self, channel: str, message: dict[str, Any]) -> None:
        self._put(channel, json.dumps(message, ensure_ascii=False).encode())

    def _put(self, channel: str, message: bytes) -> None:
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait((channel, message))

    async def serve(self) -> None:
        """Delivers until cancelled, in order. Everything that waits goes in one round trip."""
        while True:
            batch = [await self._waiting.get()]
            while not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._deliver(batch)

    async def drain(self) -> None:
        """Delivers what waits now; for a short-lived process, before it ends."""
        batch = []
        while not self._waiting.empty():
            batch.append(self._waiting.get_nowait())
        if batch:
            await self._deliver(batch)

    async def _deliver(self, batch: list[tuple[str, bytes]]) -> None:
        try:
            async with asyncio.timeout(GIVE_UP_SECONDS), self._redis.pipeline(transaction=False) as pipeline:
                for channel, message in batch:
                    pipeline.publish(channel, message)
                await pipeline.execute()
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("doorbell_lost", messages=len(batch), error=type(error).__name__)
