"""Whether anybody reads plates: readers say so again and again, and the web queues photos only while one does.

Nobody relies on it. Without a reader, or while Redis is away, officers type as they always could.
"""

from __future__ import annotations

from redis.asyncio import Redis
from redis.exceptions import RedisError

READINGS_DUE = "wufen:readings"  # a photo waits to be read
_KEY = "wufen:readers"
PRESENT_SECONDS = 10
AGAIN_SECONDS = 3.0  # between two words of a reader


async def announce(redis: Redis) -> None:
    """A reader is there, for so long. Raises RedisError."""
    await redis.set(_KEY, 1, ex=PRESENT_SECONDS)


async def present(redis: Redis | None) -> bool:
    """Whether one has said so just now; False also where nobody can tell."""
    if redis is None:
        return False
    try:
        return bool(await redis.exists(_KEY))
    except (RedisError, OSError, TimeoutError):
        return False
