"""Zones in a city's bundle: read, written, told again as they came, and never taken away."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from models.city.bundle import Bundle, read, told
from models.city.faults import BundleFaulty
from models.database import Database
from models.tables import zones
from tests.models.city.test_bundle import WHOLE
from tests.models.city.test_import import bring_in, database, rows

__all__ = ["database"]  # the fixture

ZONES = """\
zones:
  - {district: 513424, code: east, name: {zh: 城东, en: East}}
  - district: 5134KF
    code: gate
    name: {zh: 东门, en: Gate}
    polygon: [[102.10, 27.40], [102.20, 27.40], [102.20, 27.45]]
"""


def bundle(more: str = ZONES) -> Bundle:
    return read((WHOLE + more).encode())


async def test_zones_come_with_the_bundle_and_are_told_again_as_they_came(database: Database) -> None:
    await bring_in(database, bundle())
    found = await rows(database, zones.c.district, zones.c.code, zones.c.name, zones.c.active)
    assert sorted(found) == [("513424", "east", "城东", True), ("5134KF", "gate", "东门", True)]
    async with database.read() as connection:
        again = read((await told(connection, "513424")).encode())
    assert again.sections["zones"] == bundle().sections["zones"]
    assert [step.fate for step in (await bring_in(database, bundle())).steps if step.label == "zone"] == [
        "unchanged",
        "unchanged",
    ]


async def test_a_zone_that_was_given_up_comes_back_and_one_that_is_not_named_stays(
    database: Database,
) -> None:
    await bring_in(database, bundle())
    async with database.write() as connection:
        await connection.execute(update(zones).where(zones.c.code == "east").values(active=False))
    async with database.read() as connection:
        assert "east" not in await told(connection, "513424")
    await bring_in(
        database, bundle("zones:\n  - {district: 513424, code: east, name: {zh: 东区, en: East side}}\n")
    )
    async with database.read() as connection:
        query = select(zones.c.code, zones.c.name, zones.c.active).order_by(zones.c.code)
        found = [tuple(row) for row in (await connection.execute(query)).all()]
    assert found == [("east", "东区", True), ("gate", "东门", True)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{district: 513499, code: a, name: {zh: 甲, en: A}}", "there is no district 513499"),
        ("{district: 513424, code: 'a b', name: {zh: 甲, en: A}}", "is not of the form"),
        ("{district: 513424, code: a, name: {zh: 甲, en: A}, polygon: [[1, 2]]}", "a border has 3 to 500"),
        ("{district: 513424, code: a, name: {zh: 甲, en: A}, colour: red}", "a bundle has no such name"),
        ("{district: 513424, code: a}", "it is missing"),
    ],
)
def test_a_zone_that_is_none_is_a_fault_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(BundleFaulty) as caught:
        bundle(f"zones:\n  - {text}\n")
    assert fault in str(caught.value.faults[0])


def test_the_same_zone_twice_is_a_fault() -> None:
    one = "  - {district: 513424, code: a, name: {zh: 甲, en: A}}\n"
    with pytest.raises(BundleFaulty) as caught:
        bundle(f"zones:\n{one}{one}")
    assert "twice" in str(caught.value.faults[0])
