"""The job that sends notices: claims what is due and gives each to its channel.

At least once to the channel, once to the person. Whoever wrote a notice rings, and a sweep looks every
second; a job too many finds nothing to do.
"""

from __future__ import annotations

import asyncio
import os

import structlog
from redis.asyncio import Redis

from models.actions import notices
from models.actions.notices import Claimed
from models.feed.bell import RedisBell
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from workers.channels import CHANNELS, Refused
from workers.texts import UnknownTemplate, write

ROUNDS = 5  # of 200: one job sends at most a thousand notices, and leaves the rest to the next
AT_ONCE = 16  # deliveries under way at a time
RENEW_SECONDS = notices.LEASE.total_seconds() / 3

log = structlog.get_logger()


def drain() -> int:
    """Sends what is due; returns how many notices were sent. What RQ calls."""
    settings = with_secrets(Settings.from_env(os.environ))
    return asyncio.run(_drain_with(settings))


async def _drain_with(settings: Settings) -> int:
    redis: Redis = Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2)
    bell = RedisBell(redis)
    store = Store.open(settings, bell=bell)
    try:
        sent = await send_due(store)
        await bell.drain()
        return sent
    finally:
        await store.close()
        await redis.aclose()


async def send_due(store: Store) -> int:
    """Claims and sends, round after round, until nothing is due (at most five rounds)."""
    total = 0
    for _ in range(ROUNDS):
        claimed = await notices.claim(store)
        if not claimed:
            break
        total += await _send_all(store, claimed)
    return total


async def _send_all(store: Store, claimed: list[Claimed]) -> int:
    lease = claimed[0].lease
    at_once = asyncio.Semaphore(AT_ONCE)

    async def one(notice: Claimed) -> str | None:
        async with at_once:
            return notice.id if await _send(store, notice) else None

    async with asyncio.TaskGroup() as group:
        renewing = group.create_task(_keep(store, lease))
        sending = [group.create_task(one(notice)) for notice in claimed]
        await asyncio.wait(sending)
        renewing.cancel()
    ids = [notice_id for task in sending if (notice_id := task.result()) is not None]
    return await notices.sent(store, ids, lease) if ids else 0


async def _keep(store: Store, lease: str) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        await notices.renew(store, lease)


async def _send(store: Store, notice: Claimed) -> bool:
    try:
        message = write(notice, store.settings.public_url)
        await CHANNELS[notice.channel](store, notice, message)
    except Refused as refused:
        await notices.failed(store, notice, refused.reason, final=refused.final)
    except (UnknownTemplate, KeyError) as error:
        await notices.failed(store, notice, f"cannot be written: {error}", final=True)
    except Exception as error:
        log.exception("notice_failed", notice=notice.id, channel=notice.channel)
        await notices.failed(store, notice, type(error).__name__, final=False)
    else:
        return True
    log.warning("notice_not_sent", notice=notice.id, channel=notice.channel, attempts=notice.attempts)
    return False
