"""Two cities in one installation: each sees its own, and people read the name of the city whose sticker they scan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from models.actions.cities import import_city
from models.city.bundle import read
from models.queries.installation import city_maps, installation
from models.store import Store
from models.tables import incidents, notices, stickers
from tests.support.city import YUCHENG, ZHANG, joins, officer
from tests.web.client import Client, bearer, error_of

DECHANG = "513424"
BUNDLE = Path(__file__).parents[2] / "docs/cities/dechang.yaml"
SUN = officer("340001", "administrator", DECHANG)
ZHOU = officer("340002", "police", DECHANG)
QIAN = officer("340003", "commander", DECHANG)


async def a_sticker(store: Store, code: str, status: str, **more: Any) -> None:
    values = {"id": f"id-{code}", "code": code, "district": DECHANG, "status": status} | more
    async with store.database.write() as connection:
        await connection.execute(insert(stickers).values(issued_at=store.clock.now(), **values))


@pytest.fixture(autouse=True)
async def second_city(store: Store) -> None:
    """Dechang beside the small city of the tests, from its bundle."""
    async with store.database.write() as connection:
        await import_city(connection, store.ids, store.clock.now(), read(BUNDLE.read_bytes()))
    await joins(store, SUN, ZHOU, QIAN)


async def test_a_page_before_sign_in_bears_neither_name_and_a_scanned_sticker_its_citys(web: Client) -> None:
    await a_sticker(web.store, "old", "revoked")
    front = (await web.get("/")).text
    assert "城市交管" not in front
    assert "德昌交管" not in front
    page = await web.get("/s/old")
    assert page.status_code == 410
    assert "德昌交管" in page.text
    assert (await installation(web.store)).platform is None


async def test_the_code_for_a_binding_comes_in_the_name_of_the_stickers_city(web: Client) -> None:
    await a_sticker(web.store, "new", "fresh")
    body = {"plate": "川W·B6789", "phone": "138 1234 1234"}
    assert (await web.post("/api/v1/stickers/new/binding", json=body)).status_code == 202
    async with web.store.database.read() as connection:
        params = (
            await connection.execute(select(notices.c.params).where(notices.c.template == "binding_code"))
        ).scalar_one()
    assert json.loads(params)["platform"] == "德昌交管"


async def test_an_administrator_issues_for_his_city_in_its_design_and_for_no_other(web: Client) -> None:
    sun = bearer(await web.token_of(SUN))
    made = await web.post("/api/v1/admin/stickers", json={"district": DECHANG, "count": 1}, headers=sun)
    assert made.status_code == 201
    refused = await web.post("/api/v1/admin/stickers", json={"district": YUCHENG, "count": 1}, headers=sun)
    assert error_of(refused)[:2] == (403, "forbidden")
    sheet = await web.get(made.json()["batch"]["sheet"], headers=sun)
    assert sheet.content.startswith(b"%PDF")
    assert [
        one["username"] for one in (await web.get("/api/v1/admin/officers", headers=sun)).json()["officers"]
    ] == [
        "user-340001",
        "user-340002",
        "user-340003",
    ]


async def test_a_request_in_one_city_is_seen_there_and_nowhere_else(web: Client) -> None:
    async with web.store.database.write() as connection:
        await connection.execute(
            stickers.update().where(stickers.c.id == "sticker-two").values(district=DECHANG)
        )
    incident, _ = await web.asked("two")
    zhou, zhang = bearer(await web.token_of(ZHOU)), bearer(await web.token_of(ZHANG))
    board = (await web.get(f"/api/v1/districts/{DECHANG}/board", headers=zhou)).json()
    assert [one["id"] for one in board["incidents"]] == [incident]
    assert (await web.get(f"/api/v1/districts/{YUCHENG}/board", headers=zhang)).json()["incidents"] == []
    assert (await web.get(f"/api/v1/incidents/{incident}", headers=zhang)).status_code == 403
    assert error_of(await web.get(f"/api/v1/districts/{DECHANG}/board", headers=zhang))[:2] == (
        403,
        "forbidden",
    )


async def test_with_nobody_on_duty_the_commander_of_the_same_city_is_told(web: Client) -> None:
    async with web.store.database.write() as connection:
        await connection.execute(
            stickers.update().where(stickers.c.id == "sticker-two").values(district=DECHANG)
        )
    incident, token = await web.asked("two")
    asked = await web.post(f"/api/v1/incidents/{incident}/hand_over", json={}, headers=bearer(token))
    assert asked.status_code == 200
    async with web.store.database.read() as connection:
        told = (
            await connection.execute(
                select(notices.c.officer_id).where(
                    notices.c.incident_id == incident, notices.c.officer_id.is_not(None)
                )
            )
        ).scalars()
        assert set(told) == {QIAN.id}
        alone = select(incidents.c.nobody_on_duty).where(incidents.c.id == incident)
        assert (await connection.execute(alone)).scalar_one()


async def test_the_wall_is_told_the_seats_and_the_drawing_of_each_city(web: Client) -> None:
    maps = {one["code"]: one for one in await city_maps(web.store)}
    assert maps["513424"]["districts"] == {DECHANG: {"lat": 27.403, "lng": 102.178}}
    assert maps["513424"]["drawing"] is None
    assert set(maps["511800"]["districts"]) == {"511802", "511803"}
