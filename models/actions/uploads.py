"""Uploads on their way: begun under an id that the phone made, continued wherever they broke off, taken into somebody's

own, or given up. A row says how far one has come, and it moves only after the bytes are on the disk.

Leaves to others: the bytes (``models.partial``), limits (``upload_limits``), what becomes of a whole one
(``examining``), who may see it (``sight``).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update

from models import partial
from models.actions import scene, upload_limits
from models.actions.incident_change import until_saved
from models.caller import Caller, Participant
from models.errors import Conflict, InvalidField, NotFound, SwitchedOff
from models.store import Change, Store
from models.tables import uploads
from models.uploads.purposes import KINDS, PURPOSES, Kind

ID = re.compile("[a-z2-7]{26}")
GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Announced:
    """What somebody is about to send: ``id`` made by his phone, ``size`` in bytes; ``shot``: which photo of an

    accident's guide it is.
    """

    id: str
    purpose: str
    kind: Kind
    size: int
    shot: str | None = None


async def begin(
    store: Store, holder: str, announced: Announced, address: bytes, caller: Caller | None = None
) -> Any:
    """The upload's row; the one that is there when the same was begun before. One of whoever is part of an accident or

    a hazard belongs to it from here on. Raises InvalidField, PayloadTooLarge, SwitchedOff, Conflict (as many as may be,
    or another one's id), IllegalTransition (it is over), TooManyRequests, Unavailable (the media folder takes no more).
    """
    part = caller if isinstance(caller, Participant) else None
    _check(store, announced)

    async def work(change: Change) -> Any:
        query = select(uploads).where(uploads.c.id == announced.id)
        known = (await change.connection.execute(query)).first()
        if known is not None:
            same = (known.holder, known.purpose, known.kind, known.size) == (
                holder,
                announced.purpose,
                announced.kind,
                announced.size,
            )
            if not same or has_expired(known, change.at):
                raise Conflict(why="another")
            return known
        await upload_limits.check(change, holder, announced.purpose, announced.kind, announced.size, address)
        about = await scene.taken_in(change, part, announced.purpose, announced.shot)
        row = _row(change, holder, announced, address) | about
        await change.connection.execute(insert(uploads).values(row))
        return (await change.connection.execute(query)).one()

    return await until_saved(lambda: store.run(work))


def _check(store: Store, announced: Announced) -> None:
    if not ID.fullmatch(announced.id):
        raise InvalidField(field="id", why="unknown")
    if announced.purpose not in PURPOSES:
        raise InvalidField(field="purpose", why="unknown")
    if announced.kind not in KINDS:
        raise InvalidField(field="kind", why="unknown")
    if not store.flags.is_anywhere(PURPOSES[announced.purpose].module):
        raise SwitchedOff(why=PURPOSES[announced.purpose].module)
    upload_limits.check_size(store.settings, announced.kind, announced.size)


def _row(change: Change, holder: str, announced: Announced, address: bytes) -> dict[str, Any]:
    return {
        "id": announced.id,
        "holder": holder,
        "address": address,
        "purpose": announced.purpose,
        "kind": announced.kind,
        "size": announced.size,
        "received": 0,
        "state": "receiving",
        "created_at": change.at,
        "expires_at": change.at + timedelta(seconds=change.store.settings.upload_seconds),
    }


async def own(store: Store, holder: str, upload_id: str) -> Any:
    """The holder's upload. Raises NotFound, also for another's and for one that has expired."""
    query = select(uploads).where(uploads.c.id == upload_id, uploads.c.holder == holder)
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None or has_expired(row, store.clock.now()):
        raise NotFound
    return row


def has_expired(row: Any, now: datetime) -> bool:
    """Whether its time is over, or it was given up: what somebody has taken into his own and what is whole stays."""
    if row.why == GIVEN_UP:
        return True
    kept = row.about is not None and row.state not in {"receiving", "refused"}
    return not kept and row.expires_at is not None and bool(row.expires_at <= now)


async def take_up(store: Store, holder: str, upload_id: str, offset: int) -> tuple[Any, str]:
    """The row, and the name under which bytes may be appended from now on: an older request has lost its.

    Raises NotFound; Conflict with ``offset`` when it has come another far, or all of it is there.
    """
    row = await own(store, holder, upload_id)
    if row.state != "receiving" or row.received != offset:
        raise Conflict(why="offset", offset=row.received)
    writer = store.ids.new()
    async with store.database.write() as connection:
        taken = await connection.execute(
            update(uploads)
            .where(uploads.c.id == upload_id, uploads.c.state == "receiving", uploads.c.received == offset)
            .values(writer=writer)
        )
    if taken.rowcount != 1:
        raise Conflict(why="offset", offset=(await own(store, holder, upload_id)).received)
    return row, writer


async def advance(store: Store, upload_id: str, writer: str, received: int, size: int) -> bool:
    """``received`` bytes are on the disk; the last one of ``size`` hands it on to be examined. False: somebody else

    appends by now, and nothing has changed.
    """
    values: dict[str, Any] = {"received": received}
    if received == size:
        values |= {"state": "waiting", "received_at": store.clock.now(), "writer": None}
    async with store.database.write() as connection:
        moved = await connection.execute(
            update(uploads)
            .where(uploads.c.id == upload_id, uploads.c.writer == writer, uploads.c.state == "receiving")
            .values(values)
        )
    return moved.rowcount == 1


async def give_up(store: Store, holder: str, upload_id: str) -> None:
    """Removes one that nobody has taken into his own and that is not whole yet, or was refused.

    Raises NotFound, Conflict.
    """
    row = await own(store, holder, upload_id)
    mine = row.about is None or row.purpose in scene.PURPOSES  # which it joins only when it is examined
    if not mine or row.state not in {"receiving", "refused"}:
        raise Conflict(why="upload_kept")
    # The row stays as long as it would have: what came over the line counts for the day, however often it is given up.
    async with store.database.write() as connection:
        gone = await connection.execute(
            update(uploads)
            .where(uploads.c.id == upload_id, uploads.c.state == row.state, _same_owner(row))
            .values(state="refused", why=GIVEN_UP, writer=None)
        )
    if gone.rowcount == 1:
        await asyncio.to_thread(partial.remove, store.settings.home, upload_id)


def _same_owner(row: Any) -> ColumnElement[bool]:
    """Nobody has taken it into his own since it was read."""
    return uploads.c.about.is_(None) if row.about is None else uploads.c.about == row.about


async def attach(change: Change, holder: str, purpose: str, ids: Collection[str], about: str) -> list[Any]:
    """Takes uploads into somebody's own, ``about`` (an incident's id, say), in the transaction that makes it; what is

    theirs already stays. They need not have come or been examined yet. Returns their rows in the order of ``ids``.
    Raises InvalidField for one that is not the holder's or not for this, was refused, or belongs to something else.
    """
    query = select(uploads).where(uploads.c.id.in_(list(ids)), uploads.c.holder == holder)
    known = {row.id: row for row in await change.connection.execute(query)}
    for upload_id in ids:
        row = known.get(upload_id)
        if row is None or row.purpose != purpose or row.about not in {None, about}:
            raise InvalidField(field="uploads", why="unknown")
        if row.state == "refused":
            raise InvalidField(field="uploads", why="refused")
    fresh = [row.id for row in known.values() if row.about is None]
    if fresh:
        taken = await change.connection.execute(
            update(uploads)
            .where(uploads.c.id.in_(fresh), uploads.c.about.is_(None), uploads.c.state != "refused")
            .values(about=about)
        )
        if taken.rowcount != len(fresh):
            raise Conflict(why="another")
    return [known[upload_id] for upload_id in ids]
