"""An agency fetches what it has to mend, by day, week, month, or what is open, with a key of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.actions import api_keys
from models.actions.api_keys import Purpose
from models.actions.commands import act
from models.errors import InvalidField
from models.incident.hazards import Mend, Refer
from models.queries.agency_files import period_of
from models.store import Store
from models.tables import audit
from tests.support.city import CHEN
from tests.support.clock import START, FakeClock
from tests.support.hazards import agency, reported, switch_on
from tests.support.pilots import ADMIN
from tests.web.client import Client, bearer, error_of

FILES = "/agency/hazards"


@pytest.fixture(autouse=True)
async def _on(store: Store) -> None:
    await switch_on(store)


@pytest.fixture
async def roads(store: Store) -> str:
    return await agency(store, "roads", "roads")


@pytest.fixture
async def key(store: Store, roads: str) -> dict[str, str]:
    return bearer((await api_keys.make(store, ADMIN, "市政", "agency", 60, roads))[1])


@pytest.mark.parametrize(
    ("name", "since", "until"),
    [
        ("2026-11-28", "2026-11-28T00:00:00+08:00", "2026-11-29T00:00:00+08:00"),
        ("2026-W48", "2026-11-23T00:00:00+08:00", "2026-11-30T00:00:00+08:00"),
        ("2026-12", "2026-12-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00"),
        ("2026-W53", "2026-12-28T00:00:00+08:00", "2027-01-04T00:00:00+08:00"),
        ("2028-02", "2028-02-01T00:00:00+08:00", "2028-03-01T00:00:00+08:00"),
    ],
)
def test_a_period_is_days_of_the_city_s_time(name: str, since: str, until: str) -> None:
    period = period_of(name)
    assert (period.since.isoformat(), period.until.isoformat()) == (since, until)


@pytest.mark.parametrize(
    "name", ["2026", "2026-13", "2026-02-30", "2025-W53", "2026-W00", "0000-01", "x", "9999-12"]
)
def test_what_is_no_period_is_refused(name: str) -> None:
    with pytest.raises(InvalidField):
        period_of(name)


async def test_an_agency_fetches_what_is_its_own_as_a_table_and_as_json(
    web: Client, store: Store, key: dict[str, str], clock: FakeClock
) -> None:
    lamps = await agency(store, "lamps", "lighting")
    first, _ = await reported(store, place='=HYPERLINK("x")', message="我是李四")
    await reported(store, "lamp_out")
    day = f"{START + timedelta(hours=8):%Y-%m-%d}"
    answer = await web.get(f"{FILES}/{day}.csv", headers=key)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="hazards-roads-{day}.csv"'
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert [line.partition(",")[0] for line in lines] == ["id", first.view["id"]]
    assert "\"'=HYPERLINK" in lines[1]
    assert "李四" not in answer.text
    told = (await web.get(f"{FILES}/{day}.json", headers=key)).json()
    assert (told["agency"], told["period"], told["complete"]) == ("roads", day, False)
    assert [(one["id"], one["status"]) for one in told["hazards"]] == [(first.view["id"], "waiting")]
    other = bearer((await api_keys.make(store, ADMIN, "路灯", "agency", 60, lamps))[1])
    told = (await web.get(f"{FILES}/open.json", headers=other)).json()
    assert [one["reason"] for one in told["hazards"]] == ["lamp_out"]
    async with store.database.read() as connection:
        rows = (await connection.execute(select(audit).where(audit.c.action == "fetch_agency_file"))).all()
    assert [row.reason for row in rows] == [day, day, "open"]


async def test_a_day_has_what_happened_in_it_and_what_is_open_has_what_is_left(
    web: Client, store: Store, key: dict[str, str], clock: FakeClock
) -> None:
    old, _ = await reported(store)
    clock.advance(3 * 86_400)
    new, _ = await reported(store)
    await act(store, str(old.view["id"]), Mend(), CHEN)
    today = f"{clock.now() + timedelta(hours=8):%Y-%m-%d}"
    between = f"{clock.now() - timedelta(days=1) + timedelta(hours=8):%Y-%m-%d}"

    async def ids(name: str) -> list[str]:
        answer = await web.get(f"{FILES}/{name}.json", headers=key)
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()["hazards"]]

    assert await ids(today) == [old.view["id"], new.view["id"]]
    assert await ids(between) == []
    assert await ids("open") == [new.view["id"]]
    await agency(store, "lamps", "lighting")
    await act(store, str(new.view["id"]), Refer(agency="lamps"), CHEN)
    assert await ids("open") == [], "it is another's now"


async def test_a_file_is_for_its_own_key_and_for_a_period_that_has_begun(
    web: Client, store: Store, key: dict[str, str], roads: str
) -> None:
    assert error_of(await web.get(f"{FILES}/open.csv"))[0] == 401
    purposes: tuple[Purpose, ...] = ("open311", "cap")
    for purpose in purposes:
        wrong = (await api_keys.make(store, ADMIN, purpose, purpose, 60))[1]
        assert error_of(await web.get(f"{FILES}/open.csv", headers=bearer(wrong)))[0] == 403
    secret = key["Authorization"].removeprefix("Bearer ")
    assert (await web.get(f"{FILES}/open.csv", params={"key": secret})).status_code == 200
    for name, status in (
        ("2027-01.csv", 404),
        ("open.xml", 404),
        ("tomorrow.csv", 422),
        ("2026-99.csv", 422),
    ):
        assert error_of(await web.get(f"{FILES}/{name}", headers=key))[0] == status, name


async def test_a_key_names_an_agency_of_one_s_own_city_and_only_for_that_purpose(
    web: Client, store: Store, roads: str, su: dict[str, str]
) -> None:
    with pytest.raises(InvalidField):
        await api_keys.make(store, ADMIN, "无", "agency", 60)
    with pytest.raises(InvalidField):
        await api_keys.make(store, ADMIN, "多", "cap", 60, roads)
    with pytest.raises(InvalidField):
        await api_keys.make(store, ADMIN, "谁", "agency", 60, "nobody")
    made = await web.post(
        "/api/v1/admin/api-keys", json={"name": "市政", "purpose": "agency", "agency": roads}, headers=su
    )
    assert made.status_code == 201, made.text
    (one,) = (await web.get("/api/v1/admin/api-keys", headers=su)).json()["keys"]
    assert (one["purpose"], one["agency"]) == ("agency", "roads")
    mine = bearer(made.json()["key"])
    assert (await web.get(f"{FILES}/open.csv", headers=mine)).status_code == 200
    await web.delete(f"/api/v1/admin/api-keys/{one['id']}", headers=su)
    assert error_of(await web.get(f"{FILES}/open.csv", headers=mine))[0] == 403
