"""Plates read off officers' photos, as far as the database is concerned: queued, claimed with a lease, read or not.

What was read is a suggestion for whoever stands before the car. It is sealed, told to him alone, and erased once his
record is filed or nobody asks any more. Leaves to others: looking at pictures (``workers.reading``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.incident_change import until_saved
from models.parking.signs import Candidate
from models.privacy import SealBroken
from models.store import Change, Store
from models.tables import captures

SEALED = "captures.candidates_sealed"
# captures.reading: nobody reads; waits or is being read; there are candidates; there are none.
NONE, QUEUED, READ, UNREAD = "none", "queued", "read", "unread"
MOST_QUEUED = 100  # more than a reader manages while anybody waits: who comes then types, as without a reader
GIVE_UP = timedelta(seconds=60)  # whoever waited so long has typed it
KEPT = timedelta(hours=1)  # so long candidates of a photo stay of which nobody makes a record
LEASE = timedelta(seconds=15)
TRIES = 2  # a picture at which a reader died may be what it died of

_FREED = {"reading": NONE, "candidates_sealed": None, "lease_until": None}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A picture to look at now: its sealed original in the media folder. ``attempts`` tells this lease from another."""

    id: str
    original: str
    attempts: int
    received_at: datetime = field(repr=False)


async def first_state(connection: AsyncConnection, *, readers: bool) -> str:
    """What a photo's reading begins as: queued where somebody reads and not too many wait."""
    if not readers:
        return NONE
    waiting = select(func.count()).select_from(captures).where(captures.c.reading == QUEUED)
    return QUEUED if int((await connection.execute(waiting)).scalar_one()) < MOST_QUEUED else NONE


def _due(at: datetime) -> Any:
    free = or_(captures.c.lease_until.is_(None), captures.c.lease_until <= at)
    return and_(captures.c.reading == QUEUED, free)


async def anything_due(store: Store) -> bool:
    """Whether a photo waits to be read now, or to be given up."""
    query = select(captures.c.id).where(_due(store.clock.now())).limit(1)
    async with store.database.read() as connection:
        return (await connection.execute(query)).first() is not None


async def waiting(store: Store) -> int:
    """How many photos wait or are being read; for the figures."""
    query = select(func.count()).select_from(captures).where(captures.c.reading == QUEUED)
    async with store.database.read() as connection:
        return int((await connection.execute(query)).scalar_one())


async def claim(store: Store) -> Claimed | None:
    """Takes one photo for the length of a lease, the newest first: who has waited longest has typed it already.

    What waited too long, or was tried too often, is not read any more.
    """

    async def work(change: Change) -> Claimed | None:
        await _give_up(change)
        query = (
            select(captures)
            .where(_due(change.at))
            .order_by(captures.c.received_at.desc())
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = (await change.connection.execute(query)).first()
        if row is None:
            return None
        await change.connection.execute(
            update(captures)
            .where(captures.c.id == row.id)
            .values(attempts=row.attempts + 1, lease_until=change.at + LEASE)
        )
        return Claimed(row.id, row.original, row.attempts + 1, row.received_at)

    return await until_saved(lambda: store.run(work))


async def _give_up(change: Change) -> None:
    over = or_(captures.c.received_at <= change.at - GIVE_UP, captures.c.attempts >= TRIES)
    await change.connection.execute(
        update(captures).where(_due(change.at), over).values(reading=UNREAD, lease_until=None)
    )


async def finish(store: Store, claimed: Claimed, found: Sequence[Candidate], took_ms: int) -> bool:
    """What was read, or nothing; False where that is of no use any more: filed meanwhile, or another has the lease."""
    told = json.dumps([[one.plate, one.confidence] for one in found], ensure_ascii=False)
    values = {
        "reading": READ if found else UNREAD,
        "candidates_sealed": store.vault.seal(SEALED, claimed.id, told) if found else None,
        "read_ms": took_ms,
        "lease_until": None,
    }

    async def work(change: Change) -> bool:
        done = await change.connection.execute(
            update(captures)
            .where(captures.c.id == claimed.id, captures.c.reading == QUEUED)
            .where(captures.c.attempts == claimed.attempts)
            .values(**values)
        )
        return bool(done.rowcount)

    return await until_saved(lambda: store.run(work))


def told(store: Store, row: Any) -> list[Candidate]:
    """The candidates of a capture's row; none where what is sealed there cannot be opened."""
    if row.candidates_sealed is None:
        return []
    try:
        found = json.loads(store.vault.open(SEALED, row.id, bytes(row.candidates_sealed)))
    except (SealBroken, ValueError):
        return []
    return [Candidate(plate, confidence) for plate, confidence in found]


def erase(change: Change, capture_id: str) -> None:
    """A record was filed of it, with the plate that the officer saw: what a reader took it for is of no more use."""
    change.writes.later(update(captures).where(captures.c.id == capture_id).values(**_FREED))


async def erase_old(store: Store) -> int:
    """Candidates of photos of which nobody made a record; how many there were."""

    async def work(change: Change) -> int:
        old = captures.c.received_at <= change.at - KEPT
        done = await change.connection.execute(
            update(captures).where(captures.c.reading.in_((READ, UNREAD)), old).values(**_FREED)
        )
        return done.rowcount

    return await until_saved(lambda: store.run(work))
