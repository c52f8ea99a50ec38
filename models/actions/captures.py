"""Photos that officers take of parked cars, kept before anything is said about them: whatever comes of it, the

picture, its place and its instants are evidence. The original is sealed; what is shown is a stamped copy.

Leaves to others: drawing (``models.parking.stamp``), records (``parking``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from models.access.rights import mark, role_of
from models.actions import audit, readings
from models.actions.incident_change import until_saved
from models.caller import Officer
from models.errors import Conflict, Forbidden, InvalidField, NotFound, NotOnDuty, TooManyRequests
from models.geography import Location
from models.readers import READINGS_DUE
from models.store import Change, Store
from models.tables import captures, parking_notices, parking_records, shifts

ID = re.compile("[a-z2-7]{26}")  # as ``models.ids`` makes them; the phone makes these itself
MOST_AN_HOUR = 300  # of one officer: ten times a busy street
SEALED = "captures.original"
OLDEST = timedelta(days=3)  # that a photo may have waited on a phone
MOST_AHEAD = timedelta(hours=2)  # of a phone whose clock is wrong


@dataclass(frozen=True, slots=True)
class Shot:
    """What the phone says of the photo. ``device_at`` by its own clock; ``place`` in WGS-84."""

    id: str
    device_at: datetime
    place: Location | None = None


@dataclass(frozen=True, slots=True)
class Pictures:
    """What was made of the upload: names in the media folder, pixels of the display copy. ``sha256`` of the upload,

    ``taken_at`` as the picture itself says.
    """

    sha256: bytes
    original: str
    file: str
    thumb: str
    width: int
    height: int
    taken_at: datetime | None = field(default=None)


async def check_may_keep(store: Store, officer: Officer, shot: Shot) -> datetime:
    """Before the bytes are looked at; returns the instant that is stamped on the copy, the server's.

    Raises InvalidField, NotOnDuty, TooManyRequests, Conflict (another officer's photo has this id).
    """
    if not ID.fullmatch(shot.id):
        raise InvalidField(field="id", why="unknown")
    now = store.clock.now()
    if not now - OLDEST <= shot.device_at <= now + MOST_AHEAD:
        raise InvalidField(field="device_at", why="out_of_range")
    async with store.database.read() as connection:
        row = (await connection.execute(select(captures).where(captures.c.id == shot.id))).first()
        if row is not None:
            if row.officer_id != officer.id:
                raise Conflict(why="another")
            received: datetime = row.received_at
            return received
        if await district_at(connection, officer.id, shot.device_at) is None:
            raise NotOnDuty
        query = select(func.count(), func.min(captures.c.received_at)).where(
            captures.c.officer_id == officer.id, captures.c.received_at > now - timedelta(hours=1)
        )
        count, first = (await connection.execute(query)).one()
    if count >= MOST_AN_HOUR:
        raise TooManyRequests(retry_at=first + timedelta(hours=1))
    return now


async def keep(
    store: Store, officer: Officer, shot: Shot, pictures: Pictures, *, readers: bool = False
) -> Any:
    """The capture's row, the one that is there if the same photo came before. Raises Conflict for another photo

    under its id. ``readers``: somebody reads plates, so that it is queued for him.
    """

    async def work(change: Change) -> Any:
        query = select(captures).where(captures.c.id == shot.id)
        known = (await change.connection.execute(query)).first()
        if known is not None:
            if known.officer_id != officer.id or bytes(known.sha256) != pictures.sha256:
                raise Conflict(why="another")
            return known
        reading = await readings.first_state(change.connection, readers=readers)
        values = {**_row(change, officer, shot, pictures), "reading": reading}
        await change.connection.execute(captures.insert().values(values))
        return (await change.connection.execute(query)).one()

    row = await until_saved(lambda: store.run(work))
    if row.reading == readings.QUEUED:
        store.bell.tell(READINGS_DUE, {})
    return row


def original(store: Store, capture_id: str, sealed: bytes) -> bytes:
    """The photo as it was uploaded, from its sealed file. Raises SealBroken."""
    return store.vault.open_bytes(SEALED, capture_id, sealed)


def _row(change: Change, officer: Officer, shot: Shot, pictures: Pictures) -> dict[str, Any]:
    place = shot.place
    return {
        "id": shot.id,
        "officer_id": officer.id,
        "sha256": pictures.sha256,
        "original": pictures.original,
        "file": pictures.file,
        "thumb": pictures.thumb,
        "width": pictures.width,
        "height": pictures.height,
        "device_at": shot.device_at,
        "taken_at": pictures.taken_at,
        "received_at": change.at,
        "lat": None if place is None else place.lat,
        "lng": None if place is None else place.lng,
        "accuracy_m": None if place is None else place.accuracy_m,
    }


async def district_at(connection: Any, officer_id: str, at: datetime) -> str | None:
    """Where the officer was on duty at an instant, or is now: what waited on a phone arrives after the shift."""
    query = (
        select(shifts.c.district)
        .where(shifts.c.officer_id == officer_id)
        .where(
            shifts.c.ended_at.is_(None) | ((shifts.c.started_at <= at) & (shifts.c.ended_at >= at)),
        )
        .order_by(shifts.c.ended_at.is_(None).desc(), shifts.c.started_at.desc())
        .limit(1)
    )
    district: str | None = (await connection.execute(query)).scalar_one_or_none()
    return district


async def own(store: Store, officer: Officer, capture_id: str) -> Any:
    """The officer's own capture. Raises NotFound."""
    query = select(captures).where(captures.c.id == capture_id, captures.c.officer_id == officer.id)
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        raise NotFound
    return row


async def for_look(store: Store, officer: Officer, capture_id: str) -> Any:
    """A capture whose picture the officer may see: his own, or one of a record of his districts; on the record.

    Auxiliary officers see their own. Raises NotFound, Forbidden.
    """
    query = (
        select(captures, parking_records.c.district)
        .outerjoin(parking_notices, parking_notices.c.capture_id == captures.c.id)
        .outerjoin(parking_records, parking_records.c.id == parking_notices.c.record_id)
        .where(captures.c.id == capture_id)
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        raise NotFound
    if row.officer_id != officer.id:
        all_of_district = mark(role_of(officer), "countersign") == "y"
        if not all_of_district or row.district not in officer.districts:
            raise Forbidden
        await audit.look(store, officer, f"capture:{row.id}")
    return row
