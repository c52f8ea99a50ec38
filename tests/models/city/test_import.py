"""An import compares, writes what differs in one transaction, deletes nothing; and a bundle knows no people."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, LargeBinary, insert, select, update

from models import tables
from models.actions import cities
from models.city.bundle import Bundle, read, told
from models.city.plan import ImportForbidden, Plan, plan
from models.database import Database
from models.errors import NotFound
from models.ids import RandomIds
from models.tables import Instant
from tests.models.city.test_bundle import WHOLE
from workers.command.sample_city.places import sample_bundle

AT = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
DECHANG = read((Path(__file__).parents[3] / "docs/cities/dechang.yaml").read_bytes())


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database.open(database_url)
    yield opened
    await opened.close()


async def bring_in(database: Database, bundle: Bundle) -> Plan:
    async with database.write() as connection:
        return await cities.import_city(connection, RandomIds(), AT, bundle)


async def exported(database: Database, city: str) -> str:
    async with database.read() as connection:
        return await told(connection, city)


async def rows(database: Database, *columns: Any) -> list[tuple[Any, ...]]:
    async with database.read() as connection:
        return [tuple(row) for row in (await connection.execute(select(*columns))).all()]


def fates(plan: Plan) -> dict[str, str]:
    return {f"{step.label} {step.key}": step.fate for step in plan.steps}


async def test_an_empty_installation_has_the_city_afterwards_with_a_sequence_for_each_district(
    database: Database,
) -> None:
    done = await bring_in(database, read(WHOLE.encode()))
    assert fates(done) == {
        "city 513424": "added",
        "district 513424": "added",
        "district 5134KF": "added",
        "sticker design of 513424": "added",
    }
    found = await rows(
        database, tables.districts.c.code, tables.districts.c.city_code, tables.districts.c.parent_code
    )
    assert sorted(found) == [("513424", "513424", None), ("5134KF", "513424", "513424")]
    sequences = await rows(database, tables.heads.c.district, tables.heads.c.head)
    assert sorted(sequences) == [("513424", 0), ("5134KF", 0), ("control", 0)]
    assert await rows(database, tables.cities.c.sticker_headline, tables.cities.c.sticker_colour) == [
        ("扫码", "#0B5394")
    ]


async def test_what_is_exported_can_be_imported_elsewhere_and_is_the_same_then(
    database: Database, tmp_path: Path
) -> None:
    await bring_in(database, sample_bundle())
    text = await exported(database, "511800")
    assert read(text.encode()) == sample_bundle()
    again = await bring_in(database, read(text.encode()))
    assert set(fates(again).values()) == {"unchanged"}
    assert await exported(database, "511800") == text


async def test_the_same_bundle_again_changes_nothing_and_leaves_no_record(database: Database) -> None:
    await bring_in(database, DECHANG)
    done = await bring_in(database, DECHANG)
    assert done.to_do == ()
    records = await rows(database, tables.audit.c.action, tables.audit.c.subject, tables.audit.c.reason)
    assert records == [("import_city", "city:513424", "3 added, 0 changed")]


async def test_what_changes_is_told_with_before_and_after(database: Database) -> None:
    await bring_in(database, read(WHOLE.encode()))
    wanted = read(WHOLE.replace("    respond_seconds: 240\n", "").replace("Zone", "KFQ").encode())
    done = await bring_in(database, wanted)
    assert {
        step.key: [(one.name, one.before, one.after) for one in step.differences] for step in done.to_do
    } == {"513424": [("respond_seconds", 240, None)], "5134KF": [("name_en", "Zone", "KFQ")]}
    assert sorted(await rows(database, tables.districts.c.code, tables.districts.c.respond_seconds)) == [
        ("513424", None),
        ("5134KF", None),
    ]


async def test_a_district_that_the_bundle_does_not_name_is_left_alone_and_told(database: Database) -> None:
    await bring_in(database, read(WHOLE.encode()))
    done = await bring_in(database, DECHANG)
    assert fates(done)["district 5134KF"] == "left alone"
    assert len(await rows(database, tables.districts.c.code)) == 2


async def test_a_section_that_the_bundle_does_not_have_is_not_touched(database: Database) -> None:
    await bring_in(database, read(WHOLE.encode()))
    before = await exported(database, "513424")
    done = await bring_in(database, read(WHOLE.split("sticker:")[0].encode()))
    assert done.to_do == ()
    assert await exported(database, "513424") == before


async def test_planning_changes_nothing(database: Database) -> None:
    async with database.read() as connection:
        wanted = await plan(connection, DECHANG)
    assert len(wanted.to_do) == 3
    assert await rows(database, tables.cities.c.code) == []


async def test_a_district_of_another_city_is_not_taken_over_and_nothing_is_written(
    database: Database,
) -> None:
    await bring_in(database, read(WHOLE.encode()))
    thief = read(
        WHOLE.replace("code: 513424\n  name: {zh: 德昌县", "code: 513400\n  name: {zh: 凉山州").encode()
    )
    with pytest.raises(ImportForbidden, match="district 513424 is of the city 513424 here"):
        await bring_in(database, thief)
    assert await rows(database, tables.cities.c.code) == [("513424",)]


async def test_two_cities_stand_beside_each_other_and_each_is_exported_alone(database: Database) -> None:
    await bring_in(database, sample_bundle())
    await bring_in(database, DECHANG)
    assert read((await exported(database, "513424")).encode()) == DECHANG
    assert read((await exported(database, "511800")).encode()) == sample_bundle()


async def test_a_city_that_is_not_here_cannot_be_exported(database: Database) -> None:
    with pytest.raises(NotFound):
        await exported(database, "513424")


MARK = "秘"  # fits into the shortest column
TOLD = {
    "cities": {
        *("code", "name", "name_en", "platform", "drawing", "ebike_plates"),
        *("sticker_headline", "sticker_headline_en", "sticker_note", "sticker_colour"),
    },
    "districts": {
        *("code", "city_code", "name", "name_en", "parent_code"),
        *("respond_seconds", "vehicles", "lat", "lng"),
    },
    "zones": {"id", "district", "code", "name", "name_en", "polygon", "active"},
    "calendar_days": {"city_code", "day", "working", "name"},
    "agencies": {
        *("id", "city_code", "code", "district", "body", "name", "name_en", "channel", "endpoint"),
        # Of these two a bundle says nothing.
        *("jurisdiction", "services", "active", "contact_sealed", "key_sealed"),
    },
}


def marked(column: Column[Any], planted: dict[str, dict[str, Any]]) -> Any:
    """A value for the column that bears the mark wherever the column can hold one."""
    for key in column.foreign_keys:
        parent = planted.get(key.column.table.name)
        return parent[key.column.name] if parent else None
    if isinstance(column.type, Instant):
        return AT
    if isinstance(column.type, LargeBinary):
        return MARK.encode()
    return {Boolean: True, Integer: 7, BigInteger: 7, Float: 7.5}.get(type(column.type), MARK)


async def test_whatever_lies_in_the_other_tables_none_of_it_is_in_a_bundle(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)
    await bring_in(database, DECHANG)
    clean = await exported(database, "513424")
    planted: dict[str, dict[str, Any]] = {
        "cities": {"code": "513424"},
        "districts": {"code": "513424"},
        "zones": {"id": None},
        "calendar_days": {"day": None},  # told whole
    }
    async with database.write() as connection:
        # A mark in every column is nothing that a table's own checks would let in.
        await connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        for table in tables.metadata.sorted_tables:
            if table.name not in planted:
                planted[table.name] = {column.name: marked(column, planted) for column in table.columns}
                if table.name == "agencies":  # told as long as it is there, all but whom to call and its key
                    planted[table.name]["active"] = False
                await connection.execute(insert(table).values(**planted[table.name]))
    assert {
        name for name, row in planted.items() if MARK in row.values() or MARK.encode() in row.values()
    } >= {
        *("officers", "sessions", "owners", "contacts", "vehicles", "stickers", "incidents", "participants"),
        *("photos", "events", "notices", "simulator_messages", "bindings", "audit", "first_answers"),
    }
    text = await exported(database, "513424")
    assert MARK not in text
    assert text == clean
    await database.close()


def test_every_column_of_a_city_a_district_and_a_zone_is_meant_to_be_told() -> None:
    """A new column here reaches every bundle: whoever adds one decides that it may, and adds it above."""
    found = {name: set(tables.metadata.tables[name].columns.keys()) for name in TOLD}
    assert found == TOLD


async def test_an_agency_is_told_without_whom_to_call_and_without_its_key(sqlite_url: str) -> None:
    database = Database.open(sqlite_url)
    more = b"""
agencies:
  - {code: lamps, body: lighting, district: "513424", name: {zh: x, en: Lamps}, channel: open311,
     endpoint: "https://lamps.example/open311/v2", services: {lamp_out: L-01}}
"""
    whole = (Path(__file__).parents[3] / "docs/cities/dechang.yaml").read_bytes()
    await bring_in(database, read(whole + more))
    async with database.write() as connection:
        await connection.execute(
            update(tables.agencies).values(contact_sealed=MARK.encode(), key_sealed=MARK.encode())
        )
    text = await exported(database, "513424")
    assert MARK not in text
    assert "lamps.example" in text
    assert "lamp_out: L-01" in text
    await database.close()
