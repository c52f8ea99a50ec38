"""TOTP: enrolled with the password, asked for at the door, good once, and taken back by an administrator."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx2
import pyotp
from sqlalchemy import select

from models.tables import audit, recovery_codes, second_factors
from tests.support.city import CHEN, ZHANG, joins
from tests.support.clock import FakeClock
from tests.web.client import PASSWORD, Client, bearer, error_of
from tests.web.conftest import app_of
from tests.web.people import ADMIN

DOOR = "/api/v1/sessions"


async def sign_in(web: Client, code: str | None = None, **more: str) -> httpx2.Response:
    body = {"username": f"user-{ZHANG.id}", "password": PASSWORD, **more}
    return await web.post(DOOR, json=body if code is None else {**body, "code": code})


def code_of(web: Client, secret: str) -> str:
    return pyotp.TOTP(secret).at(web.store.clock.now())


async def enrol(web: Client) -> tuple[str, list[str]]:
    """ZHANG's secret and recovery codes; the code of now is used up."""
    await web.let_in(ZHANG)
    me = bearer(await web.token_of(ZHANG))
    begun = await web.post("/api/v1/second-factor", json={"password": PASSWORD}, headers=me)
    assert begun.status_code == 200, begun.text
    secret = begun.json()["secret"]
    assert begun.json()["uri"].startswith("otpauth://totp/")
    assert begun.json()["qr"].startswith("<svg")
    body = {"code": code_of(web, secret)}
    done = await web.post("/api/v1/second-factor/confirm", json=body, headers=me)
    assert done.status_code == 200, done.text
    return secret, done.json()["recovery_codes"]


async def test_it_is_asked_for_only_once_it_is_on(web: Client, clock: FakeClock) -> None:
    await web.let_in(ZHANG)
    assert (await sign_in(web)).status_code == 200
    me = bearer(await web.token_of(ZHANG))
    begun = await web.post("/api/v1/second-factor", json={"password": PASSWORD}, headers=me)
    # Begun and never confirmed asks nobody for anything.
    assert (await sign_in(web)).status_code == 200
    secret = begun.json()["secret"]
    body = {"code": code_of(web, secret)}
    await web.post("/api/v1/second-factor/confirm", json=body, headers=me)
    assert error_of(await sign_in(web))[:2] == (401, "second_factor_needed")
    clock.advance(30)
    assert (await sign_in(web, code_of(web, secret))).status_code == 200
    assert (await web.get("/api/v1/me", headers=me)).json()["second_factor"] == "on"


async def test_a_code_is_good_once_and_none_before_it(web: Client, clock: FakeClock) -> None:
    secret, _ = await enrol(web)
    used_to_enrol = code_of(web, secret)
    assert error_of(await sign_in(web, used_to_enrol))[:2] == (401, "bad_credentials")
    clock.advance(60)
    now = code_of(web, secret)
    answers = await asyncio.gather(*(sign_in(web, now) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]
    before = pyotp.TOTP(secret).at(int(clock.now().timestamp()) - 30)
    assert (await sign_in(web, before)).status_code == 401


async def test_half_a_minute_of_drift_is_forgiven_and_no_more(web: Client, clock: FakeClock) -> None:
    secret, _ = await enrol(web)
    clock.advance(300)
    at = int(clock.now().timestamp())
    assert (await sign_in(web, pyotp.TOTP(secret).at(at - 60))).status_code == 401
    assert (await sign_in(web, pyotp.TOTP(secret).at(at + 60))).status_code == 401
    assert (await sign_in(web, pyotp.TOTP(secret).at(at + 30))).status_code == 200


async def test_guessing_codes_is_slowed_down_like_guessing_passwords(web: Client, clock: FakeClock) -> None:
    secret, _ = await enrol(web)
    clock.advance(60)
    right = code_of(web, secret)
    wrong = "000000" if right != "000000" else "000001"
    statuses = [(await sign_in(web, wrong)).status_code for _ in range(5)]
    assert statuses == [401, 401, 401, 401, 429]
    assert error_of(await sign_in(web, right))[:2] == (429, "locked_out")
    async with web.store.database.read() as connection:
        rows = (await connection.execute(select(audit).where(audit.c.reason == "second_factor"))).all()
    assert {(row.success, row.actor) for row in rows} == {(False, f"officer:{ZHANG.id}")}


async def test_a_recovery_code_opens_once(web: Client, clock: FakeClock) -> None:
    _, codes = await enrol(web)
    assert len(set(codes)) == 10
    clock.advance(60)
    assert (await sign_in(web, codes[0].upper().replace("-", " "))).status_code == 200
    assert (await sign_in(web, codes[0])).status_code == 401
    assert (await sign_in(web, codes[1])).status_code == 200


async def test_the_tables_hold_neither_secret_nor_codes(web: Client) -> None:
    secret, codes = await enrol(web)
    async with web.store.database.read() as connection:
        factor = (await connection.execute(select(second_factors))).one()
        kept = (await connection.execute(select(recovery_codes))).all()
    assert secret.encode() not in factor.secret_sealed
    assert not any(codes[0].replace("-", "").encode() in row.code_hash for row in kept)


async def test_whoever_finds_an_open_phone_enrols_nothing(web: Client) -> None:
    await web.let_in(ZHANG)
    me = bearer(await web.token_of(ZHANG))
    wrong = await web.post("/api/v1/second-factor", json={"password": "guess"}, headers=me)
    assert error_of(wrong)[:2] == (401, "bad_credentials")
    nothing = await web.post("/api/v1/second-factor/confirm", json={"code": "123456"}, headers=me)
    assert error_of(nothing)[:2] == (409, "conflict")


async def test_one_that_is_on_is_not_replaced_but_reset_by_an_administrator(web: Client) -> None:
    await enrol(web)
    me = bearer(await web.token_of(ZHANG))
    again = await web.post("/api/v1/second-factor", json={"password": PASSWORD}, headers=me)
    assert error_of(again)[:2] == (409, "conflict")
    await joins(web.store, ADMIN)
    desk = bearer(await web.token_of(ADMIN))
    path = f"/api/v1/admin/officers/{ZHANG.id}/second-factor/reset"
    assert (await web.post(path, json={"reason": "手机丢失"}, headers=desk)).status_code == 200
    assert (await sign_in(web)).status_code == 200


async def test_a_role_that_needs_one_opens_nothing_before(web: Client, clock: FakeClock) -> None:
    settings = replace(web.store.settings, second_factor=("commander",))
    store = replace(web.store, settings=settings)
    async with Client(app_of(store), store) as strict:
        await strict.let_in(CHEN, ZHANG)
        token = bearer(await strict.token_of(CHEN))
        for path in ("/api/v1/connection-token", "/api/v1/districts/511802/board", "/api/v1/sessions"):
            assert error_of(await strict.get(path, headers=token))[:2] == (403, "second_factor_missing"), path
        assert (await strict.get("/api/v1/me", headers=token)).json()["second_factor"] == "due"
        begun = await strict.post("/api/v1/second-factor", json={"password": PASSWORD}, headers=token)
        body = {"code": pyotp.TOTP(begun.json()["secret"]).at(clock.now())}
        await strict.post("/api/v1/second-factor/confirm", json=body, headers=token)
        assert (await strict.get("/api/v1/districts/511802/board", headers=token)).status_code == 200
        other = bearer(await strict.token_of(ZHANG))
        assert (await strict.get("/api/v1/duty", headers=other)).status_code == 200
