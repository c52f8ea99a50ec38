"""Which hubs are alive, as heard on Redis, and in which order they try a deadline.

Nobody is elected: a hub that hears nobody believes itself to be the only one, and the database settles it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

HUBS = "wufen:hubs"
BEAT_SECONDS = 0.5
SILENT_SECONDS = 1.6  # three beats


class Beat(msgspec.Struct):
    """What a hub says of itself."""

    hub: str
    leaving: bool = False


class Presence:
    """``seconds`` is a monotonic clock."""

    def __init__(self, own: str, seconds: Callable[[], float]) -> None:
        self._own = own
        self._seconds = seconds
        self._heard: dict[str, float] = {}

    def hear(self, message: bytes) -> None:
        """Another hub's beat, or ours. Raises msgspec.DecodeError for anything else."""
        beat = msgspec.json.decode(message, type=Beat)
        if beat.leaving:
            self._heard.pop(beat.hub, None)
        elif beat.hub != self._own:
            self._heard[beat.hub] = self._seconds()

    def live(self) -> list[str]:
        """The hubs that were heard lately, and this one."""
        now = self._seconds()
        self._heard = {hub: at for hub, at in self._heard.items() if now - at < SILENT_SECONDS}
        return [self._own, *self._heard]

    def rank(self, name: str) -> int:
        """This hub's place for ``name`` (0: first); every hub that hears the same hubs has the same order."""
        own = _score(self._own, name)
        return sum(_score(hub, name) > own for hub in self.live()[1:])

    async def beat(self, redis: Redis) -> None:
        """Says that this hub is alive, until cancelled."""
        while True:
            await self._say(redis, Beat(self._own))
            await asyncio.sleep(BEAT_SECONDS)

    async def leave(self, redis: Redis) -> None:
        """Says goodbye, so that nobody waits for this hub."""
        await self._say(redis, Beat(self._own, leaving=True))

    async def _say(self, redis: Redis, beat: Beat) -> None:
        try:
            async with asyncio.timeout(BEAT_SECONDS):
                await redis.publish(HUBS, msgspec.json.encode(beat))
        except (RedisError, OSError, TimeoutError):
            pass  # the doorbell's listener says so already


def _score(hub: str, name: str) -> bytes:
    return hashlib.blake2b(f"{hub} {name}".encode(), digest_size=8).digest()
