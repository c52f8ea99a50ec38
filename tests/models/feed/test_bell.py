"""The bell of a process: many notices are worth one message, and the last of them is never kept back."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from models.feed.bell import NOTICES_DUE, RedisBell
from models.tasks import Tasks


async def test_a_hundred_notices_at_once_are_told_at_once_and_once_more(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.feed.bell.NOTICES_APART_SECONDS", 0.01)
    heard: list[bytes] = []

    async with (
        Redis.from_url(redis_url, socket_timeout=None) as redis,
        redis.pubsub() as pubsub,
        Tasks() as tasks,
    ):

        async def hear_next() -> None:
            async for message in pubsub.listen():
                if message["type"] == "message":
                    heard.append(message["data"])
                    return

        await pubsub.subscribe(NOTICES_DUE)
        bell = RedisBell(redis)
        tasks.start(bell.serve(), "bell")
        for _ in range(100):
            bell.notices()
        await hear_next()
        await hear_next()
        bell.tell(NOTICES_DUE, {"nothing": "more"})
        await hear_next()
        bell.notices()
        await hear_next()
    assert heard == [b"1", b"1", b'{"nothing": "more"}', b"1"]
