"""Records of a whole period for other systems, file by file: asked for, given up, fetched. All of it is in the audit.

Leaves to others: writing the files (``bulk_writing``), and what stands in a row of them (``queries.incident_rows``).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from models.access.rights import may
from models.actions import audit
from models.actions.idempotency import Keeping
from models.actions.incident_change import until_saved
from models.actions.reasoned import given_reason
from models.caller import Officer
from models.errors import Conflict, Forbidden, InvalidField, NotFound, TooManyRequests
from models.queries.incident_rows import Period, count
from models.store import Change, Store
from models.tables import bulk_exports, bulk_files
from models.tabular import FORMATS, Format, can_write

SEALED = "bulk_files.file"
LONGEST = timedelta(days=366)
AT_ONCE = 3  # under way, of one district: who wants more waits
WAITING, READY, FAILED, CANCELLED, EXPIRED = "waiting", "ready", "failed", "cancelled", "expired"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. ``plates``: whole ones, which leave the house."""

    period: Period
    format: Format
    plates: bool
    reason: str


async def ask(store: Store, officer: Officer, wanted: Wanted, *, then: Keeping[str] | None = None) -> str:
    """The id of an export that is written from now on.

    Raises Forbidden; InvalidField for a period that is none, is longer than 366 days or lies ahead, and for a format
    that cannot be written here; TooManyRequests while three of the district are under way.
    """
    period, reason = wanted.period, given_reason(wanted.reason)
    _check(store, officer, wanted)

    async def work(change: Change) -> str:
        await _check_turn(change, period.district)
        export_id = store.ids.new()
        row = {
            "id": export_id, "district": period.district, "since": period.since, "until": period.until,
            "format": wanted.format, "plates": wanted.plates, "officer_id": officer.id, "reason": reason,
            "status": WAITING, "total": await count(change.connection, period), "created_at": change.at,
        }  # fmt: skip
        await change.connection.execute(insert(bulk_exports).values(row))
        await audit.record(change, officer, "bulk_export", f"bulk_export:{export_id}", reason=reason)
        if then is not None:
            await then(change, export_id)
        return export_id

    return await until_saved(lambda: store.run(work))


def _check(store: Store, officer: Officer, wanted: Wanted) -> None:
    period = wanted.period
    _check_may(officer, period.district)
    if period.since >= period.until:
        raise InvalidField(field="until", why="out_of_range")
    if period.until - period.since > LONGEST:
        raise InvalidField(field="since", why="period", days=LONGEST.days)
    if period.until > store.clock.now() + timedelta(days=1):  # today may be asked for whole
        raise InvalidField(field="until", why="ahead")
    if wanted.format not in FORMATS or not can_write(wanted.format):
        raise InvalidField(field="format", why="not_here")


def _check_may(officer: Officer, district: str) -> None:
    if not may(officer.role, "ask_bulk_export") or district not in officer.districts:
        raise Forbidden(command="ask_bulk_export")


async def _check_turn(change: Change, district: str) -> None:
    under_way = (
        select(bulk_exports.c.id)
        .where(bulk_exports.c.district == district, bulk_exports.c.status == WAITING)
        .with_for_update()
    )
    if len((await change.connection.execute(under_way)).all()) >= AT_ONCE:
        raise TooManyRequests(retry_at=change.at + timedelta(minutes=1))


async def cancel(store: Store, officer: Officer, export_id: str) -> None:
    """Nothing more is written of it, and what was written goes.

    Raises NotFound, Forbidden, Conflict for one that is over.
    """

    async def work(change: Change) -> None:
        row = await _found(change.connection, officer, export_id)
        given_up = await change.connection.execute(
            update(bulk_exports)
            .where(bulk_exports.c.id == row.id, bulk_exports.c.status == WAITING)
            .values(status=CANCELLED, expires_at=change.at, lease=None, lease_until=None)
        )
        if not given_up.rowcount:
            raise Conflict
        await audit.record(change, officer, "cancel_bulk_export", f"bulk_export:{export_id}")

    await until_saved(lambda: store.run(work))


async def _found(connection: Any, officer: Officer, export_id: str) -> Any:
    row = (await connection.execute(select(bulk_exports).where(bulk_exports.c.id == export_id))).first()
    if row is None:
        raise NotFound
    _check_may(officer, row.district)
    return row


@dataclass(frozen=True, slots=True)
class Fetched:
    """An export whose files are handed out: the row, and its files' rows in their order."""

    export: Any
    files: list[Any]


async def fetch(store: Store, officer: Officer, export_id: str, number: int | None = None) -> Fetched:
    """One file, or all of them, to be handed out; recorded. Raises NotFound, also for what is not ready; Forbidden."""
    async with store.change() as change:
        export = await _found(change.connection, officer, export_id)
        query = select(bulk_files).where(bulk_files.c.export_id == export_id).order_by(bulk_files.c.number)
        if number is not None:
            query = query.where(bulk_files.c.number == number)
        files = (await change.connection.execute(query)).all()
        if export.status != READY or (number is not None and not files):
            raise NotFound
        subject = f"bulk_export:{export_id}" + ("" if number is None else f"/{number}")
        await audit.record(change, officer, "fetch_bulk_export", subject, reason=export.reason)
        return Fetched(export, list(files))


async def opened(store: Store, file: Any) -> bytes:
    """A file as it was written. Raises FileNotFoundError, SealBroken."""
    sealed = await asyncio.to_thread(store.media.read, file.file)
    return await asyncio.to_thread(store.vault.open_bytes, SEALED, f"{file.export_id}/{file.number}", sealed)


async def each_opened(store: Store, fetched: Fetched) -> AsyncIterator[tuple[Any, bytes]]:
    """One after the other, so that never more than one is in memory."""
    for file in fetched.files:
        yield file, await opened(store, file)
