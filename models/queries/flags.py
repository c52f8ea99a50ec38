"""The flags as the database has them now, for those who look after them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from models.flags.content import Content, parse, shipped
from models.flags.definitions import DEFINITIONS, Definition
from models.store import Store
from models.tables import districts, flags


@dataclass(frozen=True, slots=True)
class KnownFlag:
    """``version`` 0: as it is shipped, nobody has said anything."""

    definition: Definition
    version: int
    content: Content


async def known_flags(store: Store) -> tuple[list[KnownFlag], dict[str, str]]:
    """Every flag that the code asks for, in the order of its definitions; and each district's city."""
    query = select(flags.c.key, flags.c.version, flags.c.content).order_by(flags.c.version)
    async with store.database.read() as connection:
        newest = {row.key: row for row in await connection.execute(query)}
        places = await connection.execute(select(districts.c.code, districts.c.city_code))
        cities = {row.code: row.city_code for row in places}
    found = []
    for key, definition in DEFINITIONS.items():
        row = newest.get(key)
        content = shipped(definition) if row is None else parse(definition, row.content)
        found.append(KnownFlag(definition, 0 if row is None else row.version, content))
    return found, cities
