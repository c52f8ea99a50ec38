"""The sections ``city`` and ``districts``: names, codes of GB/T 2260, extension units, and what is local to each."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.rows import insert_if_absent
from models.city.reading import Fields
from models.city.sections import Entries, Value, Values, Writing
from models.local_plates import MOST_SAMPLES, SampleFaulty, read_forms
from models.tables import cities, districts, heads

# GB/T 2260, or an extension unit's: the city's four digits and two letters, which no standard code has.
CITY_CODE = re.compile(r"\d{6}")
DISTRICT_CODE = re.compile(r"\d{6}|\d{4}[A-HJ-NP-Z]{2}")
CITY_NAME, DISTRICT_NAME, ENGLISH_NAME = 40, 40, 60
MOST_DISTRICTS = 200
SECONDS = (30, 86_400)  # of a response time


class CitySection:
    """The city itself: one entry."""

    name = "city"
    label = "city"

    def read(self, fields: Fields, city: str) -> Entries:
        mine = fields.fields(self.name)
        if mine is None:
            fields.wrong(self.name, "it is missing")
            return {}
        code = mine.text("code", longest=6, pattern=CITY_CODE)
        names = read_names(mine, CITY_NAME)
        platform = mine.text("platform", longest=40)
        found: dict[str, Value] = {**names, "platform": platform}
        # What a bundle does not name stays as it is.
        if mine.has("ebike_plates"):
            found["ebike_plates"] = _ebike_plates(mine)
        mine.end()
        return {code: found}

    async def held(self, connection: AsyncConnection, city: str, wanted: Entries | None = None) -> Entries:
        columns = (cities.c.name, cities.c.name_en, cities.c.platform, cities.c.ebike_plates)
        row = (await connection.execute(select(*columns).where(cities.c.code == city))).mappings().first()
        return {} if row is None else {city: dict(row)}

    def shown(self, entries: Entries) -> Any:
        ((code, values),) = entries.items()
        told = {"code": code, "name": names_of(values), "platform": values["platform"]}
        return (
            told if values.get("ebike_plates") is None else {**told, "ebike_plates": values["ebike_plates"]}
        )

    async def conflicts(self, connection: AsyncConnection, city: str, wanted: Entries) -> list[str]:
        return []

    async def write(self, writing: Writing, key: str, values: Values, *, new: bool) -> None:
        if new:
            await writing.connection.execute(insert(cities).values(code=writing.city, **values))
        else:
            await writing.connection.execute(
                update(cities).where(cities.c.code == writing.city).values(**values)
            )


def _ebike_plates(mine: Fields) -> str | None:
    text = mine.optional_text("ebike_plates", longest=120)
    try:
        read_forms(text)
    except SampleFaulty as error:
        mine.wrong("ebike_plates", _SAMPLES[error.why].format(error.sample))
    return text or None


_SAMPLES = {
    "too_many": f"{MOST_SAMPLES} samples at most",
    "too_long": "{}: a plate has 12 signs at most",
    "too_short": "{}: a sample has 3 signs at least",
    "bad_character": "{}: a sample is made of # @ * and what stands on the plate",
}


class DistrictsSection:
    """The city's districts. One that the bundle does not name stays: stickers and incidents are its."""

    name = "districts"
    label = "district"

    def read(self, fields: Fields, city: str) -> Entries:
        found: dict[str, Values] = {}
        lines: dict[str, Fields] = {}
        for one in fields.items(self.name, required=True):
            code, values = _district(one)
            if code in lines:
                one.wrong("code", f"district {code} stands here twice")
            elif code:
                found[code], lines[code] = values, one
        if fields.has(self.name) and not found and not fields.faults.found:
            fields.wrong(self.name, "a city has at least one district")
        if len(found) > MOST_DISTRICTS:
            fields.wrong(self.name, f"a city has at most {MOST_DISTRICTS} districts")
        for code, one in lines.items():
            _check_code(code, city, one)
            _check_parent(code, found, one)
        # An extension unit is written after the district in which it lies.
        return dict(sorted(found.items(), key=lambda item: item[1]["parent_code"] is not None))

    async def held(self, connection: AsyncConnection, city: str, wanted: Entries | None = None) -> Entries:
        query = select(districts).where(districts.c.city_code == city).order_by(districts.c.code)
        rows = (await connection.execute(query)).mappings().all()
        return {row["code"]: {column: row[column] for column in _COLUMNS} for row in rows}

    def shown(self, entries: Entries) -> Any:
        return [_shown(code, values) for code, values in entries.items()]

    async def conflicts(self, connection: AsyncConnection, city: str, wanted: Entries) -> list[str]:
        query = select(districts.c.code, districts.c.city_code).where(
            districts.c.code.in_(list(wanted)), districts.c.city_code != city
        )
        return [
            f"district {row.code} is of the city {row.city_code} here; a bundle moves no district to another city"
            for row in (await connection.execute(query)).all()
        ]

    async def write(self, writing: Writing, key: str, values: Values, *, new: bool) -> None:
        if not new:
            await writing.connection.execute(
                update(districts).where(districts.c.code == key).values(**values)
            )
            return
        await writing.connection.execute(insert(districts).values(code=key, city_code=writing.city, **values))
        # Its sequence of the log begins with it; hubs find it at their next comparison of heads.
        await insert_if_absent(writing.connection, heads, {"district": key, "head": 0})


_COLUMNS = ("name", "name_en", "parent_code", "respond_seconds", "vehicles", "lat", "lng")


def _district(one: Fields) -> tuple[str, Values]:
    code = one.text("code", longest=6, pattern=DISTRICT_CODE)
    values: dict[str, Value] = {
        **read_names(one, DISTRICT_NAME),
        "parent_code": one.optional_text("parent", longest=6, pattern=DISTRICT_CODE),
        "respond_seconds": one.whole("respond_seconds", least=SECONDS[0], most=SECONDS[1]),
        "vehicles": one.whole("vehicles", least=1, most=99_999_999),
        **_seat(one),
    }
    one.end()
    return code, values


def _seat(one: Fields) -> dict[str, Value]:
    seat = one.fields("seat")
    if seat is None:
        return {"lat": None, "lng": None}
    lat = seat.decimal("lat", least=-90, most=90)
    lng = seat.decimal("lng", least=-180, most=180)
    if not (seat.has("lat") and seat.has("lng")):
        seat.wrong(None, "a seat has lat and lng, degrees in WGS-84")
    seat.end()
    return {"lat": lat, "lng": lng}


def _check_code(code: str, city: str, one: Fields) -> None:
    """It begins like its city's: with the province's two digits and, but for Beijing and its like, two more."""
    begin = city[:2] if city.endswith("0000") else city[:4]
    if not code.startswith(begin):
        one.wrong("code", f"a district of the city {city} has a code that begins with {begin}")


def _check_parent(code: str, found: Entries, one: Fields) -> None:
    """A parent is a district of the standard in the same bundle; only an extension unit has one."""
    parent = found[code]["parent_code"]
    if code.isdigit():
        if parent is not None:
            one.wrong(
                "parent", "only an extension unit, whose code ends in letters, lies in another district"
            )
    elif parent is None:
        if not one.has("parent"):
            one.wrong(None, "an extension unit names the district in which it lies as parent")
    elif parent not in found:
        one.wrong("parent", f"there is no district {parent} in this bundle")
    elif not str(parent).isdigit():
        one.wrong("parent", "an extension unit lies in a district of the standard")


def _shown(code: str, values: Values) -> dict[str, Any]:
    shown: dict[str, Any] = {"code": code, "name": names_of(values)}
    for column, name in (("parent_code", "parent"), ("respond_seconds",) * 2, ("vehicles",) * 2):
        if values[column] is not None:
            shown[name] = values[column]
    if values["lat"] is not None:
        shown["seat"] = {"lat": values["lat"], "lng": values["lng"]}
    return shown


def read_names(one: Fields, longest: int) -> dict[str, Value]:
    """The columns ``name`` and ``name_en`` from ``name: {zh: …, en: …}``."""
    names = one.fields("name")
    if names is None:
        one.wrong("name", "it is missing: {zh: …, en: …}")
        return {"name": "", "name_en": ""}
    read: dict[str, Value] = {
        "name": names.text("zh", longest=longest),
        "name_en": names.text("en", longest=ENGLISH_NAME),
    }
    names.end()
    return read


def names_of(values: Values) -> dict[str, Value]:
    """The other way."""
    return {"zh": values["name"], "en": values["name_en"]}
