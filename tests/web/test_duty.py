"""Statuses, consent, sign-off and relief over HTTP."""

from __future__ import annotations

import httpx2

from models.caller import Officer
from tests.support.city import AUX, CHEN, LI, WANG, YUCHENG, ZHANG
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell
from tests.web.client import Client, bearer, error_of

PLACE = {"lat": 29.98, "lng": 103.01, "accuracy_m": 12.0}


async def put(web: Client, path: str, token: str, body: object) -> httpx2.Response:
    return await web.put(f"/api/v1/duty{path}", json=body, headers=bearer(token))


async def on_duty_list(web: Client) -> dict[str, str]:
    token = await web.token_of(CHEN)
    figures = await web.get(f"/api/v1/districts/{YUCHENG}/figures", headers=bearer(token))
    return {one["officer"]: one["status"] for one in figures.json()["on_duty"]}


async def with_an_incident(web: Client, officer: Officer) -> tuple[str, str]:
    token = await web.on_duty(officer, YUCHENG)
    incident, _ = await web.asked()
    answer = await web.post(f"/api/v1/incidents/{incident}/accept", json={}, headers=bearer(token))
    assert answer.status_code == 200
    return token, incident


async def test_what_an_officer_is_doing_stands_on_the_board_by_his_number(web: Client) -> None:
    token = await web.on_duty(ZHANG, YUCHENG)
    assert await on_duty_list(web) == {ZHANG.service_number: "available"}
    said = await put(web, "/status", token, {"status": "break"})
    assert (said.status_code, said.json()["status"]) == (200, "break")
    assert await on_duty_list(web) == {ZHANG.service_number: "break"}
    refused = await put(web, "/status", token, {"status": "panic"})
    assert error_of(refused)[0] == 422
    off = await put(web, "/status", await web.token_of(LI), {"status": "break"})
    assert error_of(off)[:2] == (403, "not_on_duty")


async def test_a_status_of_an_assignment_is_not_set_by_hand(web: Client) -> None:
    token, _ = await with_an_incident(web, ZHANG)
    assert (await web.get("/api/v1/duty", headers=bearer(token))).json()["status"] == "en_route"
    assert error_of(await put(web, "/status", token, {"status": "break"}))[:2] == (409, "conflict")


async def test_the_first_sign_on_asks_and_the_answer_is_kept_with_its_version(web: Client) -> None:
    token = await web.token_of(ZHANG)
    asked = (await web.get("/api/v1/duty", headers=bearer(token))).json()["consent"]
    assert asked == {"state": "unasked", "version": "1", "at": None, "keep_days": 30}
    body = {"on_duty": True, "district": YUCHENG, "position": PLACE, "consent": True}
    duty = (await put(web, "", token, body)).json()
    assert (duty["consent"]["state"], duty["position"]["lat"]) == ("given", 29.98)
    assert duty["consent"]["at"].startswith("2026-11-02T08:00:00")
    assert (duty["planned"], duty["ends_at"], duty["off_by"]) == (False, None, "2026-11-03T00:00:00.000Z")


async def test_without_consent_one_is_on_duty_without_a_position(web: Client, bell: RecordingBell) -> None:
    token = await web.token_of(ZHANG)
    body = {"on_duty": True, "district": YUCHENG, "position": PLACE, "consent": False}
    duty = (await put(web, "", token, body)).json()
    assert (duty["on_duty"], duty["position"], duty["consent"]["state"]) == (True, None, "refused")
    assert (await put(web, "/position", token, PLACE)).status_code == 200
    assert bell.told == []
    assert (await web.get("/api/v1/duty", headers=bearer(token))).json()["position"] is None


async def test_consent_that_is_taken_back_ends_the_position_at_once(
    web: Client, bell: RecordingBell, clock: FakeClock
) -> None:
    token = await web.token_of(ZHANG)
    body = {"on_duty": True, "district": YUCHENG, "position": PLACE, "consent": True}
    await put(web, "", token, body)
    await put(web, "/position", token, PLACE)
    assert bell.told[0][1]["status"] == "available"
    clock.advance(1)
    duty = (await put(web, "/consent", token, {"given": False})).json()
    assert (duty["position"], duty["consent"]["state"]) == (None, "refused")
    await put(web, "/position", token, PLACE)
    assert len(bell.told) == 1
    clock.advance(1)
    again = (await put(web, "/consent", token, {"given": True})).json()
    assert again["consent"]["state"] == "given"
    await put(web, "/position", token, PLACE)
    assert len(bell.told) == 2


async def test_signing_off_asks_what_becomes_of_each_incident(web: Client) -> None:
    token, incident = await with_an_incident(web, ZHANG)
    refused = await put(web, "/sign-off", token, {})
    assert error_of(refused)[:2] == (409, "open_items")
    error = refused.json()["error"]
    assert (error["count"], error["incidents"]) == (1, incident)
    done = await put(web, "/sign-off", token, {"items": [{"incident": incident, "to": "queue"}]})
    assert done.json()["on_duty"] is False
    assert (await put(web, "/sign-off", token, {})).status_code == 200


async def test_relief_by_name_goes_from_phone_to_phone(web: Client) -> None:
    token, incident = await with_an_incident(web, ZHANG)
    other = await web.on_duty(LI, YUCHENG)
    there = (await web.get("/api/v1/duty/colleagues", headers=bearer(token))).json()["colleagues"]
    assert [(one["officer"], one["status"]) for one in there] == [(LI.service_number, "available")]
    path, body = f"/api/v1/incidents/{incident}/handovers", {"to": LI.service_number, "note": "在东门"}
    headers = {**bearer(token), "Idempotency-Key": "relief-1"}
    made = await web.post(path, json=body, headers=headers)
    assert (made.status_code, made.json()["handover"]["status"]) == (201, "asked")
    assert (await web.post(path, json=body, headers=headers)).json() == made.json()
    (asked,) = (await web.get("/api/v1/duty", headers=bearer(other))).json()["handovers"]
    assert (asked["from"], asked["note"], asked["mine"]) == (ZHANG.service_number, "在东门", False)
    answer = f"/api/v1/handovers/{asked['id']}"
    for stranger in (AUX, WANG):
        refused = await web.post(
            answer, json={"answer": "accepted"}, headers=bearer(await web.token_of(stranger))
        )
        assert error_of(refused)[:2] == (404, "not_found")
    took = await web.post(answer, json={"answer": "accepted"}, headers=bearer(other))
    assert took.json()["handover"]["status"] == "accepted"
    mine = (await web.get("/api/v1/duty", headers=bearer(other))).json()
    assert [one["id"] for one in mine["incidents"]] == [incident]
    assert (await put(web, "/sign-off", token, {})).json()["on_duty"] is False
    nobody = await web.post(path, json={"to": "000000"}, headers=bearer(other))
    assert error_of(nobody) == (422, "invalid_field", "to")
