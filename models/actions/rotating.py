"""Changing the key that seals, or that indexes: made known to everybody first, then put to use, retired when unused.

coming → sealing → old → retired. A new key is known to every process before one of them uses it, so that nobody ever
meets what he cannot open or find. Leaves to others: making anew what older keys sealed (``resealing``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models import partial
from models.access.deeds import Deed
from models.actions import audit
from models.configuration import configuring
from models.errors import Conflict, NotFound
from models.keyring import material
from models.sealing import counting
from models.secrets_file import Secrets, change_rings, new_key
from models.store import Store
from models.tables import refused_requests, resealings, sealing_keys

Kind = Literal["field", "index"]
KINDS: tuple[Kind, ...] = ("field", "index")
# A process looks twice a second and gives up a look after five: by then whoever can write knows the key.
SETTLES = timedelta(seconds=30)
# What was made under the old key and written down late is there by then: a request lasts a minute, an examination five.
LAST_USED = {"field": timedelta(hours=1), "index": timedelta(days=1)}
_PREFIX = {"field": "k", "index": "i"}
_RING: dict[Kind, Literal["field_keys", "index_keys"]] = {"field": "field_keys", "index": "index_keys"}


class StillUsed(Exception):
    """A key that cannot go yet; ``uses`` as by ``uses``."""

    def __init__(self, uses: dict[str, int]) -> None:
        super().__init__(", ".join(uses))
        self.uses = uses


async def states(connection: AsyncConnection) -> Sequence[Any]:
    """Rows of all keys that a change was about, the oldest first."""
    query = select(sealing_keys).order_by(sealing_keys.c.kind, sealing_keys.c.known_at, sealing_keys.c.key_id)
    return (await connection.execute(query)).all()


async def begin(store: Store, kind: Kind, key_id: str | None = None) -> str:
    """A new key is known from now on; its id. Without ``key_id`` one is made in `secrets.json`.

    Raises Conflict (``why``: under_way, or keys_in_environment), NotFound (no such key here).
    """
    ring = material(store.settings)[KINDS.index(kind)]
    if key_id is not None and key_id not in ring:
        raise NotFound(field="key")
    kept = store.settings.keeps_field_keys if kind == "field" else store.settings.keeps_index_keys
    async with configuring(store, "keys") as change:
        rows = {row.key_id: row.state for row in await states(change.connection) if row.kind == kind}
        if "coming" in rows.values():
            raise Conflict(why="under_way")
        if key_id in rows:
            raise Conflict(why="used_before")
        if key_id is None and not kept:
            raise Conflict(why="keys_in_environment")
        present = next(iter(ring)) if not rows else None
        if key_id is None:
            key_id = await asyncio.to_thread(_made, store, kind, {*rows, present or ""})
        if present is not None:
            await _put(change.connection, kind, present, "sealing", change.at)
        await _put(change.connection, kind, key_id, "coming", change.at)
        await _note(store, change.connection, change.at, "begin_key", f"{kind}:{key_id}")
    return key_id


def _made(store: Store, kind: Kind, taken: set[str]) -> str:
    """A key at the end of the file's; one that was made by a try that died is taken up."""
    made: list[str] = []

    def change(kept: Secrets) -> None:
        ring = kept[_RING[kind]]
        unused = next((name for name in ring if name not in taken), None)
        numbers = (f"{_PREFIX[kind]}{number}" for number in range(1, 10_000))
        name = unused or next(one for one in numbers if one not in taken and one not in ring)
        ring.setdefault(name, new_key())
        made.append(name)

    change_rings(store.settings.home, change)
    return made[0]


async def promote_due(store: Store) -> list[str]:
    """Keys that everybody knows by now seal from now on; which did. By whichever worker comes first."""
    due = sealing_keys.c.state == "coming", sealing_keys.c.known_at <= store.clock.now() - SETTLES
    async with store.database.read() as connection:
        if (await connection.execute(select(sealing_keys.c.key_id).where(*due))).first() is None:
            return []
    promoted = []
    async with configuring(store, "keys") as change:
        for row in (await change.connection.execute(select(sealing_keys).where(*due))).all():
            of_kind = sealing_keys.c.kind == row.kind
            await change.connection.execute(
                update(sealing_keys).where(of_kind, sealing_keys.c.state == "sealing").values(state="old")
            )
            await change.connection.execute(
                update(sealing_keys)
                .where(of_kind, sealing_keys.c.key_id == row.key_id)
                .values(state="sealing", since=change.at)
            )
            await _note(store, change.connection, change.at, "use_key", f"{row.kind}:{row.key_id}")
            promoted.append((row.kind, row.key_id))
    for kind, key_id in promoted:
        await _first_in_file(store, kind, key_id)
    return [f"{kind}:{key_id}" for kind, key_id in promoted]


async def _first_in_file(store: Store, kind: Kind, key_id: str) -> None:
    """So that a process that has just started, and has not read the database yet, seals with it too."""
    kept = store.settings.keeps_field_keys if kind == "field" else store.settings.keeps_index_keys

    def change(secrets: Secrets) -> None:
        ring = secrets[_RING[kind]]
        if key_id in ring:
            secrets[_RING[kind]] = {key_id: ring[key_id], **ring}

    if kept:
        await asyncio.to_thread(change_rings, store.settings.home, change)


async def retire(store: Store, kind: Kind, key_id: str) -> None:
    """Nobody uses the key any more, and it leaves the ring. Raises NotFound, Conflict (it is in use), StillUsed."""
    async with store.database.read() as connection:
        row = next(
            (one for one in await states(connection) if (one.kind, one.key_id) == (kind, key_id)), None
        )
    if row is None or row.state == "retired":
        raise NotFound(field="key")
    if row.state != "old":
        raise Conflict(why="sealing")
    used = await uses(store, kind, key_id)
    if used:
        await _go_through_again(store, used)
        raise StillUsed(used)
    async with configuring(store, "keys") as change:
        of_key = sealing_keys.c.kind == kind, sealing_keys.c.key_id == key_id
        await change.connection.execute(
            update(sealing_keys).where(*of_key).values(state="retired", retired_at=change.at)
        )
        await _note(store, change.connection, change.at, "retire_key", f"{kind}:{key_id}")


async def _go_through_again(store: Store, used: dict[str, int]) -> None:
    """Somebody sealed with the old key after a place was done, a command with an older environment, say."""
    async with store.database.write() as connection:
        await connection.execute(
            update(resealings)
            .where(resealings.c.place.in_(list(used)), resealings.c.done_at.is_not(None))
            .values(done_at=None, after=None, began_at=store.clock.now(), found=0, damaged=0)
        )


async def uses(store: Store, kind: Kind, key_id: str) -> dict[str, int]:
    """What is still under an old key, by place; for how many seconds it is to wait under `wait_seconds`."""
    async with store.database.read() as connection:
        rows = [row for row in await states(connection) if row.kind == kind]
        sealing = next(row for row in rows if row.state == "sealing")
        began = sealing.since or sealing.known_at
        if kind == "field":
            used = await counting.fields_under(connection, key_id)
        else:
            used = await _of_refusals(connection, began, store.clock.now())
            incoming = await asyncio.to_thread(partial.files, store.settings.home)
            used["uploads under way"] = sum(partial.key_of(path) == key_id for path in incoming)
        used |= await counting.unfinished(connection, kind, sealing.key_id)
    wait = (began + LAST_USED[kind] - store.clock.now()).total_seconds()
    used["wait_seconds"] = max(0, round(wait))
    return {place: count for place, count in used.items() if count}


async def _of_refusals(connection: AsyncConnection, began: datetime, now: datetime) -> dict[str, int]:
    """Refusals from before that still hold, and in whose place somebody let something else hold."""
    query = select(func.count()).where(
        refused_requests.c.instead.is_not(None),
        refused_requests.c.at < began,
        refused_requests.c.retry_at > now,
    )
    return {"refused_requests.subject_digest": int((await connection.execute(query)).scalar_one())}


async def _put(connection: AsyncConnection, kind: Kind, key_id: str, state: str, at: datetime) -> None:
    await connection.execute(insert(sealing_keys).values(kind=kind, key_id=key_id, state=state, known_at=at))


async def _note(store: Store, connection: AsyncConnection, at: datetime, action: Deed, subject: str) -> None:
    await audit.write(
        connection,
        store.ids,
        at,
        actor="operator",
        role="operator",
        action=action,
        subject=subject,
        success=True,
    )
