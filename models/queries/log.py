"""Reading the log: heads, replays of a channel, and what a hub must know when it starts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.feed.append import epoch_of
from models.feed.channels import incident_data, officer_data
from models.feed.entries import Entry, from_row
from models.tables import CONTROL, deadlines, events, heads, incidents, officers

DEADLINES_AT_ONCE = 500  # read by a starting hub: some 2 ms of its loop
PAGE = 500  # publications of a replay that are read at once

# By namespace: whose channel an event is in, and where.
_POSITIONS: dict[str, tuple[Column[Any], Column[Any]]] = {
    "district": (events.c.district, events.c.offset),
    "incident": (events.c.incident_id, events.c.incident_offset),
    "officer": (events.c.officer_id, events.c.officer_offset),
}


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


async def belongs_to(connection: AsyncConnection, channel: str, districts: frozenset[str]) -> bool:
    """Whether an incident's channel is of one of these districts."""
    query = select(incidents.c.district).where(incidents.c.id == channel.partition(":")[2])
    return (await connection.execute(query)).scalar_one_or_none() in districts


async def positions_of(connection: AsyncConnection, channels: Sequence[str]) -> dict[str, int]:
    """The newest offset of each of these channels of the log, some hundreds; those that do not exist are left out."""
    found: dict[str, int] = {}
    for kind, name, offset in (
        ("district", heads.c.district, heads.c.head),
        ("incident", incidents.c.id, incidents.c.feed_offset),
        ("officer", officers.c.id, officers.c.feed_offset),
    ):
        wanted = [channel.partition(":")[2] for channel in channels if channel.startswith(f"{kind}:")]
        if wanted:
            rows = await connection.execute(select(name, offset).where(name.in_(wanted)))
            found.update({f"{kind}:{row[0]}": row[1] for row in rows})
    return found


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
    found = await _publications(connection, channel, since, most_bytes)
    if found is None:
        return Replay(epoch, end, [], complete=False)
    return Replay(epoch, end, found, complete=len(found) == end - since)


async def _publications(
    connection: AsyncConnection, channel: str, since: int, most_bytes: int
) -> list[tuple[int, str]] | None:
    """All of them after ``since``, read in pages so that the loop has its turn; None: more than that."""
    kind, _, name = channel.partition(":")
    column, position = _POSITIONS[kind]
    query = select(position, events.c.data, events.c.offer).where(column == name).order_by(position)
    found: list[tuple[int, str]] = []
    size = 0
    while True:
        after = found[-1][0] if found else since
        page = (await connection.execute(query.where(position > after).limit(PAGE))).all()
        found += [(offset, _as_in(kind, data, offer)) for offset, data, offer in page]
        size += sum(len(text) for _, text in found[len(found) - len(page) :])
        if size > most_bytes:
            return None
        if len(page) < PAGE:
            return found
        await asyncio.sleep(0)


async def history(
    connection: AsyncConnection, channel: str, since: int | None, limit: int, *, reverse: bool
) -> Replay | None:
    """At most ``limit`` publications after ``since`` (None: from the first), or before it, the newest first.

    None for a channel that does not exist.
    """
    end = await position_of(connection, channel)
    if end is None:
        return None
    kind, _, name = channel.partition(":")
    column, position = _POSITIONS[kind]
    query = select(position, events.c.data, events.c.offer).where(column == name).limit(limit)
    query = query.order_by(position.desc() if reverse else position)
    if since is not None:
        query = query.where(position < since if reverse else position > since)
    rows = (await connection.execute(query)).all() if limit else []
    found = [(offset, _as_in(kind, data, offer)) for offset, data, offer in rows]
    return Replay(await epoch_of(connection), end, found, complete=True)


def _as_in(kind: str, data: str, offer: str | None) -> str:
    if kind == "incident":
        return incident_data(data)
    if kind == "officer":
        return officer_data(data, offer)
    return data
