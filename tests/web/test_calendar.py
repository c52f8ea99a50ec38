"""The calendar of working days over HTTP: which year is missing, one day, and a year's file."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from models.caller import Officer
from models.store import Store
from models.tables import districts
from tests.support.city import joins, officer
from tests.web.client import Client, bearer, error_of

PATH = "/api/v1/admin/calendar"
CITY = "511800"


@pytest.fixture
async def admin(store: Store) -> Officer:
    async with store.database.read() as connection:
        query = select(districts.c.code).where(districts.c.city_code == CITY)
        codes = (await connection.execute(query)).scalars().all()
    found = officer("051900", "administrator", *codes)
    await joins(store, found)
    return found


async def asked(web: Client, admin: Officer, **query: str) -> Any:
    return (await web.get(PATH, params=query, headers=bearer(await web.token_of(admin)))).json()


def upload(text: str) -> dict[str, Any]:
    return {"file": ("calendar.csv", text.encode(), "text/csv")}


async def test_a_day_is_set_shown_and_taken_back_and_the_next_year_is_missed_from_november_on(
    web: Client, admin: Officer
) -> None:
    headers = bearer(await web.token_of(admin))
    before = await asked(web, admin)
    assert (before["year"], before["days"], before["missing"]) == (2026, [], [2026, 2027])
    assert before["cities"][0]["may_change"] is True
    put = await web.put(
        f"{PATH}/{CITY}/2026-10-10", json={"working": True, "name": "国庆节调休"}, headers=headers
    )
    assert (put.status_code, put.json()["written"]) == (200, True)
    after = await asked(web, admin)
    assert after["days"] == [{"day": "2026-10-10", "working": True, "name": "国庆节调休"}]
    assert (after["missing"], after["years"]) == ([2027], [2026, 2027])
    assert (await asked(web, admin, year="2027"))["days"] == []
    assert (await web.delete(f"{PATH}/{CITY}/2026-10-10", headers=headers)).status_code == 200
    assert (await asked(web, admin))["days"] == []


async def test_a_file_is_checked_and_taken_in_and_its_bad_lines_are_told_in_words(
    web: Client, admin: Officer
) -> None:
    headers = bearer(await web.token_of(admin))
    wrong = await web.post(
        f"{PATH}/{CITY}/check?year=2027", files=upload("日期,类型\n2027-10-01,串休\n"), headers=headers
    )
    assert wrong.json()["refused_lines"] == [
        {"line": 2, "value": "串休", "message": "类型“串休”看不懂。请写“放假”或“上班”。"}
    ]
    right = upload("日期,结束日期,类型\n2027-10-01,2027-10-07,放假\n")
    checked = await web.post(f"{PATH}/{CITY}/check?year=2027", files=right, headers=headers)
    assert (checked.json()["new"], checked.json()["written"]) == (7, False)
    assert (await asked(web, admin, year="2027"))["days"] == []
    taken = await web.post(f"{PATH}/{CITY}?year=2027", files=right, headers=headers)
    assert (taken.json()["new"], taken.json()["written"]) == (7, True)
    assert len((await asked(web, admin, year="2027"))["days"]) == 7


@pytest.mark.parametrize(
    ("method", "path", "field"),
    [
        ("PUT", f"{PATH}/{CITY}/2026-02-30", "day"),
        ("PUT", f"{PATH}/{CITY}/tomorrow", "day"),
        ("PUT", f"{PATH}/{CITY}/1999-12-31", "day"),
        ("GET", f"{PATH}?year=20267", "year"),
        ("GET", f"{PATH}?year=x", "year"),
    ],
)
async def test_what_is_no_day_or_year_is_named(
    web: Client, admin: Officer, method: str, path: str, field: str
) -> None:
    body = {"working": True} if method == "PUT" else None
    answer = await web.request(method, path, headers=bearer(await web.token_of(admin)), json=body)
    assert error_of(answer) == (422, "invalid_field", field)
