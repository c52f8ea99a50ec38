"""Hears what other processes say on Redis. Nothing depends on it: who hears nothing finds out by looking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger()

AGAIN_SECONDS = 0.2  # between attempts to reach Redis
SILENT_SECONDS = 2.0  # until a silent Redis is asked whether it is there, and for its answer


async def listen(
    redis: Redis, heard: Mapping[str, Callable[[bytes], None]], connected: Callable[[], None]
) -> None:
    """Passes messages to the callable of their channel until cancelled; reconnects for ever.

    ``connected`` is called each time listening begins: what was said before was not heard. The client must
    read without a time-out.
    """
    failing = False

    def began() -> None:
        nonlocal failing
        if failing:
            log.info("doorbell_reached_again")
        failing = False
        connected()

    while True:
        try:
            await _listen_once(redis, heard, began)
        except (RedisError, OSError, TimeoutError) as error:
            if not failing:
                log.warning("doorbell_unreachable", error=type(error).__name__)
            failing = True
        await asyncio.sleep(AGAIN_SECONDS)


async def _listen_once(
    redis: Redis, heard: Mapping[str, Callable[[bytes], None]], began: Callable[[], None]
) -> None:
    """Until the connection breaks. Raises what the client raises, and TimeoutError.

    Whoever only listens never finds out that the other side is gone without a word (a host that lost its
    power, a network that was cut): what is silent is asked whether it is there.
    """
    async with redis.pubsub(ignore_subscribe_messages=False) as pubsub:
        async with asyncio.timeout(SILENT_SECONDS):
            await pubsub.subscribe(*heard)
        asked = False
        while True:
            message = await pubsub.get_message(timeout=SILENT_SECONDS)
            if message is None:
                if asked:
                    raise TimeoutError
                async with asyncio.timeout(SILENT_SECONDS):
                    await pubsub.ping()
                asked = True
                continue
            asked = False
            if message["type"] == "subscribe":
                began()
            elif message["type"] == "message":
                _pass_on(heard[message["channel"].decode()], message)


def _pass_on(tell: Callable[[bytes], None], message: Mapping[str, bytes]) -> None:
    try:
        tell(message["data"])
    except Exception:
        # Anybody who reaches Redis can say anything; one bad message must not deafen us.
        log.exception("doorbell_not_understood", channel=message["channel"].decode())
