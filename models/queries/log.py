"""Reading the log: heads, replays of a channel, and what a hub must know when it starts."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.feed.append import epoch_of
from models.feed.channels import incident_data, officer_data
from models.feed.entries import Entry, from_row
from models.tables import CONTROL, deadlines, events, heads, incidents, officers

DEADLINES_AT_ONCE = 500  # read by a starting hub: some 2 ms of its loop


@dataclass(frozen=True, slots=True)
class Heads:
    """Where every sequence ends, the control sequence included."""

    epoch: str
    offsets: dict[str, int]


@dataclass(frozen=True, slots=True)
class Replay:
    """Publications after a position: ``(offset, JSON text)``. ``complete``: all of them, up to ``offset``."""

    epoch: str
    offset: int
    publications: list[tuple[int, str]]
    complete: bool


async def read_heads(connection: AsyncConnection) -> Heads:
    """One offset per sequence, and the epoch they belong to."""
    rows = await connection.execute(select(heads.c.district, heads.c.head))
    return Heads(await epoch_of(connection), {row.district: row.head for row in rows})


async def entries_after(connection: AsyncConnection, district: str, offset: int, most: int) -> list[Entry]:
    """At most ``most`` entries of a sequence after ``offset``, in order."""
    epoch = await epoch_of(connection)
    query = (
        select(events)
        .where(events.c.district == district, events.c.offset > offset)
        .order_by(events.c.offset)
        .limit(most)
    )
    return [from_row(row, epoch) for row in (await connection.execute(query)).mappings()]


async def open_deadlines(connection: AsyncConnection) -> AsyncGenerator[list[tuple[str, datetime]], None]:
    """All that are open, id and due time, the earliest first, in pages that nobody waits long for."""
    query = (
        select(deadlines.c.id, deadlines.c.due_at)
        .where(deadlines.c.status == "open")
        .order_by(deadlines.c.due_at)
        .execution_options(yield_per=DEADLINES_AT_ONCE)
    )
    async with connection.stream(query) as rows:
        async for page in rows.partitions():
            yield [(row.id, row.due_at) for row in page]


async def recent_control(connection: AsyncConnection, since: datetime) -> list[Entry]:
    """The control entries since an instant: what tokens that are still young may have lost meanwhile."""
    epoch = await epoch_of(connection)
    query = select(events).where(events.c.district == CONTROL, events.c.at >= since).order_by(events.c.offset)
    return [from_row(row, epoch) for row in (await connection.execute(query)).mappings()]


async def position_of(connection: AsyncConnection, channel: str) -> int | None:
    """The newest offset of a channel of the log; None for a channel that does not exist."""
    kind, _, name = channel.partition(":")
    if kind == "district":
        query = select(heads.c.head).where(heads.c.district == name, heads.c.district != CONTROL)
    elif kind == "incident":
        query = select(incidents.c.feed_offset).where(incidents.c.id == name)
    elif kind == "officer":
        query = select(officers.c.feed_offset).where(officers.c.id == name)
    else:
        return None
    offset: int | None = (await connection.execute(query)).scalar_one_or_none()
    return offset


async def replay(
    connection: AsyncConnection, channel: str, since: int, *, most_entries: int, most_bytes: int
) -> Replay | None:
    """What a channel published after ``since``: all of it, or an empty replay that is not ``complete``.

    Read in one snapshot (``Database.read``). ``since`` beyond the end is not complete either. None for a
    channel that does not exist.
    """
    epoch = await epoch_of(connection)
    end = await position_of(connection, channel)
    if end is None:
        return None
    if since > end or end - since > most_entries:
        return Replay(epoch, end, [], complete=False)
    found = await _publications(connection, channel, since, epoch)
    if sum(len(text) for _, text in found) > most_bytes:
        return Replay(epoch, end, [], complete=False)
    return Replay(epoch, end, found, complete=len(found) == end - since)


async def _publications(
    connection: AsyncConnection, channel: str, since: int, epoch: str
) -> list[tuple[int, str]]:
    kind, _, name = channel.partition(":")
    column, position = {
        "district": (events.c.district, events.c.offset),
        "incident": (events.c.incident_id, events.c.incident_offset),
        "officer": (events.c.officer_id, events.c.officer_offset),
    }[kind]
    query = select(events).where(column == name, position > since).order_by(position)
    rows = (await connection.execute(query)).mappings()
    return [_publication(kind, from_row(row, epoch)) for row in rows]


def _publication(kind: str, entry: Entry) -> tuple[int, str]:
    if kind == "incident":
        return entry.incident_offset or 0, incident_data(entry)
    if kind == "officer":
        return entry.officer_offset or 0, officer_data(entry)
    return entry.offset, entry.data
