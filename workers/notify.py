"""The job that sends notices: claims what is due and gives each to its channel.

At least once to the channel, once to the person. Whoever wrote a notice rings, and a sweep looks every
second; a job too many finds nothing to do.
"""

from __future__ import annotations

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.actions import notices, unreached
from models.actions.notices import Claimed
from models.actions.settling import Ended, settle
from models.errors import Unavailable
from models.store import Store
from models.tasks import Tasks
from workers.delivering import deliver
from workers.desk import at_the_desk

GO_ON_SECONDS = 2.0  # one job sends what becomes due meanwhile too, and leaves the rest to the next
APART_SECONDS = 0.05  # between two claims of a job: what comes meanwhile goes together
AT_ONCE = 16  # deliveries under way at a time
RENEW_SECONDS = notices.LEASE.total_seconds() / 3
RECORD_SECONDS = 0.2  # what was sent is recorded so soon: a worker that dies then has little to send again
KEEP_TRYING_SECONDS = 20.0  # to record it, while the database is away

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
            done, under_way = await asyncio.wait(under_way, timeout=RECORD_SECONDS)
            ends = [task.result() for task in done if task.exception() is None]
            total += await _record(store, [end for end in ends if end is not None])
    return total


async def _record(store: Store, ends: list[Ended]) -> int:
    """What providers said is known to nobody else: while the database is away it is tried again, so long as that

    may help. What is not recorded then is sent again by a channel that recognises it, and ``unknown`` of others.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + KEEP_TRYING_SECONDS
    while ends:
        try:
            settled = await settle(store, ends)
            break
        except (SQLAlchemyError, OSError, TimeoutError, Unavailable) as error:
            if clock() > until:
                raise
            log.warning("notices_not_recorded", error=type(error).__name__)
        await asyncio.sleep(RECORD_SECONDS)
    else:
        return 0
    for incident_id in sorted(settled.lost):
        await unreached.follow(store, incident_id)
    return settled.taken


async def _keep(store: Store, lease: str) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        try:
            await notices.renew(store, lease)
        except Exception as error:  # the database is away: the lease may run out, and nothing worse
            log.warning("lease_not_renewed", error=type(error).__name__)


async def _send(store: Store, notice: Claimed, at_once: asyncio.Semaphore) -> Ended | None:
    async with at_once:
        return await deliver(store, notice)
