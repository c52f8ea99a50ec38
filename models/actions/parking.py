"""An officer files a parked car: one photo, a plate, what he saw. The owner is told, and the clock runs.

An auxiliary officer's record is a draft without effect until an officer countersigned it (``parking_drafts``). Who is
seen again in the same stay adds to the record that is there. Leaves to others: how it ends (``parking_ends``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models import plates
from models.access.drafts import handed_in
from models.access.rights import may
from models.actions import captures as capture_actions
from models.actions import deciding, parking_effect, readings
from models.actions.idempotency import Keeping
from models.actions.incident_change import until_saved
from models.actions.plate_index import indexes_of
from models.actions.zoning import zone_at
from models.caller import Officer
from models.errors import Conflict, Forbidden, InvalidField, NotFound, NotOnDuty
from models.geography import place_of
from models.parking.stays import Sighting, code_of, same_stay
from models.plates import E_BIKE, Plate
from models.rules.definitions import GROUNDS
from models.store import Change, Store
from models.tables import captures, districts, parking_notices, parking_records, vehicles

PLATE = "parking_records.plate_sealed"
LONGEST_PLACE = 120  # characters


@dataclass(frozen=True, slots=True)
class NewRecord:
    """``capture``: the photo that was uploaded before. ``place``: in words, where the officer wrote some."""

    capture: str
    plate: str = field(repr=False)
    grounds: str = GROUNDS[0]
    plate_class: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """``joined``: the car was on record for this stay already. ``told``: how many of its owner's phones are told."""

    id: str
    state: str
    joined: bool
    told: int
    respond_by: datetime | None


Then = Keeping[Filed]


async def file(store: Store, officer: Officer, new: NewRecord, *, then: Then | None = None) -> Filed:
    """Raises InvalidField, NotFound (no such photo of his), NotOnDuty, Forbidden, Conflict (the photo is another

    record's). The same photo again is the record that is there.
    """
    if not may(officer.role, "file_record"):
        raise Forbidden(command="file_record")
    plate = _checked(new)

    async def work(change: Change) -> Filed:
        filed = await _file(change, officer, new, plate)
        if then is not None:
            await then(change, filed)
        return filed

    return await until_saved(lambda: store.run(work))


def _checked(new: NewRecord) -> Plate:
    if new.grounds not in GROUNDS:
        raise InvalidField(field="grounds", why="unknown")
    if new.place is not None and len(new.place) > LONGEST_PLACE:
        raise InvalidField(field="place", why="too_long", limit=LONGEST_PLACE)
    return read_plate(new.plate, new.plate_class)


def read_plate(text: str, plate_class: str | None) -> Plate:
    """Raises InvalidField, naming what is wrong with it."""
    try:
        return plates.parse(text, plate_class)
    except plates.PlateError as refused:
        where = "plate_class" if refused.why == "unknown_class" else "plate"
        raise InvalidField(field=where, why=refused.why) from None


async def _file(change: Change, officer: Officer, new: NewRecord, plate: Plate) -> Filed:
    capture = await own_capture(change, officer, new.capture)
    before = await of_capture(change.connection, capture.id)
    if before is not None:
        return _as_filed(before, joined=False)
    district = await _district(change, officer, capture)
    if new.plate_class is None:
        plate = await _as_known(change.connection, plate)
    indexes = indexes_of(change.store, plate.number, plate.plate_class)
    stay = deciding.ask(change.store, "stay", district, change.at, {"vehicle": vehicle_of(plate.plate_class)})
    known = await sightings(change.connection, indexes)
    same = same_stay(known, place_of(capture), capture.device_at, **stay.result)
    if same is not None:
        return await _again(change, officer, capture, same)
    state = handed_in("draft", officer.role)
    row = await _row(change, officer, new, plate, capture, district, indexes[0])
    change.writes.add(parking_records, row)
    add_notice(change, row["id"], capture.id, "first", officer)
    if state == "waits":
        return Filed(row["id"], "waits", False, 0, None)
    effect = await parking_effect.take_effect(change, officer, row, plate, capture, (stay,))
    row |= effect.columns
    return Filed(row["id"], "noticed", False, effect.told, effect.respond_by)


async def _as_known(connection: AsyncConnection, plate: Plate) -> Plate:
    """Colour is not in a number: where the officer named no class and one vehicle is known by it, it is that one."""
    query = select(vehicles.c.plate_class).where(vehicles.c.plate == plate.number).limit(2)
    known = list((await connection.execute(query)).scalars())
    return Plate(plate.number, known[0]) if len(known) == 1 else plate


def vehicle_of(plate_class: str) -> str:
    """As what the tables ``offence`` and ``stay`` know it."""
    return "non_motor" if plate_class == E_BIKE else "motor"


async def own_capture(change: Change, officer: Officer, capture_id: str) -> Any:
    """His photo, its row locked. Raises NotFound."""
    query = select(captures).where(captures.c.id == capture_id, captures.c.officer_id == officer.id)
    row = (await change.connection.execute(query.with_for_update())).first()
    if row is None:
        raise NotFound(field="capture")
    return row


async def of_capture(connection: AsyncConnection, capture_id: str) -> Any:
    """The record that has this photo already. Raises Conflict where the photo shows how another one ended."""
    query = (
        select(parking_records, parking_notices.c.kind)
        .join(parking_notices, parking_notices.c.record_id == parking_records.c.id)
        .where(parking_notices.c.capture_id == capture_id)
    )
    row = (await connection.execute(query)).first()
    if row is not None and row.kind not in {"first", "again"}:
        raise Conflict(why="another")
    return row


async def _district(change: Change, officer: Officer, capture: Any) -> str:
    """Where the car stands if that is known and his, else where he was on duty."""
    on_duty = await capture_actions.district_at(change.connection, officer.id, capture.device_at)
    if on_duty is None:
        raise NotOnDuty
    place = place_of(capture)
    found = None if place is None else change.store.boundaries.district_of(place)
    return found if found is not None and found in officer.districts else on_duty


async def sightings(connection: AsyncConnection, indexes: Sequence[bytes]) -> list[Sighting]:
    """The newest records of a plate, by its blind indexes under every key, locked."""
    query = (
        select(parking_records)
        .where(parking_records.c.plate_index.in_(indexes))
        .order_by(parking_records.c.last_seen_at.desc())
        .limit(20)
        .with_for_update()
    )
    return [
        Sighting(row.id, row.state, place_of(row), row.last_seen_at)
        for row in await connection.execute(query)
    ]


async def _again(change: Change, officer: Officer, capture: Any, same: Sighting) -> Filed:
    """One more look at the same stay: no second record, no second notice to the owner."""
    add_notice(change, same.id, capture.id, "again", officer)
    seen_at = max(same.last_seen_at, capture.device_at)
    values = {"last_seen_at": seen_at, "notices": parking_records.c.notices + 1}
    change.writes.later(update(parking_records).where(parking_records.c.id == same.id).values(**values))
    row = (
        await change.connection.execute(select(parking_records).where(parking_records.c.id == same.id))
    ).one()
    return _as_filed(row, joined=True)


def _as_filed(row: Any, *, joined: bool) -> Filed:
    return Filed(row.id, row.state, joined, 0, None)


def add_notice(change: Change, record_id: str, capture_id: str, kind: str, officer: Officer) -> None:
    """That a car on record was photographed: first, again, left or stays. What a reader took it for is erased."""
    readings.erase(change, capture_id)
    change.writes.add(
        parking_notices,
        {
            "id": change.store.ids.row(),
            "record_id": record_id,
            "capture_id": capture_id,
            "kind": kind,
            "officer_id": officer.id,
            "officer_number": officer.service_number,
            "at": change.at,
        },
    )


async def _row(
    change: Change,
    officer: Officer,
    new: NewRecord,
    plate: Plate,
    capture: Any,
    district: str,
    index: bytes,
) -> dict[str, Any]:
    store, record_id = change.store, change.store.ids.new()
    zone = await zone_at(change, district, place_of(capture))
    return {
        "id": record_id,
        "district": district,
        "zone": None if zone is None else zone.code,
        "incident_id": None,
        "vehicle_id": None,
        "plate_sealed": store.vault.seal(PLATE, record_id, plate.number),
        "plate_index": index,
        "plate_masked": plates.mask(plate.number),
        "plate_class": plate.plate_class,
        "grounds": new.grounds,
        "offence": None,
        "state": "waits",
        "place": (new.place or "").strip() or None,
        "lat": capture.lat,
        "lng": capture.lng,
        "accuracy_m": capture.accuracy_m,
        "author_id": officer.id,
        "author_number": officer.service_number,
        "author_role": officer.role,
        "unit": officer.unit,
        "captured_at": capture.device_at,
        "filed_at": change.at,
        "effective_at": None,
        "last_seen_at": capture.device_at,
        "notices": 1,
        "code": code_of(store.ids.secret()),
    }


async def respond_seconds(connection: AsyncConnection, district: str) -> int | None:
    """The district's own number, None where it has none."""
    query = select(districts.c.respond_seconds).where(districts.c.code == district)
    seconds: int | None = (await connection.execute(query)).scalar_one()
    return seconds
