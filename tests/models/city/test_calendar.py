"""The calendar in a city's bundle: ranges and days are read, written, and told again as they came."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.city.bundle import Bundle, read, told
from models.city.faults import BundleFaulty
from models.database import Database
from models.tables import calendar_days
from tests.models.city.test_bundle import WHOLE
from tests.models.city.test_import import bring_in, database, rows
from workers.command.sample_city.places import sample_bundle

__all__ = ["database"]  # the fixture

OCTOBER = """\
calendar:
  - {day: 2026-10-01, until: 2026-10-03, kind: holiday, name: 国庆节}
  - {day: 2026-10-04, until: 2026-10-04, kind: holiday}
  - {day: 2026-10-10, kind: working, name: 国庆节调休}
"""


def bundle(more: str = OCTOBER) -> Bundle:
    return read((WHOLE + more).encode())


async def test_a_calendar_comes_with_the_bundle_and_is_told_again_as_it_came(database: Database) -> None:
    await bring_in(database, bundle())
    columns = (calendar_days.c.day, calendar_days.c.working, calendar_days.c.name)
    assert sorted(await rows(database, *columns)) == [
        ("2026-10-01", False, "国庆节"),
        ("2026-10-02", False, "国庆节"),
        ("2026-10-03", False, "国庆节"),
        ("2026-10-04", False, None),
        ("2026-10-10", True, "国庆节调休"),
    ]
    async with database.read() as connection:
        text = await told(connection, "513424")
    assert "{day: '2026-10-01', until: '2026-10-03', kind: holiday, name: 国庆节}" in text
    assert read(text.encode()).sections["calendar"] == bundle().sections["calendar"]


async def test_a_day_that_another_bundle_does_not_name_stays_and_one_that_it_names_is_as_it_says(
    database: Database,
) -> None:
    await bring_in(database, bundle())
    done = await bring_in(database, bundle("calendar:\n  - {day: 2026-10-10, kind: holiday}\n"))
    assert [(one.key, one.fate) for one in done.steps if one.label == "calendar day"] == [
        ("2026-10-10", "changed"),
        ("2026-10-01", "left alone"),
        ("2026-10-02", "left alone"),
        ("2026-10-03", "left alone"),
        ("2026-10-04", "left alone"),
    ]
    async with database.read() as connection:
        query = select(calendar_days.c.working).where(calendar_days.c.day == "2026-10-10")
        assert (await connection.execute(query)).scalar_one() is False


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{day: 2026-10-01, kind: feast}", "'feast' is none of holiday, working"),
        ("{day: 2026-02-29, kind: holiday}", "'2026-02-29' is no date"),
        ("{day: 20261001, kind: holiday}", "'20261001' is no date"),
        ("{kind: holiday}", "it is missing"),
        ("{day: 2026-10-07, until: 2026-10-01, kind: holiday}", "a range ends on its first day"),
        ("{day: 2026-10-01, until: 2026-11-01, kind: holiday}", "a range ends on its first day"),
        ("{day: 2026-10-01, kind: holiday, colour: red}", "a bundle has no such name"),
        (
            "{day: 2026-10-03, kind: working}\n  - {day: 2026-10-01, until: 2026-10-07, kind: holiday}",
            "twice",
        ),
    ],
)
def test_a_day_that_is_none_is_a_fault_with_its_line(text: str, fault: str) -> None:
    with pytest.raises(BundleFaulty) as caught:
        bundle(f"calendar:\n  - {text}\n")
    assert fault in str(caught.value.faults[0])
    assert str(caught.value.faults[0]).startswith(("line 19", "line 20"))


def test_the_sample_city_has_the_holidays_of_2026_as_they_were_announced_and_none_of_2027() -> None:
    days = sample_bundle().sections["calendar"]
    off = [day for day, one in days.items() if not one["working"]]
    # 国务院办公厅, 4 November 2025: 3 + 9 + 3 + 5 + 3 + 3 + 7 days off, and six days worked for them.
    assert len(off) == 33
    assert sorted(day for day, one in days.items() if one["working"]) == [
        "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
    ]  # fmt: skip
    assert {day[:4] for day in days} == {"2026"}
