"""The commands of an incident over HTTP: who may, what is told, and one winner of two."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
from sqlalchemy import select

from models.actions.notify import token_hash
from models.store import Store
from models.tables import audit, events, incidents, participants
from tests.support.city import AUX, CHEN, LI, MINGSHAN, WANG, YUCHENG, ZHANG
from tests.support.clock import FakeClock
from tests.web.client import Client, bearer, error_of


async def command(
    web: Client, incident: str, name: str, token: str, body: Any = None, **headers: str
) -> httpx2.Response:
    return await web.post(
        f"/api/v1/incidents/{incident}/{name}", json=body or {}, headers=bearer(token) | headers
    )


async def owners_token(store: Store, incident: str, vehicle: str = "car-one") -> str:
    """A token of the owner's, as the link of a notice carries it."""
    token = store.ids.secret()
    async with store.database.write() as connection:
        await connection.execute(
            participants.insert().values(
                id=store.ids.new(),
                incident_id=incident,
                role="owner",
                token_hash=token_hash(token),
                vehicle_id=vehicle,
                joined_at=store.clock.now(),
            )
        )
    return token


async def version_of(store: Store, incident: str) -> int:
    async with store.database.read() as connection:
        query = select(incidents.c.version).where(incidents.c.id == incident)
        return int((await connection.execute(query)).scalar_one())


async def test_the_owner_comes_and_the_requester_says_it_is_moved(web: Client) -> None:
    incident, requester = await web.asked()
    owner = await owners_token(web.store, incident)
    answered = await command(web, incident, "answer", owner, {"reply": "coming", "minutes": 3})
    assert answered.status_code == 200
    assert answered.json()["incident"]["reply"] == "coming"
    assert answered.json()["incident"]["promised_by"] == "2026-11-02T08:03:00.000Z"
    settled = await command(web, incident, "settle", requester)
    assert settled.json()["incident"]["status"] == "closed"
    assert settled.json()["incident"]["outcome"] == "settled"
    rated = await command(web, incident, "rate", requester, {"stars": 5, "comment": "谢谢"})
    assert rated.status_code == 200
    assert error_of(await command(web, incident, "rate", requester, {"stars": 1}))[:2] == (409, "conflict")


async def test_an_officer_goes_there_and_resolves(web: Client) -> None:
    incident, _ = await web.asked()
    officer = await web.token_of(ZHANG)
    assert error_of(await command(web, incident, "accept", officer))[:2] == (403, "not_on_duty")
    officer = await web.on_duty(ZHANG, YUCHENG)
    accepted = await command(web, incident, "accept", officer)
    assert accepted.json()["incident"]["status"] == "accepted"
    assert accepted.json()["incident"]["officer"] == "051827"
    assert (await command(web, incident, "arrive", officer)).json()["incident"]["status"] == "on_scene"
    done = await command(web, incident, "resolve", officer, {"outcome": "settled", "note": "车已开走"})
    assert done.json()["incident"]["outcome"] == "settled"
    again = await command(web, incident, "resolve", officer)
    assert error_of(again)[:2] == (409, "illegal_transition")


async def test_two_officers_accept_at_once_and_the_other_is_told_by_whom(web: Client) -> None:
    incident, _ = await web.asked()
    tokens = [await web.on_duty(ZHANG, YUCHENG), await web.on_duty(LI, YUCHENG)]
    answers = await asyncio.gather(*(command(web, incident, "accept", token) for token in tokens))
    won, lost = sorted(answers, key=lambda answer: answer.status_code)
    assert (won.status_code, lost.status_code) == (200, 409)
    winner = won.json()["incident"]["officer"]
    assert lost.json()["error"]["code"] == "already_accepted"
    assert lost.json()["error"]["by"] == winner
    assert winner in lost.json()["error"]["message"]


async def test_a_command_with_a_version_is_for_that_version_only(web: Client) -> None:
    incident, requester = await web.asked()
    stale = await command(web, incident, "hand_over", requester, {"version": 7})
    assert error_of(stale)[:2] == (409, "version_conflict")
    assert stale.json()["error"]["version"] == 1
    assert await version_of(web.store, incident) == 1
    assert (await command(web, incident, "hand_over", requester, {"version": 1})).status_code == 200


async def test_nobody_commands_another_ones_incident(web: Client) -> None:
    mine, requester = await web.asked("one")
    other, _ = await web.asked("two")
    stranger_officer = await web.on_duty(WANG, MINGSHAN)
    owner = await owners_token(web.store, mine)
    attempts = [
        (other, "settle", requester),
        (other, "cancel", requester),
        (other, "answer", owner),
        (mine, "accept", stranger_officer),
        (mine, "accept", requester),
        (mine, "resolve", requester),
        (mine, "reopen", requester),
        (mine, "cancel", owner),
    ]
    for incident, name, token in attempts:
        body = {"reply": "moved"} if name == "answer" else {}
        answer = await command(web, incident, name, token, body)
        assert error_of(answer)[:2] == (403, "forbidden"), name
    looked = await web.get(f"/api/v1/incidents/{other}", headers=bearer(requester))
    assert error_of(looked)[:2] == (403, "forbidden")
    assert error_of(await command(web, "no-such-incident", "settle", requester))[:2] == (404, "not_found")
    assert error_of(await web.post(f"/api/v1/incidents/{mine}/settle", json={}))[:2] == (
        401,
        "unauthenticated",
    )
    assert await version_of(web.store, mine) == 1
    assert await version_of(web.store, other) == 1


async def test_bodies_of_commands_that_are_not_as_agreed(web: Client) -> None:
    incident, requester = await web.asked()
    owner = await owners_token(web.store, incident)
    officer = await web.on_duty(ZHANG, YUCHENG)
    refused: list[tuple[str, str, Any, str]] = [
        ("answer", owner, {}, "reply"),
        ("answer", owner, {"reply": "perhaps"}, "reply"),
        ("answer", owner, {"reply": "coming", "minutes": 4}, "minutes"),
        ("answer", owner, {"reply": "cannot", "minutes": 5}, "minutes"),
        ("settle", requester, {"version": "1"}, "version"),
        ("settle", requester, {"version": -1}, "version"),
        ("settle", requester, {"force": True}, "force"),
        ("settle", requester, ["x"], "body"),
        ("resolve", officer, {"outcome": "cancelled"}, "outcome"),
        ("resolve", officer, {"note": "x" * 1001}, "note"),
        ("decline", officer, {"reason": "x" * 201}, "reason"),
        ("rate", requester, {"stars": 6}, "stars"),
        ("rate", requester, {"stars": 4.5}, "stars"),
    ]
    for name, token, body, field in refused:
        answer = await command(web, incident, name, token, body)
        assert error_of(answer) == (422, "invalid_field", field), (name, body)
    assert await version_of(web.store, incident) == 1


async def test_a_command_may_come_without_a_body(web: Client) -> None:
    incident, requester = await web.asked()
    answer = await web.post(f"/api/v1/incidents/{incident}/hand_over", headers=bearer(requester))
    assert answer.status_code == 200


async def test_a_command_repeated_under_its_key_is_one_command(web: Client) -> None:
    incident, _ = await web.asked()
    officer = await web.on_duty(ZHANG, YUCHENG)
    key = {"Idempotency-Key": "accept-1"}
    first = await command(web, incident, "accept", officer, **key)
    again = await command(web, incident, "accept", officer, **key)
    assert (first.status_code, again.content) == (200, first.content)
    other = await command(web, incident, "accept", officer, {"note": "x"}, **key)
    assert error_of(other)[:2] == (422, "idempotency_mismatch")
    at_once = await asyncio.gather(
        *(command(web, incident, "arrive", officer, **{"Idempotency-Key": "arrive"}) for _ in range(6))
    )
    assert {answer.status_code for answer in at_once} == {200}
    assert len({answer.content for answer in at_once}) == 1
    async with web.store.database.read() as connection:
        names = (await connection.execute(select(events.c.name).order_by(events.c.offset))).scalars().all()
    assert names.count("accepted") == 1
    assert names.count("arrived") == 1


async def test_a_key_of_another_caller_is_another_key(web: Client) -> None:
    incident, _ = await web.asked()
    zhang, li = await web.on_duty(ZHANG, YUCHENG), await web.on_duty(LI, YUCHENG)
    key = {"Idempotency-Key": "k"}
    assert (await command(web, incident, "accept", zhang, **key)).status_code == 200
    assert error_of(await command(web, incident, "accept", li, **key))[:2] == (409, "already_accepted")


async def test_each_sees_what_is_his_to_see_and_staff_looks_are_recorded(web: Client) -> None:
    incident, requester = await web.asked(message="挡住车库了")
    path = f"/api/v1/incidents/{incident}"
    police, auxiliary = await web.token_of(ZHANG), await web.token_of(AUX)
    why = {"what": "plate", "reason": "现场找车"}
    assert (await web.post(f"{path}/looks", json=why, headers=bearer(police))).status_code == 200
    seen = {
        name: (await web.get(path, headers=bearer(token))).json()["incident"]
        for name, token in (("requester", requester), ("police", police), ("auxiliary", auxiliary))
    }
    assert seen["police"]["plate_full"] == "川TA1235"
    assert "plate_full" not in seen["auxiliary"]
    assert "plate_full" not in seen["requester"]
    assert "officer" not in seen["requester"]
    assert seen["police"]["messages"][0]["text"] == "挡住车库了"
    await web.get(path, headers=bearer(police))
    async with web.store.database.read() as connection:
        rows = (await connection.execute(select(audit).where(audit.c.action == "look"))).all()
    assert sorted((row.actor, row.subject) for row in rows) == sorted(
        [(f"officer:{ZHANG.id}", f"incident:{incident}"), (f"officer:{AUX.id}", f"incident:{incident}")]
    )


async def test_a_requesters_token_ends_a_day_after_the_end(web: Client, clock: FakeClock) -> None:
    incident, requester = await web.asked()
    await command(web, incident, "settle", requester)
    clock.advance(24 * 3600 - 1)
    assert (await web.get(f"/api/v1/incidents/{incident}", headers=bearer(requester))).status_code == 200
    clock.advance(1)
    ended = await web.get(f"/api/v1/incidents/{incident}", headers=bearer(requester))
    assert error_of(ended)[:2] == (401, "unauthenticated")


async def test_a_commander_opens_it_again_with_a_reason(web: Client) -> None:
    incident, requester = await web.asked()
    await command(web, incident, "settle", requester)
    commander = await web.token_of(CHEN)
    without = await command(web, incident, "reopen", commander)
    assert error_of(without) == (422, "invalid_field", "reason")
    opened = await command(web, incident, "reopen", commander, {"reason": "车还在"})
    assert opened.json()["incident"]["status"] == "offered"
