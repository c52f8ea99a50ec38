"""A commander's orders, backup, alarms, the desk and the response figures over HTTP."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.support.city import CHEN, LI, MINGSHAN, WANG, YUCHENG, ZHANG
from tests.support.clock import FakeClock
from tests.web.client import Client, bearer, error_of


async def order(
    web: Client, incident: str, name: str, token: str, body: Any = None, **headers: str
) -> httpx2.Response:
    return await web.post(
        f"/api/v1/incidents/{incident}/{name}", json=body or {}, headers=bearer(token) | headers
    )


async def test_a_commander_assigns_and_the_same_key_says_the_same_again(web: Client) -> None:
    incident, _ = await web.asked()
    await web.on_duty(ZHANG, YUCHENG)
    chen = await web.token_of(CHEN)
    body = {"officer": ZHANG.id, "reason": "nearest"}
    key = {"Idempotency-Key": "order-1"}
    first = await order(web, incident, "assign", chen, body, **key)
    assert first.status_code == 200, first.text
    assert first.json()["incident"]["to_confirm"] is True
    again = await order(web, incident, "assign", chen, body, **key)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await order(web, incident, "assign", chen, body | {"officer": LI.id}, **key)
    assert error_of(other)[:2] == (422, "idempotency_mismatch")


async def test_each_order_says_what_is_wrong_with_it(web: Client) -> None:
    incident, requester = await web.asked()
    chen, zhang = await web.token_of(CHEN), await web.on_duty(ZHANG, YUCHENG)
    cases = [
        ("assign", {"officer": "nobody", "reason": "nearest"}, (422, "invalid_field", "officer")),
        ("assign", {"officer": ZHANG.id}, (422, "invalid_field", "reason")),
        ("assign", {"officer": ZHANG.id, "reason": "x" * 201}, (422, "invalid_field", "reason")),
        ("merge", {"into": incident, "reason": "same_car"}, (422, "invalid_field", "into")),
        ("transfer", {"district": "110101", "reason": "agreed"}, (422, "invalid_field", "district")),
        ("reassign", {"officer": ZHANG.id, "reason": "closer"}, (409, "illegal_transition", None)),
        ("backup", {"units": 6}, (422, "invalid_field", "units")),
    ]
    for name, body, refusal in cases:
        assert error_of(await order(web, incident, name, chen, body)) == refusal, name
    for token in (zhang, requester):
        for name, body, _ in cases[3:5]:
            assert error_of(await order(web, incident, name, token, body))[:2] == (403, "forbidden")
    offered = await order(web, incident, "decline", zhang)
    assert error_of(offered) == (422, "invalid_field", "reason")


async def test_backup_is_called_and_the_public_sees_nothing_of_it(web: Client) -> None:
    incident, requester = await web.asked()
    zhang, li = await web.on_duty(ZHANG, YUCHENG), await web.on_duty(LI, YUCHENG)
    await order(web, incident, "accept", zhang)
    called = await order(web, incident, "backup", zhang, {"units": 1, "reason": "crowd"})
    assert called.json()["incident"]["backup_wanted"] == 1
    coming = await order(web, incident, "support", li)
    assert [one["officer"] for one in coming.json()["incident"]["supporting"]] == [LI.id]
    seen = (await web.get(f"/api/v1/incidents/{incident}", headers=bearer(requester))).json()["incident"]
    assert not {"supporting", "backup_at", "backup_wanted", "to_confirm", "offers", "response"} & set(seen)


async def test_the_desk_is_a_commanders_and_shows_the_three_facts(web: Client, clock: FakeClock) -> None:
    incident, requester = await web.asked()
    zhang = await web.on_duty(ZHANG, YUCHENG)
    await order(web, incident, "hand_over", requester)
    clock.advance(7)
    await order(web, incident, "accept", zhang)
    chen = await web.token_of(CHEN)
    answer = await web.get(f"/api/v1/districts/{YUCHENG}/desk", headers=bearer(chen))
    assert answer.status_code == 200, answer.text
    (offer,) = answer.json()["offers"][incident]
    assert (offer["officer"], offer["status"], offer["kind"]) == (ZHANG.id, "accepted", "take")
    assert (offer["received_at"], offer["seen_at"]) == (None, None)
    assert offer["accepted_at"] == "2026-11-02T08:00:07.000Z"
    assert [one["code"] for one in answer.json()["neighbours"]] == [MINGSHAN]
    for stranger in (zhang, await web.token_of(WANG)):
        refused = await web.get(f"/api/v1/districts/{YUCHENG}/desk", headers=bearer(stranger))
        assert error_of(refused)[:2] == (403, "forbidden")


async def test_response_figures_of_an_incident_and_of_its_district(web: Client, clock: FakeClock) -> None:
    incident, requester = await web.asked("one")
    zhang = await web.on_duty(ZHANG, YUCHENG)
    clock.advance(30)
    await order(web, incident, "hand_over", requester)
    clock.advance(12)
    await order(web, incident, "accept", zhang)
    clock.advance(100)
    await order(web, incident, "arrive", zhang)
    clock.advance(60)
    await order(web, incident, "resolve", zhang)
    over, second = await web.asked("two")
    await order(web, over, "cancel", second)
    pulled = (await web.get(f"/api/v1/incidents/{incident}", headers=bearer(zhang))).json()["incident"]
    told = {name: value for name, value in pulled["response"].items() if name != "units"}
    assert told == {
        "queue": 30.0,
        "turnout": 12.0,
        "travel": 100.0,
        "response": 142.0,
        "on_scene": 60.0,
        "consumed": 160.0,
        "total": 160.0,
        "self_initiated": False,
        "cancelled_before_dispatch": False,
    }
    assert [one["officer"] for one in pulled["response"]["units"]] == [ZHANG.id]
    clock.advance(1)
    whole = (await web.get(f"/api/v1/districts/{YUCHENG}/response", headers=bearer(zhang))).json()
    assert (whole["incidents"], whole["cancelled_before_dispatch"]) == (2, 1)
    assert whole["response"] == {"median": 142.0, "p90": 142.0, "n": 1}
    long = {"since": "2026-01-01T00:00:00Z"}
    refused = await web.get(f"/api/v1/districts/{YUCHENG}/response", headers=bearer(zhang), params=long)
    assert error_of(refused) == (422, "invalid_field", "since")
    unzoned = {"since": "2026-11-01T00:00:00"}
    refused = await web.get(f"/api/v1/districts/{YUCHENG}/response", headers=bearer(zhang), params=unzoned)
    assert error_of(refused) == (422, "invalid_field", "since")


async def test_an_alarm_is_ones_own_and_cleared_by_a_commander_with_a_note(web: Client) -> None:
    zhang, chen = await web.on_duty(ZHANG, YUCHENG), await web.token_of(CHEN)
    named = await web.post("/api/v1/panic", json={"officer": LI.id}, headers=bearer(zhang))
    assert error_of(named)[:2] == (422, "invalid_field")
    place = {"lat": 29.98, "lng": 103.01, "accuracy_m": 9}
    key = {"Idempotency-Key": "held-2s"}
    raised = await web.post("/api/v1/panic", json={"position": place}, headers=bearer(zhang) | key)
    assert raised.status_code == 200, raised.text
    again = await web.post("/api/v1/panic", json={"position": place}, headers=bearer(zhang) | key)
    assert again.json() == raised.json()
    board = (await web.get(f"/api/v1/districts/{YUCHENG}/board", headers=bearer(chen))).json()
    assert [one["officer"] for one in board["panics"]] == [ZHANG.id]
    assert (await web.get("/api/v1/duty", headers=bearer(zhang))).json()["panic"]["status"] == "raised"
    url = f"/api/v1/panics/{raised.json()['panic']['id']}"
    assert error_of(await web.post(f"{url}/clear", json={"note": "x"}, headers=bearer(zhang)))[0] == 403
    assert error_of(await web.post(f"{url}/clear", json={}, headers=bearer(chen))) == (
        422, "invalid_field", "note",
    )  # fmt: skip
    withdrawn = await web.post(f"{url}/withdraw", json={}, headers=bearer(zhang))
    assert withdrawn.json()["panic"]["status"] == "withdrawn"
    cleared = await web.post(f"{url}/clear", json={"note": "误触"}, headers=bearer(chen))
    assert (cleared.json()["panic"]["status"], "note" in cleared.json()["panic"]) == ("cleared", False)


async def test_whose_request_was_merged_goes_on_under_his_old_address(web: Client) -> None:
    first, _ = await web.asked("one")
    second, requester = await web.asked("two")
    chen = await web.token_of(CHEN)
    merged = await order(web, second, "merge", chen, {"into": first, "reason": "same_car"})
    assert merged.json()["incident"]["merged_into"] == first
    seen = await web.get(f"/api/v1/incidents/{second}", headers=bearer(requester))
    assert seen.json()["incident"]["id"] == first
    settled = await order(web, second, "settle", requester)
    assert (settled.json()["incident"]["id"], settled.json()["incident"]["status"]) == (first, "closed")
