"""Officers who photograph parked cars: captures without pictures, and records filed of them."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from models.actions import captures, parking
from models.actions.captures import Pictures, Shot
from models.actions.parking import Filed, NewRecord
from models.caller import Officer
from models.geography import Location
from models.store import Store
from models.tables import parking_records
from tests.support.city import GATE, PLATES

FAR = Location(GATE.lat + 0.01, GATE.lng, 10.0)  # 1.1 km
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def capture_id(name: str) -> str:
    """A phone's name for a photo: 26 letters and digits, the same for the same ``name``."""
    digest = hashlib.sha256(name.encode()).digest()
    return "".join(_LETTERS[one & 31] for one in digest[:26])


async def capture(
    store: Store,
    officer: Officer,
    name: str,
    *,
    place: Location | None = GATE,
    ago_seconds: float = 0,
    readers: bool = False,
) -> str:
    """A photo has arrived; its id. ``readers``: somebody reads plates."""
    shot = Shot(capture_id(name), store.clock.now() - timedelta(seconds=ago_seconds), place)
    await captures.check_may_keep(store, officer, shot)
    digest = hashlib.sha256(name.encode())
    pictures = Pictures(
        digest.digest(),
        f"{digest.hexdigest()}.sealed",
        f"{digest.hexdigest()}.jpg",
        f"{hashlib.sha256(f'{name} small'.encode()).hexdigest()}.jpg",
        1600,
        1200,
    )
    await captures.keep(store, officer, shot, pictures, readers=readers)
    return shot.id


async def file(
    store: Store,
    officer: Officer,
    name: str = "shot",
    *,
    plate: str = PLATES["one"],
    place: Location | None = GATE,
    grounds: str = "obstructing",
    ago_seconds: float = 0,
) -> Filed:
    """One photo, one record."""
    photo = await capture(store, officer, name, place=place, ago_seconds=ago_seconds)
    return await parking.file(store, officer, NewRecord(photo, plate, grounds))


async def record(store: Store, record_id: str) -> Any:
    async with store.database.read() as connection:
        query = select(parking_records).where(parking_records.c.id == record_id)
        return (await connection.execute(query)).one()
