"""Parking records as drafts for the official register. What was told and is withdrawn later is told once more, so.

Leaves to others: how drafts are exported (``draft_export``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, or_, select

from models.actions.draft_export import Draft, Source
from models.actions.parking import PLATE
from models.parking.stays import grouped
from models.store import Change, Store
from models.tables import captures, parking_notices, parking_records
from models.tabular import plain

FIELDS = (
    "record", "status", "district", "zone", "place", "lat", "lng", "accuracy_m", "plate", "plate_class", "offence",
    "grounds", "seen_at", "filed_at", "ended_at", "officer", "unit", "countersigned_by", "notices", "photo_sha256",
    "notice_code", "withdrawn_reason",
)  # fmt: skip
_c = parking_records.c
_NEW = and_(
    _c.state == "penalty", _c.exported_at.is_(None), or_(~_c.second_person, _c.confirmed_at.is_not(None))
)
_TAKEN_BACK = and_(_c.state == "withdrawn", _c.exported_state.is_not(None), _c.exported_state != "withdrawn")


async def _drafts(change: Change, rows: Sequence[Any]) -> list[Draft]:
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


def _draft(store: Store, row: Any, sums: list[str]) -> Draft:
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
        "seen_at": plain(row.captured_at),
        "filed_at": plain(row.filed_at),
        "ended_at": plain(row.ended_at),
        "officer": row.author_number,
        "unit": row.unit,
        "countersigned_by": row.countersigned_number,
        "notices": row.notices,
        "photo_sha256": " ".join(sums),
        "notice_code": grouped(row.code),
        "withdrawn_reason": row.withdrawn_reason,
    }


SOURCE = Source(
    table=parking_records,
    ended="ended_at",
    fields=FIELDS,
    untold=or_(_NEW, _TAKEN_BACK),
    drafts=_drafts,
    taken_back=_c.state == "withdrawn",
    told={"exported_state": _c.state},
)
