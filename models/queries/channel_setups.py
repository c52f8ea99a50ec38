"""What an administrator sees of his cities' channels: which fields each has, and what is set up; no secret."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import select

from models.caller import Officer
from models.channels.kinds import KINDS, Kind
from models.channels.setups import opened
from models.clock import iso
from models.privacy import SealBroken
from models.store import Store
from models.tables import channel_setups, cities, districts

View = dict[str, Any]


async def listed(store: Store, by: Officer) -> list[View]:
    """Of each city every channel that can be set up, by the order of the program."""
    mine = select(districts.c.city_code).where(districts.c.code.in_(sorted(by.districts)))
    async with store.database.read() as connection:
        where = cities.c.code.in_(mine)
        there = (await connection.execute(select(cities).where(where).order_by(cities.c.code))).all()
        query = select(channel_setups).where(channel_setups.c.city_code.in_([one.code for one in there]))
        rows = {(row.city_code, row.channel): row for row in await connection.execute(query)}
    return [
        {
            "code": city.code,
            "name": city.name,
            "name_en": city.name_en,
            "channels": [
                _view(store, kind, rows.get((city.code, kind.name))) for kind in KINDS.values() if kind.fields
            ],
        }
        for city in there
    ]


def _view(store: Store, kind: Kind, row: Any) -> View:
    return {
        "channel": kind.name,
        "audience": kind.audience,
        "recognises": kind.recognises,
        "fields": [{"name": one.name, "secret": one.secret, "required": one.required} for one in kind.fields],
        "active": row is not None and row.active,
        "given": {} if row is None else msgspec.json.decode(row.given, type=dict[str, str]),
        "secrets": [] if row is None else sorted(_there(store, row)),
        "timeout_seconds": None if row is None else row.timeout_seconds,
        "usual_timeout_seconds": kind.timeout_seconds,
        "a_minute": None if row is None else row.a_minute,
        "changed_at": None if row is None else iso(row.changed_at),
    }


def _there(store: Store, row: Any) -> set[str]:
    try:
        return set(opened(store.vault, row.id, row.secrets_sealed))
    except SealBroken:
        return set()  # as if never typed in: it has to be typed in again
