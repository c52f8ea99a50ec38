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
from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.feed.entries import DeadlineChange, Entry, deadlines_text
from models.inserts import insert_rows
from models.prepared import Prepared
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


_TAKE = Prepared(
    update(heads)
    .where(heads.c.district == bindparam("district_code"))
    .values(head=heads.c.head + bindparam("count"))
    .returning(heads.c.head, _NEWEST_EPOCH.scalar_subquery().label("epoch"))
)
_TAKE_OFFICER = Prepared(
    update(officers)
    .where(officers.c.id == bindparam("officer"))
    .values(feed_offset=officers.c.feed_offset + bindparam("count"))
    .returning(officers.c.feed_offset)
)


async def epoch_of(connection: AsyncConnection) -> str:
    """The log's present epoch."""
    epoch: str = (await connection.execute(_NEWEST_EPOCH)).scalar_one()
    return epoch


async def append(connection: AsyncConnection, pending: Sequence[Pending]) -> list[Entry]:
    """Gives each event its place and writes it; nothing else may be written in this transaction after it."""
    if not pending:
        return []
    officer_next = await _take_officers(connection, pending)
    district_next, epoch = await _take_districts(connection, pending)
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


async def _take_officers(connection: AsyncConnection, pending: Sequence[Pending]) -> dict[str, int]:
    wanted = Counter(event.officer_id for event in pending if event.officer_id is not None)
    taken = {}
    for officer_id in sorted(wanted):
        count = wanted[officer_id]
        (row,) = await _TAKE_OFFICER.rows(connection, officer=officer_id, count=count)
        taken[officer_id] = row.feed_offset - count + 1
    return taken


async def _take_districts(
    connection: AsyncConnection, pending: Sequence[Pending]
) -> tuple[dict[str, int], str]:
    """Each district's first new offset, and the epoch in which it was taken."""
    wanted = Counter(event.district for event in pending)
    taken, epoch = {}, ""
    for district in sorted(wanted):
        count = wanted[district]
        (row,) = await _TAKE.rows(connection, district_code=district, count=count)
        taken[district], epoch = row.head - count + 1, row.epoch
    return taken, epoch


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
