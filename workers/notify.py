"""The job that sends notices: claims what is due and gives each to its channel.

At least once to the channel, once to the person. Whoever wrote a notice rings, and a sweep looks every
second; a job too many finds nothing to do.
"""

from __future__ import annotations

import asyncio

import structlog

from models.actions import notices
from models.actions.notices import Claimed
from models.store import Store
from models.tasks import Tasks
from workers import measures
from workers.channels import CHANNELS, Refused
from workers.desk import at_the_desk
from workers.texts import UnknownTemplate, write

GO_ON_SECONDS = 2.0  # one job sends what becomes due meanwhile too, and leaves the rest to the next
APART_SECONDS = 0.05  # between two claims of a job: what comes meanwhile goes together
AT_ONCE = 16  # deliveries under way at a time
DELIVER_SECONDS = 10  # that a channel may take for one notice
RENEW_SECONDS = notices.LEASE.total_seconds() / 3
RECORD_SECONDS = 0.2  # what was sent is recorded so soon: a worker that dies then has little to send again

log = structlog.get_logger()


def drain() -> int:
    """Sends what is due; returns how many notices were sent. What RQ calls."""
    return at_the_desk(send_due)


async def send_due(store: Store) -> int:
    """Claims and sends, round after round, until nothing is due or its time is over.

    A job of its own for each notice would cost more than the notice, so one job goes on while there is work.
    """
    clock = asyncio.get_running_loop().time
    began, total = clock(), 0
    while await notices.anything_due(store):
        claimed_at = clock()
        claimed = await notices.claim(store)
        total += await _send_all(store, claimed) if claimed else 0
        if claimed_at > began + GO_ON_SECONDS:
            break
        await asyncio.sleep(claimed_at + APART_SECONDS - clock())
    return total


async def _send_all(store: Store, claimed: list[Claimed]) -> int:
    lease, total = claimed[0].lease, 0
    at_once = asyncio.Semaphore(AT_ONCE)
    async with Tasks() as tasks:
        tasks.start(_keep(store, lease), "renewing")
        under_way = {tasks.start(_send(store, notice, at_once), "sending") for notice in claimed}
        while under_way:
            ended, under_way = await asyncio.wait(under_way, timeout=RECORD_SECONDS)
            ids = [task.result() for task in ended if task.exception() is None]
            total += await _record(store, [notice_id for notice_id in ids if notice_id], lease)
    return total


async def _record(store: Store, ids: list[str], lease: str) -> int:
    return await notices.sent(store, ids, lease) if ids else 0


async def _keep(store: Store, lease: str) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        try:
            await notices.renew(store, lease)
        except Exception as error:  # the database is away: the lease may run out, and nothing worse
            log.warning("lease_not_renewed", error=type(error).__name__)


async def _send(store: Store, notice: Claimed, at_once: asyncio.Semaphore) -> str | None:
    """The notice's id when it is on its way, else None and its failure is recorded."""
    async with at_once:
        refused = await _try(store, notice)
    if refused is None:
        late = (store.clock.now() - notice.due_at).total_seconds()
        measures.delivered.labels(notice.channel, "taken").inc()
        measures.lateness.labels(notice.channel).observe(max(0, late))
        return notice.id
    measures.delivered.labels(notice.channel, "refused").inc()
    log.warning(
        "notice_not_sent",
        notice=notice.id,
        channel=notice.channel,
        attempts=notice.attempts,
        reason=refused.reason,
    )
    await notices.failed(store, notice, refused.reason, final=refused.final)
    return None


async def _try(store: Store, notice: Claimed) -> Refused | None:
    channel = CHANNELS.get(notice.channel)
    if channel is None:
        return Refused("unknown channel", final=True)
    try:
        async with asyncio.timeout(DELIVER_SECONDS):
            message = write(notice, store.settings.public_url, store.texts.of(notice.city))
            await channel(store, notice, message)
    except Refused as refused:
        return refused
    except (UnknownTemplate, KeyError) as error:
        return Refused(f"cannot be written: {error}", final=True)
    except Exception as error:
        log.exception("channel_failed", notice=notice.id, channel=notice.channel)
        return Refused(type(error).__name__, final=False)
    return None
