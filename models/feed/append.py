"""Writing to the log: the last thing a transaction does, so that offset order is commit order.

Locks are taken in one order everywhere: incidents by id, officers by id, districts by code. The caller has
saved its incidents by now; here come the officers' and then the districts' rows. Each entry hangs on the one before it
by a hash, which is made while its district's row is locked (decision 111).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chain.encoding import ZERO, event_link
from models.feed.chaining import hash_before, write_chained
from models.feed.entries import DeadlineChange, Entry, deadlines_text
from models.feed.places import Sequences
from models.tables import epochs, heads, officers


@dataclass(slots=True)
class Pending:
    """An event that waits for its place. ``detail`` is for the record and never in a feed."""

    district: str
    name: str
    at: datetime
    data: str
    actor: str
    incident_id: str | None = None
    incident_offset: int | None = None
    officer_id: str | None = None
    offer: str | None = None
    deadlines: list[DeadlineChange] = field(default_factory=list)
    detail: dict[str, Any] = field(default_factory=dict)


_NEWEST_EPOCH = select(epochs.c.epoch).order_by(epochs.c.number.desc()).limit(1)


_DISTRICTS = Sequences(
    heads.c.district, heads.c.head, beside=_NEWEST_EPOCH, carried=(heads.c.hashed, heads.c.hash)
)
_OFFICERS = Sequences(officers.c.id, officers.c.feed_offset)


async def epoch_of(connection: AsyncConnection) -> str:
    """The log's present epoch."""
    epoch: str = (await connection.execute(_NEWEST_EPOCH)).scalar_one()
    return epoch


async def append(connection: AsyncConnection, pending: Sequence[Pending]) -> list[Entry]:
    """Gives each event its place and writes it. After it come audit records, and nothing else in this transaction."""
    if not pending:
        return []
    officer_next: dict[str, int] = {}
    if of_officers := Counter(event.officer_id for event in pending if event.officer_id is not None):
        officer_next = (await _OFFICERS.take(connection, of_officers)).first
    taken = await _DISTRICTS.take(connection, Counter(event.district for event in pending))
    hashes: dict[str, bytes] = {}
    for district, first in taken.first.items():
        hashed, newest = taken.carried[district]
        known = newest if hashed == first - 1 else ZERO if first == 1 else None
        hashes[district] = known or await hash_before(connection, district, first)
    rows, entries = [], []
    for event in pending:
        officer_offset = None
        if event.officer_id is not None:
            officer_offset = officer_next[event.officer_id]
            officer_next[event.officer_id] += 1
        offset = taken.first[event.district]
        taken.first[event.district] += 1
        row = _row(event, offset, officer_offset)
        row["hash"] = hashes[event.district] = event_link(hashes[event.district], row)
        rows.append(row)
        entries.append(_entry(event, offset, officer_offset, taken.beside))
    newest_hashes = [(district, taken.first[district] - 1, value) for district, value in hashes.items()]
    await write_chained(connection, rows, newest_hashes)
    return entries


def _row(event: Pending, offset: int, officer_offset: int | None) -> dict[str, Any]:
    return {
        "district": event.district,
        "offset": offset,
        "name": event.name,
        "at": event.at,
        "incident_id": event.incident_id,
        "incident_offset": event.incident_offset,
        "officer_id": event.officer_id,
        "officer_offset": officer_offset,
        "data": event.data,
        "offer": event.offer,
        "deadlines": deadlines_text(event.deadlines),
        "actor": event.actor,
        "detail": msgspec.json.encode(event.detail).decode(),
    }


def _entry(event: Pending, offset: int, officer_offset: int | None, epoch: str) -> Entry:
    return Entry(
        district=event.district,
        offset=offset,
        epoch=epoch,
        data=event.data,
        incident=event.incident_id,
        incident_offset=event.incident_offset,
        officer=event.officer_id,
        officer_offset=officer_offset,
        offer=event.offer,
        deadlines=tuple(event.deadlines),
    )
