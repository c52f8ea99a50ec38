"""What older keys sealed or indexed is made anew under the present one, batch by batch, while everybody works.

Pass after pass goes over each place by primary key, and notes in each batch's transaction how far it is: whoever dies
leaves it to the next one, and of two at once one has written nothing. A row is changed only if it still holds what
was read. A place is done when a pass that began long enough after the key did finds nothing. Leaves to others: which
key (``rotating``), where (``models.sealing``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Select, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import rotating
from models.actions.media_files import all_named
from models.actions.rotating import Kind
from models.actions.rows import insert_if_absent
from models.media import name_of
from models.privacy import SealBroken, Vault
from models.sealing.counting import begins_with, places_of
from models.sealing.places import FILES, IndexPlace, Place, row_id
from models.store import Change, Store
from models.tables import leftover_files, resealings

AT_ONCE = 200  # rows: some milliseconds of opening and sealing, and as much for whoever waits to write
FILES_AT_ONCE = 4
# A pass that finds nothing counts if it began so long after the key: what was sealed before is written down by then.
QUIET = timedelta(minutes=10)
# Somebody may have read the row just before, and reads the file now.
FILES_STAY = timedelta(minutes=10)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Target:
    """The key under which everything of a kind is to be."""

    kind: Kind
    key_id: str
    since: datetime


@dataclass(slots=True)
class _Batch:
    """``changes``: primary key, what was read, what is to stand there. ``last``: the last row looked at, if any."""

    last: Any = None
    full: bool = False
    damaged: int = 0
    found: int = 0
    changes: list[tuple[Any, Any, Any]] = field(default_factory=list)


class _Elsewhere(Exception):
    """Another worker has done this batch."""


async def reseal_some(store: Store) -> int | None:
    """One batch of the first place that is not done; how many rows were made anew. None: there is nothing to do."""
    async with store.database.read() as connection:
        targets = [
            _Target(row.kind, row.key_id, row.since)
            for row in await rotating.states(connection)
            if row.state == "sealing" and row.since is not None
        ]
        rows = (await connection.execute(select(resealings))).all() if targets else []
    progress = {row.place: row for row in rows}
    for target in targets:
        if not _is_ready(store, target):
            continue  # this process has not adopted it yet
        for place in places_of(target.kind):
            row = progress.get(place.name)
            if row is None or row.key_id != target.key_id:
                await _start(store, place, target, row)
                return 0
            if row.done_at is None and not _waits(row, target, store.clock.now()):
                return await _go_on(store, place, target, row)
    return None


def _is_ready(store: Store, target: _Target) -> bool:
    vault = store.vault
    present = vault.newest if target.kind == "field" else vault.index_key_ids[0]
    return present == target.key_id


async def _start(store: Store, place: Place, target: _Target, row: Any) -> None:
    values = {"key_id": target.key_id, "after": None, "began_at": store.clock.now(), "found": 0, "damaged": 0}
    async with store.database.write() as connection:
        if row is None:
            await insert_if_absent(connection, resealings, {"place": place.name, **values})
        else:
            await connection.execute(
                update(resealings)
                .where(resealings.c.place == place.name, resealings.c.key_id == row.key_id)
                .values(done=0, done_at=None, **values)
            )


def _waits(row: Any, target: _Target, now: datetime) -> bool:
    """It was gone through and nothing was found, too early for that to count; the next pass begins when it does."""
    return bool(row.after == _END and now < target.since + QUIET)


_END = "~"  # behind every key


async def _go_on(store: Store, place: Place, target: _Target, row: Any) -> int:
    if row.after == _END:
        await _note(
            store, place, row, {"after": None, "began_at": store.clock.now(), "found": 0, "damaged": 0}
        )
        return 0
    batch = await _read(store, place, target, row.after)
    changed = 0
    try:
        async with store.change() as change:
            if batch.changes:
                changed = await _write(change, place, batch)
            await _advance(change, place, row, target, batch, changed)
    except _Elsewhere:
        return 0
    return changed


async def _note(store: Store, place: Place, row: Any, values: dict[str, Any]) -> None:
    async with store.database.write() as connection:
        await connection.execute(update(resealings).where(*_seen(place, row)).values(values))


def _seen(place: Place, row: Any) -> tuple[Any, ...]:
    after = resealings.c.after.is_(None) if row.after is None else resealings.c.after == row.after
    return resealings.c.place == place.name, resealings.c.key_id == row.key_id, after


async def _advance(
    change: Change, place: Place, row: Any, target: _Target, batch: _Batch, changed: int
) -> None:
    found, damaged = row.found + batch.found, row.damaged + batch.damaged
    values: dict[str, Any] = {"found": found, "damaged": damaged, "done": row.done + changed}
    if batch.full:
        values["after"] = row_id(batch.last)
    else:
        values["after"] = _END
        if not found and row.began_at >= target.since + QUIET:
            values["done_at"] = change.at
        elif found:
            values |= {"after": None, "began_at": change.at, "found": 0, "damaged": 0}
    done = await change.connection.execute(update(resealings).where(*_seen(place, row)).values(values))
    if done.rowcount != 1:
        raise _Elsewhere


async def _read(store: Store, place: Place, target: _Target, after: str | None) -> _Batch:
    most = AT_ONCE if place.name not in _FILE_NAMES else FILES_AT_ONCE
    query, judge = _asked(place, target.key_id)
    if after is not None:
        query = query.where(place.key > _key(place, after))
    async with store.database.read() as connection:
        rows = (await connection.execute(query.order_by(place.key).limit(most))).all()
    batch = _Batch(full=len(rows) == most)
    if rows:
        batch.last = rows[-1][0]
    await judge(store, place, rows, batch)
    return batch


Judge = Callable[[Store, Place, Sequence[Any], _Batch], Awaitable[None]]


def _asked(place: Place, key_id: str) -> tuple[Select[Any], Judge]:
    if isinstance(place, IndexPlace):
        columns = (place.key, place.column, place.of, *place.beside)
        return select(*columns).where(place.column.is_not(None)), _judge_indexes
    query = select(place.key, place.column).where(place.column.is_not(None))
    if place.name in _FILE_NAMES:
        return query, _judge_files
    return query.where(~begins_with(place.column, key_id)), _judge_fields


def _key(place: Place, text: str) -> Any:
    return bytes.fromhex(text) if place.key.type.python_type is bytes else text


async def _judge_fields(store: Store, place: Place, rows: Sequence[Any], batch: _Batch) -> None:
    def work() -> None:
        for key, sealed in rows:
            try:
                plain = store.vault.open_bytes(place.name, row_id(key), bytes(sealed))
            except SealBroken:
                batch.damaged += 1
                continue
            batch.changes.append((key, sealed, store.vault.seal_bytes(place.name, row_id(key), plain)))
        batch.found = len(batch.changes)

    await asyncio.to_thread(work)


async def _judge_indexes(store: Store, place: Place, rows: Sequence[Any], batch: _Batch) -> None:
    assert isinstance(place, IndexPlace)
    of = f"{place.table.name}.{place.of.name}"

    def work() -> None:
        for key, index, sealed, *beside in rows:
            if sealed is None and place.emptied:
                continue
            try:
                text = store.vault.open(of, row_id(key), bytes(sealed or b""))
            except SealBroken:
                batch.damaged += 1
                continue
            known = store.vault.indexes(place.label, place.value(text, *beside))
            if bytes(index) not in known:  # not made of this: better found by nobody than by the wrong one
                batch.damaged += 1
            elif bytes(index) != known[0]:
                batch.changes.append((key, index, known[0]))
        batch.found = len(batch.changes)

    await asyncio.to_thread(work)


async def _judge_files(store: Store, place: Place, rows: Sequence[Any], batch: _Batch) -> None:
    for key, name in rows:
        try:
            made = await _made_anew(store, place.name, row_id(key), name)
        except FileNotFoundError:
            continue  # cleared away, with its row by now
        except SealBroken:
            batch.damaged += 1
            continue
        if made is not None:
            batch.changes.append((key, name, made))
    batch.found = len(batch.changes)


async def _made_anew(store: Store, label: str, key: str, name: str) -> str | None:
    """The file under the present key, which has another name: it is noted as a leftover until a row names it."""
    vault: Vault = store.vault
    head = await asyncio.to_thread(store.media.head, name, 17)
    if vault.sealed_with_newest(head):
        return None
    sealed = await asyncio.to_thread(store.media.read, name)
    anew = await asyncio.to_thread(lambda: vault.seal_bytes(label, key, vault.open_bytes(label, key, sealed)))
    new_name = name_of(anew, "sealed")
    async with store.database.write() as connection:
        await connection.execute(insert(leftover_files).values(name=new_name, at=store.clock.now()))
    await asyncio.to_thread(store.media.keep, anew, "sealed")
    return new_name


async def _write(change: Change, place: Place, batch: _Batch) -> int:
    """How many rows still held what was read. On PostgreSQL rows that somebody has locked wait for the next pass: who

    waits for one row while he holds others may wait for ever.
    """
    keys = [key for key, _, _ in batch.changes]
    free = select(place.key).where(place.key.in_(keys)).with_for_update(skip_locked=True)
    ours = set((await change.connection.execute(free)).scalars())
    changed = 0
    statement = (
        update(place.table)
        .where(place.key == bindparam("its_key"), place.column == bindparam("read"))
        .values({place.column.name: bindparam("anew")})
    )
    for key, read, anew in batch.changes:
        if key not in ours:
            continue
        values = {"its_key": key, "read": read, "anew": anew}
        done = (await change.connection.execute(statement, values)).rowcount
        changed += done
        if done and place.name in _FILE_NAMES:
            await insert_if_absent(change.connection, leftover_files, {"name": read, "at": change.at})
    return changed


async def remove_leftovers(store: Store) -> int:
    """Files of before, a while after; those that a row names after all are no leftovers. How many went."""
    before = store.clock.now() - FILES_STAY
    query = select(leftover_files.c.name).where(leftover_files.c.at <= before).limit(AT_ONCE)
    async with store.database.read() as connection:
        names = set((await connection.execute(query)).scalars())
        named = await all_named(connection) & names if names else set()
    for name in sorted(names - named):
        await asyncio.to_thread(store.media.remove, name)
    if names:
        async with store.database.write() as connection:
            await connection.execute(leftover_files.delete().where(leftover_files.c.name.in_(names)))
    return len(names - named)


async def left_to_do(connection: AsyncConnection, kind: Kind, key_id: str) -> int:
    """Places that are not done under this key."""
    done = select(resealings.c.place).where(resealings.c.key_id == key_id, resealings.c.done_at.is_not(None))
    names = set((await connection.execute(done)).scalars())
    return sum(place.name not in names for place in places_of(kind))


_FILE_NAMES = frozenset(place.name for place in FILES)
