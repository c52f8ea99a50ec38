"""Asking for an account at each door: nothing opens before an administrator's word, and no door tells who exists."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from models.tables import audit, officers, registrations
from tests.support.city import AUX, MINGSHAN, YUCHENG, ZHANG, joins, officer
from tests.support.clock import FakeClock
from tests.web.client import Client, bearer, error_of
from tests.web.people import ADMIN

DOORS = {"police": "/api/v1/registrations", "auxiliary": "/api/v1/auxiliary/registrations"}
SIGN_IN = {"police": "/api/v1/sessions", "auxiliary": "/api/v1/auxiliary/sessions"}
WANG_IN_MINGSHAN = officer("990009", "administrator", MINGSHAN)
FORM = {
    "service_number": "051899",
    "unit": "雨城二中队",
    "name": "赵小雨",
    "password": "rain-on-the-road",
    "district": YUCHENG,
}


async def register(web: Client, door: str = "police", **changes: str) -> httpx2.Response:
    return await web.post(DOORS[door], json={**FORM, **changes})


async def sign_in(web: Client, door: str = "police", password: str = FORM["password"]) -> httpx2.Response:
    return await web.post(SIGN_IN[door], json={"username": FORM["service_number"], "password": password})


async def admin(web: Client) -> dict[str, str]:
    await joins(web.store, ADMIN)
    return bearer(await web.token_of(ADMIN))


@pytest.mark.parametrize(("door", "role"), [("police", "police"), ("auxiliary", "auxiliary")])
async def test_nothing_opens_before_it_is_approved(web: Client, door: str, role: str) -> None:
    asked = await register(web, door)
    assert (asked.status_code, asked.json()) == (201, {"status": "waiting"})
    assert error_of(await sign_in(web, door))[:2] == (403, "registration_waiting")
    desk = await admin(web)
    [waiting] = (await web.get("/api/v1/admin/registrations", headers=desk)).json()["registrations"]
    assert waiting["door"] == door
    assert waiting["name"] == "赵小雨"
    path = f"/api/v1/admin/registrations/{waiting['id']}/approve"
    approved = await web.post(path, json={"role": role}, headers=desk)
    assert approved.status_code == 200
    signed_in = await sign_in(web, door)
    assert (signed_in.status_code, signed_in.json()["role"]) == (200, role)
    assert signed_in.json()["districts"] == [YUCHENG]
    again = await web.post(path, json={"role": role}, headers=desk)
    assert error_of(again)[:2] == (409, "conflict")


async def test_whoever_is_refused_reads_why_at_his_door(web: Client) -> None:
    await register(web)
    desk = await admin(web)
    [waiting] = (await web.get("/api/v1/admin/registrations", headers=desk)).json()["registrations"]
    path = f"/api/v1/admin/registrations/{waiting['id']}/refuse"
    assert error_of(await web.post(path, json={"reason": " "}, headers=desk)) == (
        422,
        "invalid_field",
        "reason",
    )
    assert (await web.post(path, json={"reason": "警号不符"}, headers=desk)).status_code == 200
    refused = await sign_in(web)
    assert error_of(refused)[:2] == (403, "registration_refused")
    assert "警号不符" in refused.json()["error"]["message"]
    async with web.store.database.read() as connection:
        assert (
            await connection.execute(select(officers).where(officers.c.username == "051899"))
        ).first() is None
        record = (
            await connection.execute(select(audit).where(audit.c.action == "refuse_registration"))
        ).one()
    assert record.reason == "警号不符"


async def test_the_other_door_and_a_wrong_password_know_nothing_of_a_registration(web: Client) -> None:
    await register(web, "auxiliary")
    nobody = await web.post(SIGN_IN["police"], json={"username": "nobody", "password": "rain-on-the-road"})
    other_door = await sign_in(web, "police")
    wrong = await sign_in(web, "auxiliary", "another-password")
    assert error_of(nobody)[:2] == (401, "bad_credentials")
    assert other_door.json() == nobody.json() == wrong.json()


async def test_registering_tells_nobody_which_numbers_exist(web: Client) -> None:
    desk = await admin(web)
    free = await register(web)
    taken = await register(web, service_number=ZHANG.service_number)
    assert (free.status_code, free.content) == (taken.status_code, taken.content)
    waiting = (await web.get("/api/v1/admin/registrations", headers=desk)).json()["registrations"]
    [double] = [one for one in waiting if one["service_number"] == ZHANG.service_number]
    path = f"/api/v1/admin/registrations/{double['id']}/approve"
    assert error_of(await web.post(path, json={"role": "police"}, headers=desk))[:2] == (409, "conflict")


async def test_another_districts_administrator_neither_sees_nor_decides(web: Client) -> None:
    await register(web)
    await joins(web.store, WANG_IN_MINGSHAN)
    desk = await admin(web)
    other = bearer(await web.token_of(WANG_IN_MINGSHAN))
    assert (await web.get("/api/v1/admin/registrations", headers=other)).json() == {"registrations": []}
    [waiting] = (await web.get("/api/v1/admin/registrations", headers=desk)).json()["registrations"]
    path = f"/api/v1/admin/registrations/{waiting['id']}"
    for step, body in (("approve", {"role": "police"}), ("refuse", {"reason": "x"})):
        assert error_of(await web.post(f"{path}/{step}", json=body, headers=other))[:2] == (403, "forbidden")


async def test_nobody_becomes_an_auditor_or_what_the_other_door_is_for(web: Client) -> None:
    await register(web, "auxiliary")
    desk = await admin(web)
    [waiting] = (await web.get("/api/v1/admin/registrations", headers=desk)).json()["registrations"]
    path = f"/api/v1/admin/registrations/{waiting['id']}/approve"
    for role in ("auditor", "police", "administrator"):
        refused = await web.post(path, json={"role": role}, headers=desk)
        assert error_of(refused) == (422, "invalid_field", "role"), role
    new = {
        "username": "watcher",
        "password": "five-minutes",
        "role": "auditor",
        "service_number": "9",
        "unit": "x",
    }
    added = await web.post("/api/v1/admin/officers", json={**new, "districts": [YUCHENG]}, headers=desk)
    assert error_of(added) == (422, "invalid_field", "role")


async def test_the_form_says_what_is_wrong(web: Client) -> None:
    wrong = [
        ({"password": "short"}, "password"),
        ({"service_number": "05 18"}, "service_number"),
        ({"name": "  "}, "name"),
        ({"unit": " "}, "unit"),
        ({"district": "999999"}, "district"),
        ({"role": "administrator"}, "role"),
    ]
    for changes, field in wrong:
        assert error_of(await register(web, **changes)) == (422, "invalid_field", field)


async def test_one_address_asks_ten_times_an_hour(web: Client) -> None:
    for number in range(10):
        assert (await register(web, service_number=f"0600{number:02}")).status_code == 201
    refused = await register(web)
    assert error_of(refused)[:2] == (429, "too_many_requests")
    assert refused.json()["error"]["retry_at"]


async def test_asking_twice_under_one_key_is_asking_once(web: Client) -> None:
    key = {"Idempotency-Key": "mine"}
    for _ in range(2):
        await web.post(DOORS["police"], json=FORM, headers=key)
    async with web.store.database.read() as connection:
        rows = (await connection.execute(select(registrations))).all()
    assert len(rows) == 1
    assert "赵小雨".encode() not in rows[0].name_sealed
    assert FORM["password"] not in str(tuple(rows[0]))
    assert AUX.role == "auxiliary"


async def waiting_at(web: Client, desk: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await web.get("/api/v1/admin/registrations", headers=desk)).json()[
        "registrations"
    ]
    return found


async def approve(web: Client, desk: dict[str, str], registration: str, **body: Any) -> httpx2.Response:
    path = f"/api/v1/admin/registrations/{registration}/approve"
    return await web.post(path, json={"role": "police", **body}, headers=desk)


STOLEN = {"password": "i-know-your-number", "name": "赵小雨"}


async def test_who_asks_for_anothers_number_later_takes_neither_his_place_nor_what_he_is_told(
    web: Client, clock: FakeClock
) -> None:
    await register(web)
    clock.advance(1)
    await register(web, **STOLEN)
    assert error_of(await sign_in(web))[:2] == (403, "registration_waiting")
    assert error_of(await sign_in(web, password=STOLEN["password"]))[:2] == (401, "bad_credentials")


async def test_a_number_that_two_ask_for_is_given_to_none_before_it_is_checked_whose_it_is(
    web: Client, clock: FakeClock
) -> None:
    await register(web, **STOLEN)
    clock.advance(1)
    await register(web)
    desk = await admin(web)
    first, second = await waiting_at(web, desk)
    assert [one["rivals"] for one in (first, second)] == [1, 1]
    assert error_of(await approve(web, desk, first["id"]))[:2] == (409, "conflict")
    assert error_of(await sign_in(web, password=STOLEN["password"]))[:2] == (403, "registration_waiting")
    # He has rung up the unit: it is the second one's.
    assert (await approve(web, desk, second["id"], checked=True)).status_code == 200
    assert (await sign_in(web)).status_code == 200
    assert error_of(await sign_in(web, password=STOLEN["password"]))[:2] == (401, "bad_credentials")
    assert await waiting_at(web, desk) == []
    async with web.store.database.read() as connection:
        query = select(audit.c.action, audit.c.reason).where(audit.c.action.endswith("registration"))
        told = {tuple(row) for row in await connection.execute(query)}
    assert told == {
        ("approve_registration", "conflict: number_claimed"),
        ("approve_registration", "identity_checked"),
        ("refuse_registration", "given_to_another"),
    }


async def test_two_administrators_who_approve_two_of_one_number_make_one_account(web: Client) -> None:
    await register(web, **STOLEN)
    await register(web)
    desk = await admin(web)
    first, second = await waiting_at(web, desk)
    answers = await asyncio.gather(
        approve(web, desk, first["id"], checked=True), approve(web, desk, second["id"], checked=True)
    )
    assert sorted(one.status_code for one in answers) == [200, 409]


async def test_a_number_that_looks_like_somebodys_is_shown_as_such(web: Client) -> None:
    desk = await admin(web)
    for number in ("O51827", "051827", "051-827", "05I827"):
        await register(web, service_number=number)
        [asked] = await waiting_at(web, desk)
        assert (asked["account"], asked["rivals"]) == (ZHANG.service_number, 0)
        assert error_of(await approve(web, desk, asked["id"]))[:2] == (409, "conflict")
        path = f"/api/v1/admin/registrations/{asked['id']}/refuse"
        await web.post(path, json={"reason": "冒用警号"}, headers=desk)


async def test_a_look_alike_counts_as_a_rival_in_another_district_and_at_the_other_door_too(
    web: Client,
) -> None:
    await register(web)
    await register(web, "auxiliary", service_number="O51899")
    await register(web, service_number="051899", district=MINGSHAN)
    desk = await admin(web)
    assert [one["rivals"] for one in await waiting_at(web, desk)] == [2, 2]


async def test_who_floods_a_number_is_refused_in_one_go_and_the_others_wait_on(
    web: Client, clock: FakeClock
) -> None:
    await register(web, service_number="051898")
    for number in range(4):
        clock.advance(1)
        await register(web, password=f"flooding-it-{number}")
    desk = await admin(web)
    flood = [one for one in await waiting_at(web, desk) if one["service_number"] == "051899"]
    path = f"/api/v1/admin/registrations/{flood[2]['id']}/refuse"
    body = {"reason": "冒用警号", "whole_number": True}
    assert (await web.post(path, json=body, headers=desk)).status_code == 200
    assert [one["service_number"] for one in await waiting_at(web, desk)] == ["051898"]


async def test_whose_number_went_to_another_reads_what_to_do(web: Client, clock: FakeClock) -> None:
    await register(web, "auxiliary", **STOLEN)
    clock.advance(1)
    await register(web)
    desk = await admin(web)
    stolen, right = await waiting_at(web, desk)
    assert (await approve(web, desk, right["id"], checked=True)).status_code == 200
    # The account is the police's now; his own door tells him nothing more than a stranger's.
    assert error_of(await sign_in(web, "auxiliary", STOLEN["password"]))[:2] == (401, "bad_credentials")
    async with web.store.database.read() as connection:
        query = select(registrations.c.status).where(registrations.c.id == stolen["id"])
        assert (await connection.execute(query)).scalar_one() == "refused"
