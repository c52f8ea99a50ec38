"""Verified reports that became no incident, as drafts for the official register: told once. Who told is in none of it.

Leaves to others: how drafts are exported (``draft_export``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, select

from models.actions.draft_export import Draft, Source
from models.actions.reporting import PLATE
from models.store import Change, Store
from models.tables import reports, uploads
from models.tabular import plain

FIELDS = (
    "report", "status", "district", "zone", "place", "lat", "lng", "accuracy_m", "plate", "plate_class", "offence",
    "happened_at", "filed_at", "decided_at", "officer", "people", "photo_sha256",
)  # fmt: skip


async def _drafts(change: Change, rows: Sequence[Any]) -> list[Draft]:
    query = (
        select(uploads.c.about, uploads.c.sha256)
        .where(uploads.c.about.in_([row.id for row in rows] or ["-"]), uploads.c.sha256.is_not(None))
        .order_by(uploads.c.created_at)
    )
    sums: dict[str, list[str]] = {}
    for upload in await change.connection.execute(query):
        sums.setdefault(upload.about, []).append(bytes(upload.sha256).hex())
    return [_draft(change.store, row, sums.get(row.id, [])) for row in rows]


def _draft(store: Store, row: Any, sums: list[str]) -> Draft:
    same = ("district", "zone", "place", "lat", "lng", "accuracy_m", "plate_class", "offence", "people")
    found: Draft = {name: getattr(row, name) for name in same}
    found |= {
        "report": row.id,
        "status": "draft",
        "plate": store.vault.open(PLATE, row.id, bytes(row.plate_sealed)),
        "officer": row.decided_number,
        "photo_sha256": " ".join(sums),
        "happened_at": plain(row.happened_at),
        "filed_at": plain(row.filed_at),
        "decided_at": plain(row.decided_at),
    }
    return {name: found[name] for name in FIELDS}


SOURCE = Source(
    table=reports,
    ended="decided_at",
    fields=FIELDS,
    untold=and_(
        reports.c.state == "verified", reports.c.incident_id.is_(None), reports.c.exported_at.is_(None)
    ),
    drafts=_drafts,
)
