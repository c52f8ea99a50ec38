"""Drafts for the official register: what of a period and district has not been told to it yet, marked as told.

The register decides what becomes of a draft; here it is never a penalty (程序规定 68). What was told and is withdrawn
later is told once more, as withdrawn. An export that is fetched again is the same. Each is in the audit.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from models.access.rights import may
from models.actions import audit
from models.actions.idempotency import Keeping
from models.actions.incident_change import until_saved
from models.actions.parking import PLATE
from models.actions.reasoned import given_reason
from models.caller import Officer
from models.clock import BEIJING
from models.errors import Forbidden, InvalidField, NotFound
from models.parking.stays import grouped
from models.store import Change, Store
from models.tables import captures, parking_notices, parking_records

MOST = 5_000  # of one export; what is over waits for the next
# The fields in this order, as docs/records.md says what each means.
FIELDS = (
    "record", "status", "district", "zone", "place", "lat", "lng", "accuracy_m", "plate", "plate_class", "offence",
    "grounds", "seen_at", "filed_at", "ended_at", "officer", "unit", "countersigned_by", "notices", "photo_sha256",
    "notice_code", "withdrawn_reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Export:
    """``drafts``: one mapping of ``FIELDS`` each. ``more``: there are others; the next export has them."""

    id: str
    drafts: list[dict[str, Any]] = field(repr=False)
    more: bool = False


Then = Keeping[Export]


async def export(
    store: Store,
    officer: Officer,
    district: str,
    since: datetime,
    until: datetime,
    reason: str,
    *,
    then: Then | None = None,
) -> Export:
    """What ended in ``since <= ended < until`` and the register does not know. Raises Forbidden, InvalidField.

    ``reason``: for the audit; whole plates leave the house.
    """
    check_period(officer, district, since, until)
    reason = given_reason(reason)

    async def work(change: Change) -> Export:
        done = await _export(change, officer, district, since, until, reason)
        if then is not None:
            await then(change, done)
        return done

    return await until_saved(lambda: store.run(work))


def check_period(officer: Officer, district: str, since: datetime, until: datetime) -> None:
    """Raises Forbidden for who may not export there, InvalidField for a period that ends before it begins."""
    if not may(officer.role, "export_drafts") or district not in officer.districts:
        raise Forbidden(command="export_drafts")
    if since >= until:
        raise InvalidField(field="until", why="out_of_range")


def untold(district: str, since: datetime, until: datetime) -> ColumnElement[bool]:
    """What the register does not know yet: drafts that count, and those it was told of that count no more."""
    confirmed = or_(~parking_records.c.second_person, parking_records.c.confirmed_at.is_not(None))
    new = and_(parking_records.c.state == "penalty", parking_records.c.exported_at.is_(None), confirmed)
    taken_back = and_(
        parking_records.c.state == "withdrawn",
        parking_records.c.exported_state.is_not(None),
        parking_records.c.exported_state != "withdrawn",
    )
    within = and_(parking_records.c.ended_at >= since, parking_records.c.ended_at < until)
    return and_(parking_records.c.district == district, within, or_(new, taken_back))


async def _export(
    change: Change, officer: Officer, district: str, since: datetime, until: datetime, reason: str
) -> Export:
    query = (
        select(parking_records)
        .where(untold(district, since, until))
        .order_by(parking_records.c.ended_at, parking_records.c.id)
        .limit(MOST + 1)
        .with_for_update()
    )
    rows = (await change.connection.execute(query)).all()
    ids, export_id = [row.id for row in rows[:MOST]], change.store.ids.new()
    if ids:
        await change.connection.execute(
            update(parking_records)
            .where(parking_records.c.id.in_(ids))
            .values(export_id=export_id, exported_state=parking_records.c.state, exported_at=change.at)
        )
    await audit.record(change, officer, "export_drafts", f"export:{export_id}", reason=reason)
    return Export(export_id, await _drafts(change, rows[:MOST]), len(rows) > MOST)


async def again(store: Store, officer: Officer, export_id: str) -> Export:
    """An export once more, with what is true of its drafts now. Raises NotFound, Forbidden."""
    if not may(officer.role, "export_drafts"):
        raise Forbidden(command="export_drafts")
    query = (
        select(parking_records)
        .where(parking_records.c.export_id == export_id)
        .order_by(parking_records.c.ended_at, parking_records.c.id)
    )
    async with store.change() as change:
        rows = (await change.connection.execute(query)).all()
        if not rows:
            raise NotFound
        if any(row.district not in officer.districts for row in rows):
            raise Forbidden
        await audit.record(change, officer, "export_drafts", f"export:{export_id}", reason="again")
        return Export(export_id, await _drafts(change, rows))


async def _drafts(change: Change, rows: Sequence[Any]) -> list[dict[str, Any]]:
    photos = (
        select(parking_notices.c.record_id, captures.c.sha256)
        .join(captures, captures.c.id == parking_notices.c.capture_id)
        .where(parking_notices.c.record_id.in_([row.id for row in rows] or ["-"]))
        .order_by(captures.c.device_at)
    )
    sums: dict[str, list[str]] = {}
    for photo in await change.connection.execute(photos):
        sums.setdefault(photo.record_id, []).append(bytes(photo.sha256).hex())
    return [_draft(change.store, row, sums.get(row.id, [])) for row in rows]


def _draft(store: Store, row: Any, sums: list[str]) -> dict[str, Any]:
    return {
        "record": row.id,
        "status": "withdrawn" if row.state == "withdrawn" else "draft",
        "district": row.district,
        "zone": row.zone,
        "place": row.place,
        "lat": row.lat,
        "lng": row.lng,
        "accuracy_m": row.accuracy_m,
        "plate": None if row.plate_sealed is None else store.vault.open(PLATE, row.id, row.plate_sealed),
        "plate_class": row.plate_class,
        "offence": row.offence,
        "grounds": row.grounds,
        "seen_at": _local(row.captured_at),
        "filed_at": _local(row.filed_at),
        "ended_at": _local(row.ended_at),
        "officer": row.author_number,
        "unit": row.unit,
        "countersigned_by": row.countersigned_number,
        "notices": row.notices,
        "photo_sha256": " ".join(sums),
        "notice_code": grouped(row.code),
        "withdrawn_reason": row.withdrawn_reason,
    }


def _local(instant: datetime) -> str:
    """As the register writes it: Beijing's wall clock, with its zone."""
    return instant.astimezone(BEIJING).isoformat(timespec="seconds")


def as_csv(export: Export, fields: Sequence[str] = FIELDS) -> bytes:
    """UTF-8 with a mark at its beginning, so that spreadsheets read the Chinese; nothing in it is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(fields)
    for draft in export.drafts:
        writer.writerow([_cell(draft[name]) for name in fields])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    """A text that begins like a formula is kept from being one: an officer's words may be anybody's."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + value
    return "" if value is None else value
