"""Hears what other processes say on Redis. Nothing depends on it: who hears nothing finds out by looking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger()

AGAIN_SECONDS = 0.2  # between attempts to reach Redis


async def listen(
    redis: Redis, heard: Mapping[str, Callable[[bytes], None]], connected: Callable[[], None]
) -> None:
    """Passes messages to the callable of their channel until cancelled; reconnects for ever.

    ``connected`` is called each time listening begins: what was said before was not heard. The client must
    read without a time-out.
    """
    failing = False
    while True:
        try:
            async with redis.pubsub(ignore_subscribe_messages=False) as pubsub:
                await pubsub.subscribe(*heard)
                async for message in pubsub.listen():
                    if message["type"] == "subscribe":
                        if failing:
                            log.info("doorbell_reached_again")
                        failing = False
                        connected()
                    elif message["type"] == "message":
                        _pass_on(heard[message["channel"].decode()], message)
        except (RedisError, OSError) as error:
            if not failing:
                log.warning("doorbell_unreachable", error=type(error).__name__)
            failing = True
        await asyncio.sleep(AGAIN_SECONDS)


def _pass_on(tell: Callable[[bytes], None], message: Mapping[str, bytes]) -> None:
    try:
        tell(message["data"])
    except Exception:
        # Anybody who reaches Redis can say anything; one bad message must not deafen the hub.
        log.exception("doorbell_not_understood", channel=message["channel"].decode())
