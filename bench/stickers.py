"""So many bound stickers that every request of a bench is a new incident: cars, owners and contacts of their own.

Written in bulk through the product's own tables and vault; what a request reads and writes of them is real.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Table, insert, select

from models.clock import SystemClock
from models.database import Database
from models.ids import RandomIds
from models.privacy import Vault
from models.settings import Settings
from models.tables import contacts, districts, owners, ownerships, stickers, vehicles

ROWS_AT_ONCE = 2_000
MOST = 100_000  # plates of one letter of a district's series


async def load(settings: Settings, district: str, count: int) -> list[tuple[str, str]]:
    """Writes ``count`` of them and returns each one's code and the tail of its plate."""
    if count > MOST:
        raise ValueError(f"at most {MOST} stickers")
    database = Database.open(settings.database_url)
    try:
        async with database.read() as connection:
            known = select(districts.c.code).where(districts.c.code == district)
            (await connection.execute(known)).one()
        numbers = iter(range(count))
        found: list[tuple[str, str]] = []
        vault = Vault(settings.field_keys, settings.index_keys)
        while batch := list(islice(numbers, ROWS_AT_ONCE)):
            rows = list(_rows(batch, district, vault))
            async with database.write() as connection:
                for table in (vehicles, owners, ownerships, contacts, stickers):
                    await connection.execute(insert(table), [row[table] for row in rows])
            found += [(row[stickers]["code"], row[vehicles]["plate"][-3:]) for row in rows]
        return found
    finally:
        await database.close()


def _rows(numbers: list[int], district: str, vault: Vault) -> Iterator[dict[Table, dict[str, Any]]]:
    ids, at = RandomIds(), SystemClock().now()
    for number in numbers:
        vehicle, owner, contact = ids.new(), ids.new(), ids.new()
        # 154 is a range that no network has been given.
        phone = f"+86154{number:08d}"
        yield {
            vehicles: {
                "id": vehicle,
                "plate": f"川Z{number:05d}",
                "plate_class": "ordinary",
                "created_at": at,
            },
            owners: {"id": owner, "created_at": at},
            ownerships: {"id": ids.new(), "vehicle_id": vehicle, "owner_id": owner, "began_at": at},
            contacts: {
                "id": contact,
                "owner_id": owner,
                "position": 1,
                "phone_sealed": vault.seal("contacts.phone_sealed", contact, phone),
                "phone_index": vault.index("phone", phone),
                "verified_at": at,
            },
            stickers: {
                "id": ids.new(),
                "code": ids.new(),
                "district": district,
                "status": "bound",
                "vehicle_id": vehicle,
                "issued_at": at,
                "bound_at": at,
            },
        }
