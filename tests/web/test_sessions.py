"""Signing in: two doors, opaque tokens, and what becomes of whoever guesses."""

from __future__ import annotations

import asyncio
import json

import httpx2
from sqlalchemy import select, update

from models.actions.notify import token_hash
from models.tables import audit, officers, sessions
from models.tokens import read_connection_token
from tests.support.city import AUX, CHEN, ZHANG
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell
from tests.web.client import PASSWORD, Client, bearer, error_of

POLICE = "/api/v1/sessions"
AUXILIARY = "/api/v1/auxiliary/sessions"


async def sign_in(web: Client, name: str, password: str = PASSWORD, door: str = POLICE) -> httpx2.Response:
    return await web.post(door, json={"username": f"user-{name}", "password": password})


async def test_each_door_lets_its_own_in_and_refuses_the_others(web: Client) -> None:
    await web.let_in(ZHANG, CHEN, AUX)
    police = await sign_in(web, ZHANG.id)
    assert police.status_code == 200
    assert police.json()["role"] == "police"
    assert police.json()["districts"] == ["511802"]
    assert len(police.json()["access_token"]) == 43
    commander = await sign_in(web, CHEN.id)
    assert (commander.json()["role"], commander.json()["districts"]) == ("commander", ["511802", "511803"])
    auxiliary = await sign_in(web, AUX.id, door=AUXILIARY)
    assert (auxiliary.status_code, auxiliary.json()["role"]) == (200, "auxiliary")
    assert error_of(await sign_in(web, AUX.id))[:2] == (403, "wrong_door")
    assert error_of(await sign_in(web, ZHANG.id, door=AUXILIARY))[:2] == (403, "wrong_door")


async def test_the_door_tells_nothing_about_an_account_without_its_password(web: Client) -> None:
    await web.let_in(AUX)
    wrong = await sign_in(web, AUX.id, "not-the-password")
    nobody = await sign_in(web, "nobody", "not-the-password")
    assert error_of(wrong)[:2] == (401, "bad_credentials")
    assert wrong.json() == nobody.json()


async def test_the_table_keeps_no_token(web: Client) -> None:
    await web.let_in(ZHANG)
    token = (await sign_in(web, ZHANG.id)).json()["access_token"]
    async with web.store.database.read() as connection:
        row = (await connection.execute(select(sessions))).one()
    assert row.token_hash == token_hash(token)
    assert token not in str(tuple(row))


async def test_a_token_ends_with_its_time_its_account_or_signing_out(web: Client, clock: FakeClock) -> None:
    token = await web.token_of(ZHANG)
    assert (await web.get("/api/v1/me", headers=bearer(token))).json()["service_number"] == "051827"
    clock.advance(12 * 3600)
    assert error_of(await web.get("/api/v1/me", headers=bearer(token)))[:2] == (401, "unauthenticated")

    token = await web.token_of(ZHANG)
    assert (await web.delete("/api/v1/sessions/current", headers=bearer(token))).status_code == 200
    assert (await web.get("/api/v1/me", headers=bearer(token))).status_code == 401

    token = await web.token_of(ZHANG)
    async with web.store.database.write() as connection:
        await connection.execute(update(officers).where(officers.c.id == ZHANG.id).values(active=False))
    assert (await web.get("/api/v1/me", headers=bearer(token))).status_code == 401


async def test_signing_out_is_told_to_the_hubs(web: Client, bell: RecordingBell) -> None:
    token = await web.token_of(ZHANG)
    ticket = (await web.get("/api/v1/connection-token", headers=bearer(token))).json()["token"]
    await web.delete("/api/v1/sessions/current", headers=bearer(token))
    told = bell.entries[-1]
    assert told.district == "control"
    session = read_connection_token(
        web.store.settings.hub_token_secret, ticket, web.store.clock.now()
    ).session
    assert session
    assert json.loads(told.data)["event"] == "revoked"
    assert json.loads(told.data)["subject"] == f"session:{session}"


async def test_forged_and_absent_tokens_are_nobody(web: Client) -> None:
    forged = ["Bearer " + "A" * 43, "Bearer ", "Bearer x.y.z", "Basic dXNlcjpwYXNz", "Bearer \u00e9"]
    for header in forged:
        answer = await web.get("/api/v1/me", headers=[(b"authorization", header.encode())])
        assert error_of(answer)[:2] == (401, "unauthenticated"), header
        assert answer.headers["www-authenticate"] == "Bearer"
    assert (await web.get("/api/v1/me")).status_code == 401


async def test_guessing_is_slowed_down_and_signing_in_forgives(web: Client, clock: FakeClock) -> None:
    await web.let_in(ZHANG)
    for _ in range(4):
        assert (await sign_in(web, ZHANG.id, "wrong")).status_code == 401
    locked = await sign_in(web, ZHANG.id, "wrong")
    assert error_of(locked)[:2] == (429, "locked_out")
    assert locked.json()["error"]["retry_at"] == "2026-11-02T08:00:30.000Z"
    assert error_of(await sign_in(web, ZHANG.id))[:2] == (429, "locked_out")
    clock.advance(30)
    longer = await sign_in(web, ZHANG.id, "wrong")
    assert longer.json()["error"]["retry_at"] == "2026-11-02T08:01:30.000Z"
    clock.advance(60)
    assert (await sign_in(web, ZHANG.id)).status_code == 200
    assert (await sign_in(web, ZHANG.id, "wrong")).status_code == 401


async def test_guesses_at_once_are_counted_like_guesses_in_a_row(web: Client) -> None:
    await web.let_in(ZHANG)
    answers = await asyncio.gather(*(sign_in(web, ZHANG.id, f"guess {n}") for n in range(12)))
    assert [answer.status_code for answer in answers].count(401) == 4
    assert error_of(await sign_in(web, ZHANG.id))[:2] == (429, "locked_out")


async def test_nobody_locks_an_officer_out_from_somewhere_else(web: Client) -> None:
    await web.let_in(ZHANG)
    for _ in range(8):
        await sign_in(web, ZHANG.id, "wrong")
    elsewhere = httpx2.ASGITransport(web.app, client=("203.0.113.9", 5))
    async with httpx2.AsyncClient(transport=elsewhere, base_url="http://localhost:8000") as other:
        body = {"username": f"user-{ZHANG.id}", "password": PASSWORD}
        assert (await other.post(POLICE, json=body)).status_code == 200


async def test_every_try_leaves_a_record(web: Client) -> None:
    await web.let_in(ZHANG, AUX)
    await sign_in(web, ZHANG.id)
    await sign_in(web, ZHANG.id, "wrong")
    await sign_in(web, AUX.id)
    await sign_in(web, "nobody")
    async with web.store.database.read() as connection:
        rows = (await connection.execute(select(audit).where(audit.c.action == "sign_in"))).all()
    seen = {(row.actor, row.success, row.reason) for row in rows}
    assert seen == {
        (f"officer:{ZHANG.id}", True, None),
        (f"officer:{ZHANG.id}", False, "bad_credentials"),
        (f"officer:{AUX.id}", False, "wrong_door"),
        ("account:unknown", False, "bad_credentials"),
    }


async def test_bodies_that_are_not_as_agreed(web: Client) -> None:
    refused = [
        ({"username": "a"}, "password"),
        ({"username": "", "password": "x"}, "username"),
        ({"username": "a", "password": ["x"]}, "password"),
        ({"username": "a", "password": "x" * 257}, "password"),
        ({"username": "a", "password": "x", "otp": "1"}, "otp"),
        ({"username": "nul\x00", "password": "x"}, "username"),
    ]
    for body, field in refused:
        assert error_of(await web.post(POLICE, json=body)) == (422, "invalid_field", field)


async def test_a_page_may_use_the_cookie_but_no_foreign_page_may(web: Client) -> None:
    await web.let_in(ZHANG)
    answer = await sign_in(web, ZHANG.id)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("wufen_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert (await web.get("/api/v1/me")).status_code == 200
    body = {"on_duty": True, "district": "511802"}
    bare = await web.put("/api/v1/duty", json=body)
    assert error_of(bare)[:2] == (403, "forbidden")
    foreign = {"x-wufen": "1", "origin": "https://evil.example"}
    assert error_of(await web.put("/api/v1/duty", json=body, headers=foreign))[:2] == (403, "forbidden")
    null = {"x-wufen": "1", "origin": "null"}
    assert (await web.put("/api/v1/duty", json=body, headers=null)).status_code == 403
    across = {"x-wufen": "1", "sec-fetch-site": "cross-site"}
    assert (await web.put("/api/v1/duty", json=body, headers=across)).status_code == 403
    own = {"x-wufen": "1", "origin": "http://localhost:8000"}
    assert (await web.put("/api/v1/duty", json=body, headers=own)).status_code == 200


async def test_a_foreign_page_signs_nobody_in(web: Client) -> None:
    await web.let_in(ZHANG)
    body = {"username": f"user-{ZHANG.id}", "password": PASSWORD}
    answer = await web.post(POLICE, json=body, headers={"origin": "https://evil.example"})
    assert error_of(answer)[:2] == (403, "forbidden")


async def test_each_way_not_to_come_in_stands_in_the_audit(web: Client) -> None:
    await web.let_in(ZHANG)
    for _ in range(8):
        await sign_in(web, ZHANG.id, "wrong")
    async with web.store.database.read() as connection:
        query = select(audit.c.subject, audit.c.reason, audit.c.success).where(audit.c.action == "sign_in")
        told = [tuple(row) for row in await connection.execute(query.order_by(audit.c.number))]
    wrong = (ZHANG.subject, "bad_credentials", False)
    # Whoever goes on trying at a locked account leaves one record a minute.
    assert told == [*[wrong] * 5, (ZHANG.subject, "locked", False)]
