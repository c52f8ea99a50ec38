"""Writing to the log: the last thing a transaction does, so that offset order is commit order.

Locks are taken in one order everywhere: incidents by id, officers by id, districts by code. The caller has
saved its incidents by now; here come the officers' and then the districts' rows.
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

from models.feed.entries import DeadlineChange, Entry, deadlines_text
from models.feed.places import Sequences
from models.inserts import insert_rows
from models.tables import epochs, events, heads, officers


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


_DISTRICTS = Sequences(heads.c.district, heads.c.head, beside=_NEWEST_EPOCH)
_OFFICERS = Sequences(officers.c.id, officers.c.feed_offset)


async def epoch_of(connection: AsyncConnection) -> str:
    """The log's present epoch."""
    epoch: str = (await connection.execute(_NEWEST_EPOCH)).scalar_one()
    return epoch


async def append(connection: AsyncConnection, pending: Sequence[Pending]) -> list[Entry]:
    """Gives each event its place and writes it; nothing else may be written in this transaction after it."""
    if not pending:
        return []
    officer_next: dict[str, int] = {}
    if of_officers := Counter(event.officer_id for event in pending if event.officer_id is not None):
        officer_next, _ = await _OFFICERS.take(connection, of_officers)
    district_next, epoch = await _DISTRICTS.take(connection, Counter(event.district for event in pending))
    rows, entries = [], []
    for event in pending:
        officer_offset = None
        if event.officer_id is not None:
            officer_offset = officer_next[event.officer_id]
            officer_next[event.officer_id] += 1
        offset = district_next[event.district]
        district_next[event.district] += 1
        rows.append(_row(event, offset, officer_offset))
        entries.append(_entry(event, offset, officer_offset, epoch))
    await insert_rows(connection, events, rows)
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
