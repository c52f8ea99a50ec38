"""``demo.json`` in the data folder: the accounts and stickers of the sample city, for newcomers and for checks."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.privacy import mask_phone
from models.tables import sticker_batches, stickers, vehicles
from workers.command.sample_city.load import ISSUED_BY
from workers.command.sample_city.people import PEOPLE, Person
from workers.command.sample_city.vehicles import VEHICLES, Owned

NAME = "demo.json"
# Without 0, 1, l and o: it is typed on phones.
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
PASSWORD_LETTERS = 6


def password_for(secret_key: str) -> str:
    """The sample accounts' password: easy to type, another one for every installation, always the same in one."""
    digest = hmac.new(secret_key.encode(), b"sample city", hashlib.sha256).digest()
    return "yaan-" + "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:PASSWORD_LETTERS])


async def content(connection: AsyncConnection, password: str) -> dict[str, Any]:
    """What the file holds, read from the database: accounts with roles, stickers with whole plates."""
    query = (
        select(stickers.c.code, stickers.c.district, stickers.c.status, vehicles.c.plate)
        .join(sticker_batches, sticker_batches.c.id == stickers.c.batch_id)
        .outerjoin(vehicles, vehicles.c.id == stickers.c.vehicle_id)
        .where(sticker_batches.c.issued_by == ISSUED_BY)
        .order_by(stickers.c.code)
    )
    rows = (await connection.execute(query)).all()
    bound = {row.plate: row for row in rows if row.status == "bound"}
    return {
        "accounts": [_account(person, password) for person in PEOPLE],
        "stickers": [_sticker(owned, bound[owned.plate]) for owned in VEHICLES if owned.plate in bound],
        "fresh_stickers": [
            {"code": row.code, "district": row.district} for row in rows if row.status == "fresh"
        ],
    }


def _account(person: Person, password: str) -> dict[str, str]:
    return {
        "username": person.username,
        "password": password,
        "role": person.role,
        "district": person.district,
    }


def _sticker(owned: Owned, row: Any) -> dict[str, str]:
    return {
        "code": row.code,
        "plate": owned.plate,
        "district": row.district,
        "owner_phone_masked": mask_phone(owned.phones[0]),
    }


def kept_password(home: Path) -> str | None:
    """The password that the file of an earlier run names, if there is one."""
    try:
        password: str = json.loads((home / NAME).read_text("utf-8"))["accounts"][0]["password"]
        return password
    except (OSError, ValueError, LookupError, TypeError):
        return None


def write(home: Path, demo: dict[str, Any]) -> None:
    """Writes the file whole or not at all, readable by its owner only; one that says the same is left alone."""
    text = json.dumps(demo, ensure_ascii=False, indent=2) + "\n"
    path = home / NAME
    if path.is_file() and path.read_text("utf-8") == text:
        return
    fresh = path.with_name(f".{NAME}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(text, "utf-8")
    fresh.replace(path)
