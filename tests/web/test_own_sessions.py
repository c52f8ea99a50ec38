"""What one is signed in with: seen, ended, put to sleep and woken; and ended by an administrator."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import select, update

from models.tables import audit, sessions
from tests.support.city import CHEN, LI, WANG, YUCHENG, ZHANG, joins
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell
from tests.web.client import PASSWORD, Client, bearer, error_of
from tests.web.people import ADMIN, AUDITOR

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 MicroMessenger/8.0"
ANDROID = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/128.0 Mobile Safari/537.36"


async def sign_in(web: Client, officer: str, agent: str = ANDROID) -> dict[str, str]:
    body = {"username": f"user-{officer}", "password": PASSWORD}
    answer = await web.post("/api/v1/sessions", json=body, headers={"user-agent": agent})
    assert answer.status_code == 200, answer.text
    web.cookies.clear()
    return bearer(answer.json()["access_token"])


async def test_one_sees_ones_devices_and_ends_one(web: Client, clock: FakeClock, bell: RecordingBell) -> None:
    await web.let_in(ZHANG, LI)
    phone = await sign_in(web, ZHANG.id, IPHONE)
    clock.advance(90)
    tablet = await sign_in(web, ZHANG.id)
    await sign_in(web, LI.id)
    mine = (await web.get("/api/v1/sessions", headers=tablet)).json()["sessions"]
    assert [(one["device"], one["current"]) for one in mine] == [
        ("Android · Chrome", True),
        ("iPhone · WeChat", False),
    ]
    assert mine[1]["since"] == "2026-11-02T08:00:00.000Z"
    ended = await web.delete(f"/api/v1/sessions/{mine[1]['id']}", headers=tablet)
    assert ended.status_code == 200
    assert json.loads(bell.entries[-1].data)["subject"] == f"session:{mine[1]['id']}"
    assert (await web.get("/api/v1/me", headers=phone)).status_code == 401
    assert (await web.get("/api/v1/me", headers=tablet)).status_code == 200


async def test_nobody_ends_anothers_session(web: Client) -> None:
    await web.let_in(ZHANG, LI)
    zhang, li = await sign_in(web, ZHANG.id), await sign_in(web, LI.id)
    [his] = (await web.get("/api/v1/sessions", headers=li)).json()["sessions"]
    refused = await web.delete(f"/api/v1/sessions/{his['id']}", headers=zhang)
    assert error_of(refused)[:2] == (404, "not_found")
    assert (await web.get("/api/v1/me", headers=li)).status_code == 200


async def test_an_empty_chair_falls_asleep_and_wakes_by_the_password(web: Client, clock: FakeClock) -> None:
    await web.let_in(CHEN)
    chief = await sign_in(web, CHEN.id)
    clock.advance(899)
    assert (await web.get("/api/v1/me", headers=chief)).status_code == 200
    clock.advance(899)
    assert (await web.get("/api/v1/me", headers=chief)).status_code == 200
    clock.advance(900)
    for path in ("/api/v1/me", f"/api/v1/districts/{YUCHENG}/closed", "/api/v1/sessions"):
        assert error_of(await web.get(path, headers=chief))[:2] == (401, "session_asleep"), path
    unlock = "/api/v1/sessions/current/unlock"
    wrong = await web.post(unlock, json={"password": "guess"}, headers=chief)
    assert error_of(wrong)[:2] == (401, "bad_credentials")
    assert error_of(await web.get("/api/v1/me", headers=chief))[:2] == (401, "session_asleep")
    assert (await web.post(unlock, json={"password": PASSWORD}, headers=chief)).status_code == 200
    assert (await web.get("/api/v1/me", headers=chief)).status_code == 200


async def test_a_commanders_screen_that_sleeps_shows_what_a_wall_shows_and_does_nothing(
    web: Client, clock: FakeClock
) -> None:
    incident, _ = await web.asked(message="挡住车库了")
    await web.let_in(CHEN)
    chief = await sign_in(web, CHEN.id)
    path = f"/api/v1/incidents/{incident}"
    assert "messages" in (await web.get(path, headers=chief)).json()["incident"]
    clock.advance(900)
    assert (await web.get(f"/api/v1/districts/{YUCHENG}/board", headers=chief)).status_code == 200
    assert "messages" not in (await web.get(path, headers=chief)).json()["incident"]
    token = (await web.get("/api/v1/connection-token", headers=chief)).json()
    assert f"officer:{CHEN.id}" not in token["channels"]
    assert f"board:{YUCHENG}" in token["channels"]
    refused = await web.post(f"{path}/hand_over", headers=chief)
    assert error_of(refused)[:2] == (401, "session_asleep")


async def test_a_pages_timers_keep_nobody_awake_but_his_hand_does(web: Client, clock: FakeClock) -> None:
    await web.let_in(CHEN)
    chief = await sign_in(web, CHEN.id)
    timer, hand = {**chief, "x-wufen": "1"}, {**chief, "x-wufen": "1", "x-wufen-hand": "1"}
    clock.advance(600)
    assert (await web.get("/api/v1/me", headers=hand)).status_code == 200
    clock.advance(600)
    assert (await web.get("/api/v1/me", headers=timer)).status_code == 200
    clock.advance(600)
    assert error_of(await web.get("/api/v1/me", headers=timer))[:2] == (401, "session_asleep")


async def test_a_phone_in_a_pocket_sleeps_later_than_a_desk(web: Client, clock: FakeClock) -> None:
    await web.let_in(ZHANG)
    officer = await sign_in(web, ZHANG.id)
    assert (await web.get("/api/v1/me", headers=officer)).json()["idle_seconds"] == 14_400
    clock.advance(14_399)
    assert (await web.get("/api/v1/me", headers=officer)).status_code == 200


async def test_one_may_put_it_to_sleep_oneself(web: Client) -> None:
    await web.let_in(CHEN)
    chief = await sign_in(web, CHEN.id)
    assert (await web.post("/api/v1/sessions/current/lock", headers=chief)).status_code == 200
    assert error_of(await web.get("/api/v1/me", headers=chief))[:2] == (401, "session_asleep")
    # Signing out is always possible.
    assert (await web.delete("/api/v1/sessions/current", headers=chief)).status_code == 200


async def test_guessing_at_a_sleeping_desk_is_slowed_down_like_at_the_door(web: Client) -> None:
    await web.let_in(CHEN)
    chief = await sign_in(web, CHEN.id)
    await web.post("/api/v1/sessions/current/lock", headers=chief)
    unlock = "/api/v1/sessions/current/unlock"
    statuses = [
        (await web.post(unlock, json={"password": f"guess {n}"}, headers=chief)).status_code for n in range(5)
    ]
    assert statuses == [401, 401, 401, 401, 429]
    locked = await web.post(unlock, json={"password": PASSWORD}, headers=chief)
    assert error_of(locked)[:2] == (429, "locked_out")


async def test_both_or_neither_wake_nothing(web: Client) -> None:
    await web.let_in(CHEN)
    chief = await sign_in(web, CHEN.id)
    for body in ({}, {"password": PASSWORD, "code": "123456"}):
        answer = await web.post("/api/v1/sessions/current/unlock", json=body, headers=chief)
        assert error_of(answer)[:2] == (422, "invalid_field")


async def test_an_administrator_ends_all_of_an_officers_sessions(web: Client, bell: RecordingBell) -> None:
    await joins(web.store, ADMIN, AUDITOR)
    await web.let_in(ZHANG)
    officer = await sign_in(web, ZHANG.id)
    desk = bearer(await web.token_of(ADMIN))
    path = f"/api/v1/admin/officers/{ZHANG.id}"
    [seen] = (await web.get(f"{path}/sessions", headers=desk)).json()["sessions"]
    assert (seen["device"], seen["current"]) == ("Android · Chrome", False)
    assert (await web.post(f"{path}/sign-out", json={"reason": "手机丢失"}, headers=desk)).status_code == 200
    assert (await web.get("/api/v1/me", headers=officer)).status_code == 401
    assert json.loads(bell.entries[-1].data)["subject"] == f"officer:{ZHANG.id}"
    async with web.store.database.read() as connection:
        record = (await connection.execute(select(audit).where(audit.c.action == "sign_out_officer"))).one()
    assert (record.actor, record.reason) == (ADMIN.subject, "手机丢失")
    # He may come back by his own door: the account is not ended.
    await sign_in(web, ZHANG.id)


async def test_another_districts_officers_and_auditors_are_nobodys_to_end(web: Client) -> None:
    await joins(web.store, ADMIN, AUDITOR)
    desk = bearer(await web.token_of(ADMIN))
    for officer in (WANG, AUDITOR):
        path = f"/api/v1/admin/officers/{officer.id}"
        assert error_of(await web.get(f"{path}/sessions", headers=desk))[:2] == (403, "forbidden")
        for step in ("sign-out", "second-factor/reset", "end"):
            answer = await web.post(
                f"{path}/{step}", json={"reason": "x"} if step != "end" else {}, headers=desk
            )
            assert error_of(answer)[:2] == (403, "forbidden"), step


async def test_a_session_of_an_older_release_goes_on(web: Client, clock: FakeClock) -> None:
    token = bearer(await web.token_of(CHEN))
    async with web.store.database.write() as connection:
        await connection.execute(update(sessions).values(last_used_at=None))
    clock.advance(timedelta(hours=2).total_seconds())
    assert (await web.get("/api/v1/me", headers=token)).status_code == 200
