"""The section ``zones``: named parts of the city's districts, which rosters and officers choose."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.zones import encoded
from models.city.places import DISTRICT_CODE, names_of, read_names
from models.city.reading import Fields
from models.city.sections import Entries, Value, Values, Writing
from models.errors import InvalidField
from models.tables import districts, zones

ZONE_CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")
NAME, MOST_ZONES = 40, 1_000


class ZonesSection:
    """One entry a zone, by district and code. A zone that a bundle does not name stays; so does one given up."""

    name = "zones"
    label = "zone"

    def read(self, fields: Fields, city: str) -> Entries:
        found: dict[str, Values] = {}
        for one in fields.items(self.name):
            district = one.text("district", longest=6, pattern=DISTRICT_CODE)
            code = one.text("code", longest=20, pattern=ZONE_CODE)
            values: dict[str, Value] = {**read_names(one, NAME), "polygon": _polygon(one)}
            one.end()
            key = f"{code} {district}"
            if key in found:
                one.wrong("code", f"zone {code} of {district} stands here twice")
            found[key] = values
        if len(found) > MOST_ZONES:
            fields.wrong(self.name, f"a city has at most {MOST_ZONES} zones")
        return found

    async def held(self, connection: AsyncConnection, city: str, wanted: Entries | None = None) -> Entries:
        query = (
            select(zones.c.code, zones.c.district, zones.c.name, zones.c.name_en, zones.c.polygon)
            .join(districts, districts.c.code == zones.c.district)
            .where(districts.c.city_code == city, zones.c.active)
            .order_by(zones.c.district, zones.c.code)
        )
        return {
            f"{row.code} {row.district}": {"name": row.name, "name_en": row.name_en, "polygon": row.polygon}
            for row in await connection.execute(query)
        }

    def shown(self, entries: Entries) -> Any:
        return [_shown(key, values) for key, values in entries.items()]

    async def conflicts(self, connection: AsyncConnection, city: str, wanted: Entries) -> list[str]:
        return []

    async def write(self, writing: Writing, key: str, values: Values, *, new: bool) -> None:
        code, district = key.split(" ")
        mine = (zones.c.district == district, zones.c.code == code)
        # One that was given up is there, and comes back.
        done = await writing.connection.execute(update(zones).where(*mine).values(active=True, **values))
        if done.rowcount == 0:
            row = {"id": writing.ids.new(), "district": district, "code": code, **values}
            await writing.connection.execute(insert(zones).values(**row))


def _polygon(one: Fields) -> str | None:
    if not one.has("polygon"):
        one.optional_text("polygon", longest=1)
        return None
    try:
        return encoded(one.numbers("polygon", least=-180, most=180))
    except InvalidField:
        one.wrong("polygon", "a border has 3 to 500 points of longitude and latitude, in WGS-84")
        return None


def _shown(key: str, values: Values) -> dict[str, Any]:
    code, district = key.split(" ")
    shown: dict[str, Any] = {"code": code, "district": district, "name": names_of(values)}
    if values["polygon"] is not None:
        shown["polygon"] = msgspec.json.decode(str(values["polygon"]))
    return shown
