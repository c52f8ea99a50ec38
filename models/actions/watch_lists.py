"""Taking in a list of vehicles to look out for: a dry run says what would change, the real one does it, on the record.

All of a file in one transaction, or nothing of it. Leaves to others: how a file is read (``models.watching``), single
flags (``watch_flags``), who is told where a vehicle turns up (``watch_hits``).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models import plates
from models.actions import audit, watch_flags, watch_hits
from models.actions.idempotency import Keeping
from models.actions.incident_change import until_saved
from models.actions.plate_index import indexes_of
from models.caller import Officer, System
from models.clock import BEIJING
from models.errors import Conflict, InvalidField, WatchListFaulty
from models.inserts import insert_rows
from models.local_plates import LocalForms
from models.queries import local_forms
from models.rules.definitions import WATCHED
from models.store import Change, Store
from models.tables import watch_flags as flags
from models.tables import watch_imports
from models.watching import lines
from models.watching.lines import Listed, Refusal
from models.watching.plan import Key, ListPlan, Standing, Wanted, plan
from models.watching.spreadsheet import ListFaulty

OnRefusal = Literal["file", "line"]


@dataclass(frozen=True, slots=True)
class WatchList:
    """``source``: the list's name, under which it is known again. ``kind``: that of lines that say none.

    ``whole``: the file is all of the list, so what is missing ends. ``refuse``: whether one bad line refuses the whole
    ``file`` or only the ``line``. ``ends``: as many flags may end as the dry run said; a whole list needs it.
    """

    content: bytes = field(repr=False)
    scope: str
    source: str
    kind: str | None = None
    whole: bool = False
    refuse: OnRefusal = "file"
    ends: int | None = None


@dataclass(frozen=True, slots=True)
class TakenIn:
    """``id`` None: nothing was written, for it was a dry run, or a refused line refused the file."""

    id: str | None
    new: int
    changed: int
    ended: int
    unchanged: int
    repeated: int
    refused: tuple[Refusal, ...]
    ignored: tuple[str, ...]


Then = Keeping[TakenIn]


async def dry_run(store: Store, by: Officer | System, wish: WatchList) -> TakenIn:
    """What taking the list in would change. Raises InvalidField, Forbidden, WatchListFaulty."""
    async with store.database.read() as connection:
        judged = await _read(store, connection, by, wish)
        return _told(None, judged.listed, await _plan(connection, wish, judged))


async def take_in(
    store: Store, by: Officer | System, wish: WatchList, *, then: Then | None = None
) -> TakenIn:
    """Takes the list in; whose vehicle is at an incident just now, that is told at once.

    Raises InvalidField, Forbidden, WatchListFaulty, Conflict (``ends``: another number of flags would end).
    """

    # Reading takes a second of work for the longest list: nobody's turn to write waits for it.
    async with store.database.read() as connection:
        judged = await _read(store, connection, by, wish)

    async def attempt() -> TakenIn:
        async with store.change() as change:
            done = await _take_in(change, by, wish, judged)
            if then is not None:
                await then(change, done)
            return done

    return await until_saved(attempt)


@dataclass(frozen=True, slots=True)
class _Judged:
    """A file's lines with their blind indexes; ``named``: those of refused lines' plates; ``newest``: the index under

    the newest key by that under an older one.
    """

    listed: Listed
    wanted: tuple[Wanted, ...]
    named: frozenset[bytes]
    newest: Mapping[bytes, bytes]


async def _take_in(change: Change, by: Officer | System, wish: WatchList, judged: _Judged) -> TakenIn:
    await watch_flags.check_scope(change.connection, by, wish.scope)
    listed, found = judged.listed, await _plan(change.connection, wish, judged)
    if listed.refused and wish.refuse == "file":
        return _told(None, listed, found)
    if len(found.ended) != (wish.ends or 0):
        raise Conflict(field="ends", why="ends", ends=len(found.ended))
    done = _told(change.store.ids.new(), listed, found)
    await _write(change, by, wish, found)
    await _record(change, by, wish, done)
    begun = [one for one in (*found.new, *(one for _, one in found.changed)) if one.begins_at is None]
    await watch_hits.of_new_flags(change, wish.scope, {one.key: one.line for one in begun})
    return done


async def _read(store: Store, connection: AsyncConnection, by: Officer | System, wish: WatchList) -> _Judged:
    _check(wish)
    await watch_flags.check_scope(connection, by, wish.scope)
    forms = await local_forms.of_place(connection, wish.scope)
    today = store.clock.now().astimezone(BEIJING).date()
    try:
        return await asyncio.to_thread(_judge, store, wish, today, forms)
    except ListFaulty as error:
        told = {"limit": error.limit, "line": error.line, "column": error.column or None}
        params: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
        raise WatchListFaulty(field="file", why=error.why, **params) from None


def _judge(store: Store, wish: WatchList, today: date, forms: LocalForms) -> _Judged:
    newest: dict[bytes, bytes] = {}

    def index(number: str, plate_class: str) -> bytes:
        of_all = indexes_of(store, number, plate_class)
        newest.update(dict.fromkeys(of_all[1:], of_all[0]))
        return of_all[0]

    listed = lines.read(wish.content, kind=wish.kind, today=today, forms=forms)
    wanted = tuple(
        Wanted(
            (index(line.plate.number, line.plate.plate_class), line.kind),
            line,
            None if line.begins is None else _midnight(line.begins),
            None if line.ends is None else _midnight(line.ends + timedelta(days=1)),
        )
        for line in listed.lines
    )
    return _Judged(listed, wanted, frozenset(index(*one) for one in listed.named), newest)


def _check(wish: WatchList) -> None:
    if wish.kind is not None and wish.kind not in WATCHED:
        raise InvalidField(field="kind", why="unknown")
    if not wish.source.strip():
        raise InvalidField(field="source", why="required")
    if len(wish.source) > watch_flags.LONGEST_SOURCE:
        raise InvalidField(field="source", why="too_long", limit=watch_flags.LONGEST_SOURCE)


async def _plan(connection: AsyncConnection, wish: WatchList, judged: _Judged) -> ListPlan:
    standing = await _standing(connection, wish, judged.newest)
    return plan(judged.wanted, standing, whole=wish.whole, named=judged.named)


async def _standing(
    connection: AsyncConnection, wish: WatchList, newest: Mapping[bytes, bytes]
) -> Mapping[Key, Standing]:
    query = select(flags.c.id, flags.c.plate_index, flags.c.kind, flags.c.dated, flags.c.ends_at).where(
        flags.c.scope == wish.scope, flags.c.source == wish.source.strip(), flags.c.cleared_at.is_(None)
    )
    found = {}
    for row in await connection.execute(query):
        dated = None if row.dated is None else date.fromisoformat(row.dated)
        key = (newest.get(row.plate_index, row.plate_index), row.kind)
        found[key] = Standing(row.id, key, dated, row.ends_at)
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING)


async def _write(change: Change, by: Officer | System, wish: WatchList, found: ListPlan) -> None:
    await _clear(change, by, (one.id for one, _ in found.changed), "changed by the list")
    await _clear(change, by, (one.id for one in found.ended), "no longer on the list")
    rows = [_row(change, by, wish, one) for one in (*found.new, *(one for _, one in found.changed))]
    if rows:
        await insert_rows(change.connection, flags, rows)


async def _clear(change: Change, by: Officer | System, ids: Iterable[str], reason: str) -> None:
    every = [{"flag": name} for name in sorted(ids)]
    if every:
        await change.connection.execute(
            update(flags)
            .where(flags.c.id == bindparam("flag"), flags.c.cleared_at.is_(None))
            .values(cleared_by=by.subject, cleared_at=change.at, cleared_reason=reason),
            every,
        )


def _row(change: Change, by: Officer | System, wish: WatchList, one: Wanted) -> dict[str, Any]:
    flag_id = change.store.ids.row()
    return {
        "id": flag_id,
        "plate_index": one.key[0],
        "plate_sealed": watch_flags.sealed_plate(change.store, flag_id, one.line.plate),
        "plate_masked": plates.mask(one.line.plate.number),
        "kind": one.line.kind,
        "dated": None if one.line.dated is None else one.line.dated.isoformat(),
        "begins_at": one.begins_at or change.at,
        "ends_at": one.ends_at,
        "scope": wish.scope,
        "source": wish.source.strip(),
        "set_by": by.subject,
        "set_at": change.at,
    }


async def _record(change: Change, by: Officer | System, wish: WatchList, done: TakenIn) -> None:
    counts = {name: getattr(done, name) for name in ("new", "changed", "ended", "unchanged")}
    await change.connection.execute(
        insert(watch_imports).values(
            id=done.id,
            scope=wish.scope,
            source=wish.source.strip(),
            sha256=hashlib.sha256(wish.content).digest(),
            whole=wish.whole,
            refused=len(done.refused),
            by=by.subject,
            at=change.at,
            **counts,
        )
    )
    told = f"{wish.scope}: {counts['new']} new, {counts['changed']} changed, {counts['ended']} ended"
    await audit.record(change, by, "import_watch_list", f"watch_import:{done.id}", reason=told)


def _told(import_id: str | None, listed: Listed, found: ListPlan) -> TakenIn:
    return TakenIn(
        id=import_id,
        new=len(found.new),
        changed=len(found.changed),
        ended=len(found.ended),
        unchanged=found.unchanged,
        repeated=listed.repeated,
        refused=listed.refused,
        ignored=listed.ignored,
    )
