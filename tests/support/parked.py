"""A street full of parked cars with stickers, for tests in which many people ask at once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, insert

from models.actions.requests import MoveRequest
from models.store import Store
from models.tables import contacts, owners, ownerships, stickers, vehicles
from tests.support.city import YUCHENG


async def park(store: Store, count: int) -> list[MoveRequest]:
    """Parks so many cars in Yucheng and returns a rightful request for each: stickers ``parked-0``, …"""
    now = store.clock.now()
    rows: dict[Table, list[dict[str, Any]]] = {
        table: [] for table in (vehicles, owners, ownerships, contacts, stickers)
    }
    for number in range(count):
        car, owner = f"parked-car-{number}", f"parked-owner-{number}"
        rows[vehicles].append(
            {"id": car, "plate": f"川Z{number:05}", "plate_class": "ordinary", "created_at": now}
        )
        rows[owners].append({"id": owner, "created_at": now})
        rows[ownerships].append(
            {"id": f"parked-own-{number}", "vehicle_id": car, "owner_id": owner, "began_at": now}
        )
        rows[contacts].append(
            {
                "id": f"parked-contact-{number}",
                "owner_id": owner,
                "position": 1,
                "phone_sealed": b"-",
                "phone_index": b"-",
                "verified_at": now,
            }
        )
        rows[stickers].append(
            {
                "id": f"parked-sticker-{number}",
                "code": f"parked-{number}",
                "district": YUCHENG,
                "status": "bound",
                "vehicle_id": car,
                "issued_at": now,
            }
        )
    async with store.database.write() as connection:
        for table, values in rows.items():
            await connection.execute(insert(table), values)
    return [MoveRequest(f"parked-{number}", f"{number:05}"[-3:], "blocking") for number in range(count)]
