"""The worker's part of a bulk export: claims one, writes its next file, and sets the mark behind it.

The file and the mark are one transaction, so that a worker that dies leaves nothing half done: whoever goes on writes
that file again. What fails five times in a row has failed. Leaves to others: asking for one (``bulk_export``).
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update

from models.actions.bulk_export import EXPIRED, FAILED, READY, SEALED, WAITING
from models.actions.incident_change import until_saved
from models.actions.media_files import still_shown
from models.queries import incident_rows
from models.queries.incident_rows import FIELDS, Mark, Period
from models.store import Change, Store
from models.tables import bulk_exports, bulk_files
from models.tabular import written

ROWS_A_FILE = 5_000  # some 2 MB and a second of a worker, so that a notice never waits longer for it
KEPT = timedelta(days=7)
LEASE = timedelta(seconds=60)
TRIES = 5  # of one file
CLEARED_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Claimed:
    """An export's row, under a lease of its own."""

    row: Any
    lease: str

    @property
    def number(self) -> int:
        """Of the file that comes next."""
        return int(self.row.rows) // ROWS_A_FILE + 1


def _due(now: datetime) -> ColumnElement[bool]:
    free = or_(bulk_exports.c.lease_until.is_(None), bulk_exports.c.lease_until <= now)
    return and_(bulk_exports.c.status == WAITING, free)


async def anything_due(store: Store) -> bool:
    """Whether an export waits for a worker."""
    async with store.database.read() as connection:
        query = select(bulk_exports.c.id).where(_due(store.clock.now())).limit(1)
        return (await connection.execute(query)).first() is not None


async def write_next(store: Store) -> bool:
    """Writes the next file of the export that has waited longest; False when none waits."""
    claimed = await until_saved(lambda: store.run(_claim))
    if claimed is None:
        return False
    row = claimed.row
    period = Period(row.district, row.since, row.until)
    after = None if row.after_id is None else Mark(row.after_at, row.after_id)
    async with store.database.read() as connection:
        rows = await incident_rows.page(connection, period, after, ROWS_A_FILE, plates=row.plates)
    file = await asyncio.to_thread(_write, store, claimed, rows) if rows else None
    if not await until_saved(lambda: store.run(lambda change: _commit(change, claimed, file, rows))) and file:
        await asyncio.to_thread(store.media.remove, file["file"])
    return True


async def _claim(change: Change) -> Claimed | None:
    query = (
        select(bulk_exports)
        .where(_due(change.at))
        .order_by(bulk_exports.c.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = (await change.connection.execute(query)).first()
    if row is None:
        return None
    lease = change.store.ids.new()
    taken = {"lease": lease, "lease_until": change.at + LEASE, "attempts": row.attempts + 1}
    given_up = {"status": FAILED, "failure": "given_up", "expires_at": change.at}
    over = row.attempts >= TRIES
    await change.connection.execute(
        update(bulk_exports).where(bulk_exports.c.id == row.id).values(given_up if over else taken)
    )
    return None if over else Claimed(row, lease)


def _write(store: Store, claimed: Claimed, rows: list[dict[str, Any]]) -> dict[str, Any]:
    row, number = claimed.row, claimed.number
    content = written(row.format, FIELDS, rows)
    sealed = store.vault.seal_bytes(SEALED, f"{row.id}/{number}", content)
    return {
        "export_id": row.id,
        "number": number,
        "rows": len(rows),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).digest(),
        "file": store.media.keep(sealed, "sealed"),
    }


async def _commit(
    change: Change, claimed: Claimed, file: dict[str, Any] | None, rows: list[dict[str, Any]]
) -> bool:
    """False: somebody else has written it, or it was given up, and nothing was done."""
    values: dict[str, Any] = {"lease": None, "lease_until": None, "attempts": 0}
    if rows:
        values |= {"rows": claimed.row.rows + len(rows)}
        values |= {"after_at": rows[-1]["requested_at"], "after_id": rows[-1]["incident"]}
    if len(rows) < ROWS_A_FILE:
        values |= {"status": READY, "ready_at": change.at, "expires_at": change.at + KEPT}
    ours = await change.connection.execute(
        update(bulk_exports)
        .where(bulk_exports.c.id == claimed.row.id, bulk_exports.c.lease == claimed.lease)
        .where(bulk_exports.c.status == WAITING)
        .values(values)
    )
    if ours.rowcount and file is not None:
        await change.connection.execute(insert(bulk_files).values(file))
    return bool(ours.rowcount)


async def clear(store: Store) -> int:
    """Removes the files of exports whose time is over; how many. The export stays, as what happened."""
    gone = and_(
        bulk_exports.c.expires_at <= store.clock.now(),
        bulk_exports.c.id.in_(select(bulk_files.c.export_id)),
    )
    async with store.change() as change:
        query = select(bulk_exports.c.id).where(gone).limit(CLEARED_AT_ONCE)
        ids = list((await change.connection.execute(query)).scalars())
        of_them = bulk_files.c.export_id.in_(ids)
        names = set((await change.connection.execute(select(bulk_files.c.file).where(of_them))).scalars())
        await change.connection.execute(delete(bulk_files).where(of_them))
        ready = and_(bulk_exports.c.id.in_(ids), bulk_exports.c.status == READY)
        await change.connection.execute(update(bulk_exports).where(ready).values(status=EXPIRED))
        unnamed = names - await still_shown(change.connection, names)
        for name in unnamed:
            await asyncio.to_thread(store.media.remove, name)
    return len(names)


async def under_way(store: Store) -> int:
    """How many exports wait to be written."""
    query = select(func.count()).where(bulk_exports.c.status == WAITING)
    async with store.database.read() as connection:
        return int((await connection.execute(query)).scalar_one())
