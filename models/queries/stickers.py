"""What a sticker is, for whoever scans it: no more than the street shows. And the batches that were issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, select

from models import plates
from models.clock import iso
from models.store import Store
from models.tables import cities, districts, incidents, ownerships, sticker_batches, stickers, vehicles


@dataclass(frozen=True, slots=True)
class StickerFace:
    """``plate_hint`` is province and city letter only; None while the sticker has no car.

    ``platform`` is what the service is called in ``city``, the sticker's; ``respond_seconds`` its district's own
    number, if it has one.
    """

    code: str
    status: str
    district: str
    district_name: str
    district_name_en: str
    platform: str
    city: str
    respond_seconds: int | None
    plate_hint: str | None
    plate_length: int | None


_PLACE = (
    districts.c.name,
    districts.c.name_en,
    cities.c.platform,
    districts.c.city_code,
    districts.c.respond_seconds,
)


async def sticker_face(store: Store, code: str) -> StickerFace | None:
    """None for a code that is none of ours."""
    return await _face(store, _FACES.where(stickers.c.code == code))


async def sticker_face_of_incident(store: Store, incident_id: str) -> StickerFace | None:
    """The sticker that was scanned; where an officer put the car on record and nobody scanned, one that is on it."""
    scanned = _FACES.join(incidents, incidents.c.sticker_id == stickers.c.id)
    found = await _face(store, scanned.where(incidents.c.id == incident_id))
    return found or await _face_of_car(store, incident_id)


async def _face_of_car(store: Store, incident_id: str) -> StickerFace | None:
    """What a car shows by itself, in the incident's district; ``code`` is empty where no sticker is on it any more."""
    on_it = and_(stickers.c.vehicle_id == incidents.c.vehicle_id, stickers.c.status.in_(("bound", "paused")))
    query = (
        select(
            func.coalesce(stickers.c.code, "").label("code"),
            literal("bound").label("status"),
            incidents.c.district,
            vehicles.c.plate,
            *_PLACE,
        )
        .select_from(incidents)
        .join(vehicles, vehicles.c.id == incidents.c.vehicle_id)
        .join(districts, districts.c.code == incidents.c.district)
        .join(cities, cities.c.code == districts.c.city_code)
        .outerjoin(stickers, on_it)
        .where(incidents.c.id == incident_id)
        .order_by(stickers.c.bound_at.desc())
        .limit(1)
    )
    return await _face(store, query)


@dataclass(frozen=True, slots=True)
class StickerPlace:
    """Where a sticker belongs, and to whom: what decides which modules and pilots it is under."""

    district: str
    vehicle_id: str | None
    owner_id: str | None

    @property
    def units(self) -> dict[str, str | None]:
        """By a flag's unit, whose share of a pilot this is."""
        return {"vehicle": self.vehicle_id, "owner": self.owner_id}


async def sticker_place(store: Store, code: str) -> StickerPlace | None:
    """None for a code that is none of ours."""
    query = (
        select(stickers.c.district, stickers.c.vehicle_id, ownerships.c.owner_id)
        .outerjoin(
            ownerships,
            and_(ownerships.c.vehicle_id == stickers.c.vehicle_id, ownerships.c.ended_at.is_(None)),
        )
        .where(stickers.c.code == code)
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
    return None if row is None else StickerPlace(row.district, row.vehicle_id, row.owner_id)


_FACES = (
    select(stickers, vehicles.c.plate, *_PLACE)
    .join(districts, districts.c.code == stickers.c.district)
    .join(cities, cities.c.code == districts.c.city_code)
    .outerjoin(vehicles, vehicles.c.id == stickers.c.vehicle_id)
)


async def _face(store: Store, query: Select[Any]) -> StickerFace | None:
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        return None
    # A sticker that is worthless tells nothing about a car any more.
    plate = row.plate if row.status in {"bound", "paused"} else None
    return StickerFace(
        row.code,
        row.status,
        row.district,
        row.name,
        row.name_en,
        row.platform,
        row.city_code,
        row.respond_seconds,
        None if plate is None else plates.hint(plate),
        None if plate is None else len(plate),
    )


BATCHES_SHOWN = 200  # the newest


async def issued_batches(store: Store, codes: Sequence[str]) -> list[dict[str, Any]]:
    """The batches of some districts, the newest first: how many stickers, and how many are fresh or bound."""

    def count(status: str) -> Any:
        return func.coalesce(func.sum(case((stickers.c.status == status, 1), else_=0)), 0).label(status)

    query = (
        select(*sticker_batches.c, count("fresh"), count("bound"))
        .outerjoin(stickers, stickers.c.batch_id == sticker_batches.c.id)
        .where(sticker_batches.c.district.in_(codes))
        .group_by(*sticker_batches.c)
        .order_by(sticker_batches.c.issued_at.desc())
        .limit(BATCHES_SHOWN)
    )
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return [
        {
            "id": row["id"],
            "district": row["district"],
            "count": row["count"],
            "issued_at": iso(row["issued_at"]),
            "fresh": int(row["fresh"]),
            "bound": int(row["bound"]),
        }
        for row in rows
    ]


async def coverage(store: Store, codes: Sequence[str]) -> list[dict[str, Any]]:
    """Of some districts, how many cars have a sticker there, and how many are registered (None: nobody has said)."""
    own = case((stickers.c.status.in_(("bound", "paused")), stickers.c.vehicle_id), else_=None)
    query = (
        select(districts.c.code, districts.c.vehicles, func.count(own.distinct()).label("bound"))
        .outerjoin(stickers, stickers.c.district == districts.c.code)
        .where(districts.c.code.in_(codes))
        .group_by(districts.c.code, districts.c.vehicles)
        .order_by(districts.c.code)
    )
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).all()
    return [{"district": row.code, "vehicles": row.vehicles, "bound": row.bound} for row in rows]
