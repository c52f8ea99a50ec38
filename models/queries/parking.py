"""Parking records as those entitled see them: one's own, what waits for a second person, one record, a paper notice.

Lists show masked plates. The whole plate is in one record only, for officers, and each such look is on the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models import plates
from models.access.rights import mark, role_of
from models.actions import audit
from models.actions.parking import PLATE
from models.caller import Officer
from models.clock import iso, iso_or_none
from models.errors import Forbidden, NotFound
from models.incident.views import View
from models.parking.stays import grouped
from models.store import Store
from models.tables import captures, cities, districts, incidents, parking_notices, parking_records

MOST = 100  # of a list
OWN_DAYS = 30

_RECORDS = select(
    parking_records, incidents.c.respond_by, incidents.c.reply, incidents.c.status.label("incident_status")
).outerjoin(incidents, incidents.c.id == parking_records.c.incident_id)
_UNCONFIRMED = and_(
    parking_records.c.state == "penalty",
    parking_records.c.second_person,
    parking_records.c.confirmed_at.is_(None),
)


async def own(store: Store, officer: Officer) -> list[View]:
    """What the officer filed in thirty days, the newest first, at most a hundred."""
    since = store.clock.now() - timedelta(days=OWN_DAYS)
    query = _RECORDS.where(parking_records.c.author_id == officer.id, parking_records.c.filed_at > since)
    return await _list(store, officer, query.order_by(parking_records.c.filed_at.desc()))


async def waiting(store: Store, officer: Officer) -> list[View]:
    """What waits for a second person in the officer's districts, the longest first; his own with it, marked so."""
    query = _RECORDS.where(
        parking_records.c.district.in_(sorted(officer.districts)),
        or_(parking_records.c.state == "waits", _UNCONFIRMED),
    )
    return await _list(store, officer, query.order_by(parking_records.c.filed_at))


async def _list(store: Store, officer: Officer, query: Select[Any]) -> list[View]:
    async with store.database.read() as connection:
        found = (await connection.execute(query.limit(MOST))).all()
        photos = await _photos(connection, [row.id for row in found])
    return [_view(row, officer, photos.get(row.id, [])) for row in found]


async def one(store: Store, officer: Officer, record_id: str) -> View:
    """One record with its whole plate for officers of its district; an auxiliary officer's own, masked.

    Raises NotFound, Forbidden.
    """
    async with store.database.read() as connection:
        row = (await connection.execute(_RECORDS.where(parking_records.c.id == record_id))).first()
        if row is None:
            raise NotFound
        whole = mark(role_of(officer), "countersign") == "y"
        if row.district not in officer.districts or not (whole or row.author_id == officer.id):
            raise Forbidden
        photos = await _photos(connection, [row.id])
    view = _view(row, officer, photos.get(row.id, []))
    if whole and row.plate_sealed is not None:
        await audit.look(store, officer, f"record:{row.id}")
        view["plate_full"] = store.vault.open(PLATE, row.id, row.plate_sealed)
    return view


async def _photos(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, list[View]]:
    query = (
        select(parking_notices, captures.c.device_at, captures.c.sha256)
        .join(captures, captures.c.id == parking_notices.c.capture_id)
        .where(parking_notices.c.record_id.in_(ids or ["-"]))
        .order_by(captures.c.device_at)
    )
    found: dict[str, list[View]] = {}
    for row in await connection.execute(query):
        view = {
            "capture": row.capture_id,
            "kind": row.kind,
            "officer": row.officer_number,
            "at": iso(row.device_at),
            "sha256": bytes(row.sha256).hex(),
            "url": f"/api/v1/captures/{row.capture_id}/photo",
        }
        found.setdefault(row.record_id, []).append(view)
    return found


def _view(row: Any, officer: Officer, photos: list[View]) -> View:
    located = row.lat is not None and row.lng is not None
    unconfirmed = row.state == "penalty" and row.second_person and row.confirmed_at is None
    return {
        "id": row.id,
        "state": row.state,
        "district": row.district,
        "zone": row.zone,
        "place": row.place,
        "location": {"lat": row.lat, "lng": row.lng, "accuracy_m": row.accuracy_m, "crs": "wgs84"}
        if located
        else None,
        "plate": row.plate_masked,
        "plate_class": row.plate_class,
        "grounds": row.grounds,
        "offence": row.offence,
        "incident": row.incident_id,
        "respond_by": iso_or_none(row.respond_by),
        "reply": row.reply,
        "captured_at": iso(row.captured_at),
        "filed_at": iso(row.filed_at),
        "effective_at": iso_or_none(row.effective_at),
        "ended_at": iso_or_none(row.ended_at),
        "author": row.author_number,
        "unit": row.unit,
        "mine": officer.id == row.author_id,
        "countersigned": row.countersigned_number,
        "returned_reason": row.returned_reason,
        "withdrawn_reason": row.withdrawn_reason,
        "waits": row.state == "waits" or unconfirmed,
        "notices": row.notices,
        "code": grouped(row.code),
        "photos": photos,
        "exported_at": iso_or_none(row.exported_at),
    }


@dataclass(frozen=True, slots=True)
class PaperNotice:
    """What a notice on a window says, and what has become of it: nothing that is not on the paper already.

    ``standing``: asked, left, over or withdrawn. ``plate_hint``: province and city letter.
    ``respond_by`` while it runs.
    """

    code: str
    standing: str
    district: tuple[str, str]
    city: str
    platform: str
    place: str | None
    plate_hint: str
    officer: str
    unit: str
    seen_at: datetime
    respond_by: datetime | None


_STANDINGS = {"noticed": "asked", "left": "left", "withdrawn": "withdrawn"}


async def paper_notice(store: Store, code: str) -> PaperNotice | None:
    """The notice with this code (``stays.read_code``); None for a code that is none, of a draft without effect, or of

    a record that is so old that its plate has been cleared away.
    """
    query = (
        select(
            parking_records,
            incidents.c.respond_by,
            districts.c.name,
            districts.c.name_en,
            districts.c.city_code,
            cities.c.platform,
        )
        .join(incidents, incidents.c.id == parking_records.c.incident_id)
        .join(districts, districts.c.code == parking_records.c.district)
        .join(cities, cities.c.code == districts.c.city_code)
        .where(parking_records.c.code == code, parking_records.c.effective_at.is_not(None))
        .where(parking_records.c.plate_sealed.is_not(None))
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        return None
    number = store.vault.open(PLATE, row.id, row.plate_sealed)
    return PaperNotice(
        code=row.code,
        standing=_STANDINGS.get(row.state, "over"),
        district=(row.name, row.name_en),
        city=row.city_code,
        platform=row.platform,
        place=row.place,
        plate_hint=plates.hint(number),
        officer=row.author_number,
        unit=row.unit,
        seen_at=row.captured_at,
        respond_by=row.respond_by if row.state == "noticed" else None,
    )


async def figures(store: Store, district: str, since: datetime, until: datetime) -> View:
    """Of what was filed in the period: how many, how they stand, and seconds from the shutter to filed.

    Counts and times of records, never of officers (程序规定 66). A phone whose clock was ahead counts as at once.
    """
    within = (
        parking_records.c.district == district,
        parking_records.c.filed_at >= since,
        parking_records.c.filed_at < until,
    )
    async with store.database.read() as connection:
        states = await connection.execute(
            select(parking_records.c.state, func.count().label("n"))
            .where(*within)
            .group_by(parking_records.c.state)
        )
        counted = {row.state: row.n for row in states}
        times = await connection.execute(
            select(parking_records.c.captured_at, parking_records.c.filed_at).where(*within)
        )
        seconds = sorted(max(0.0, (row.filed_at - row.captured_at).total_seconds()) for row in times)
    return {
        "district": district,
        "since": iso(since),
        "until": iso(until),
        "records": sum(counted.values()),
        "left": counted.get("left", 0),
        "warning": counted.get("warning", 0),
        "penalty_drafts": counted.get("penalty", 0),
        "withdrawn": counted.get("withdrawn", 0),
        "filing_seconds": {"median": _share(seconds, 0.5), "p90": _share(seconds, 0.9), "n": len(seconds)},
    }


def _share(ordered: Sequence[float], share: float) -> float | None:
    return None if not ordered else round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)
