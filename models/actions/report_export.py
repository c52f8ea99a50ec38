"""Verified reports that became no incident, as drafts for the official register: told once, marked as told, audited.

The register decides what becomes of a draft; here it is never a penalty (程序规定 68). Who told is in none of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from models.access.rights import may
from models.actions import audit
from models.actions.idempotency import Keeping
from models.actions.incident_change import until_saved
from models.actions.parking_export import MOST, Export, check_period
from models.actions.reasoned import given_reason
from models.actions.reporting import PLATE
from models.caller import Officer
from models.clock import BEIJING
from models.errors import Forbidden, NotFound
from models.store import Change, Store
from models.tables import reports, uploads

# The fields in this order, as docs/records.md says what each means.
FIELDS = (
    "report", "status", "district", "zone", "place", "lat", "lng", "accuracy_m", "plate", "plate_class", "offence",
    "happened_at", "filed_at", "decided_at", "officer", "people", "photo_sha256",
)  # fmt: skip
Then = Keeping[Export]


async def export(
    store: Store, officer: Officer, district: str, since: datetime, until: datetime, reason: str,
    *, then: Then | None = None,
) -> Export:  # fmt: skip
    """What was verified in ``since <= decided < until`` and not told before. Raises Forbidden, InvalidField.

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


async def _export(
    change: Change, officer: Officer, district: str, since: datetime, until: datetime, reason: str
) -> Export:
    query = (
        select(reports)
        .where(reports.c.district == district, reports.c.state == "verified", reports.c.incident_id.is_(None))
        .where(reports.c.decided_at >= since, reports.c.decided_at < until, reports.c.exported_at.is_(None))
        .order_by(reports.c.decided_at, reports.c.id)
        .limit(MOST + 1)
        .with_for_update()
    )
    rows = (await change.connection.execute(query)).all()
    ids, export_id = [row.id for row in rows[:MOST]], change.store.ids.new()
    if ids:
        told = {"export_id": export_id, "exported_at": change.at}
        await change.connection.execute(update(reports).where(reports.c.id.in_(ids)).values(told))
    await audit.record(change, officer, "export_drafts", f"export:{export_id}", reason=reason)
    return Export(export_id, await _drafts(change, rows[:MOST]), len(rows) > MOST)


async def again(store: Store, officer: Officer, export_id: str) -> Export:
    """An export once more. Raises NotFound, Forbidden."""
    if not may(officer.role, "export_drafts"):
        raise Forbidden(command="export_drafts")
    query = (
        select(reports).where(reports.c.export_id == export_id).order_by(reports.c.decided_at, reports.c.id)
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
    query = (
        select(uploads.c.about, uploads.c.sha256)
        .where(uploads.c.about.in_([row.id for row in rows] or ["-"]), uploads.c.sha256.is_not(None))
        .order_by(uploads.c.created_at)
    )
    sums: dict[str, list[str]] = {}
    for upload in await change.connection.execute(query):
        sums.setdefault(upload.about, []).append(bytes(upload.sha256).hex())
    return [_draft(change.store, row, sums.get(row.id, [])) for row in rows]


def _draft(store: Store, row: Any, sums: list[str]) -> dict[str, Any]:
    same = ("district", "zone", "place", "lat", "lng", "accuracy_m", "plate_class", "offence", "people")
    found: dict[str, Any] = {name: getattr(row, name) for name in same}
    found |= {
        "report": row.id,
        "status": "draft",
        "plate": store.vault.open(PLATE, row.id, bytes(row.plate_sealed)),
        "officer": row.decided_number,
        "photo_sha256": " ".join(sums),
    }
    for name in ("happened_at", "filed_at", "decided_at"):
        found[name] = getattr(row, name).astimezone(BEIJING).isoformat(timespec="seconds")
    return {name: found[name] for name in FIELDS}
