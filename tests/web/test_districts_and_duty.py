"""Boards, figures and shifts over HTTP."""

from __future__ import annotations

from tests.support.city import AUX, CHEN, MINGSHAN, WANG, YUCHENG, ZHANG
from tests.support.recording import RecordingBell
from tests.web.client import Client, bearer, error_of


async def test_the_board_is_the_open_incidents_and_the_place_in_the_feed(web: Client) -> None:
    incident, _ = await web.asked()
    token = await web.token_of(ZHANG)
    board = (await web.get(f"/api/v1/districts/{YUCHENG}/board", headers=bearer(token))).json()
    assert [view["id"] for view in board["incidents"]] == [incident]
    assert board["offset"] == 1
    assert board["epoch"]
    assert board["incidents"][0]["plate"] == "川TA***5"


async def test_a_board_is_for_staff_of_the_district(web: Client) -> None:
    _, requester = await web.asked()
    path = f"/api/v1/districts/{YUCHENG}/board"
    assert error_of(await web.get(path))[:2] == (401, "unauthenticated")
    for token in (requester, await web.token_of(WANG)):
        assert error_of(await web.get(path, headers=bearer(token)))[:2] == (403, "forbidden")
    nowhere = await web.get("/api/v1/districts/999999/board", headers=bearer(await web.token_of(CHEN)))
    assert error_of(nowhere)[:2] == (403, "forbidden")
    assert (await web.get(path, headers=bearer(await web.token_of(AUX)))).status_code == 200


async def test_what_is_closed_leaves_the_board_and_stands_in_the_list_of_the_day(web: Client) -> None:
    incident, requester = await web.asked()
    await web.post(f"/api/v1/incidents/{incident}/settle", json={}, headers=bearer(requester))
    token = await web.token_of(ZHANG)
    board = await web.get(f"/api/v1/districts/{YUCHENG}/board", headers=bearer(token))
    assert board.json()["incidents"] == []
    path = f"/api/v1/districts/{YUCHENG}/closed"
    closed = await web.get(path, headers=bearer(token))
    assert [view["id"] for view in closed.json()["incidents"]] == [incident]
    mine = await web.get(f"{path}?mine=1", headers=bearer(token))
    assert mine.json()["incidents"] == []


async def test_figures_count_who_is_on_duty(web: Client) -> None:
    await web.on_duty(ZHANG, YUCHENG)
    token = await web.token_of(CHEN)
    figures = (await web.get(f"/api/v1/districts/{YUCHENG}/figures", headers=bearer(token))).json()
    assert [one["officer"] for one in figures["on_duty"]] == ["051827"]


async def test_districts_are_no_secret(web: Client) -> None:
    districts = (await web.get("/api/v1/districts")).json()["districts"]
    assert [one["code"] for one in districts] == [YUCHENG, MINGSHAN]


async def test_going_on_duty_says_where_the_officers_own_channel_stands(web: Client) -> None:
    token = await web.token_of(ZHANG)
    place = {"lat": 29.984940, "lng": 103.015167, "crs": "gcj02"}
    body = {"on_duty": True, "district": YUCHENG, "position": place}
    duty = (await web.put("/api/v1/duty", json=body, headers=bearer(token))).json()
    assert (duty["on_duty"], duty["district"], duty["offset"]) == (True, YUCHENG, 0)
    assert duty["position"]["crs"] == "wgs84"
    assert abs(duty["position"]["lat"] - 29.9876) < 1e-5
    incident, requester = await web.asked()
    await web.post(f"/api/v1/incidents/{incident}/hand_over", json={}, headers=bearer(requester))
    seen = (await web.get("/api/v1/duty", headers=bearer(token))).json()
    assert [(offer["incident"], offer["status"]) for offer in seen["offers"]] == [(incident, "pending")]
    assert seen["offset"] == 1
    await web.post(f"/api/v1/incidents/{incident}/accept", json={}, headers=bearer(token))
    seen = (await web.get("/api/v1/duty", headers=bearer(token))).json()
    assert [view["id"] for view in seen["incidents"]] == [incident]
    assert seen["offers"] == []


async def test_duty_elsewhere_or_for_others_is_refused(web: Client) -> None:
    zhang, commander = await web.token_of(ZHANG), await web.token_of(CHEN)
    elsewhere = {"on_duty": True, "district": MINGSHAN}
    refused = await web.put("/api/v1/duty", json=elsewhere, headers=bearer(zhang))
    assert error_of(refused) == (403, "forbidden", "district")
    own = {"on_duty": True, "district": YUCHENG}
    assert (await web.put("/api/v1/duty", json=own, headers=bearer(commander))).status_code == 403
    _, requester = await web.asked()
    assert (await web.put("/api/v1/duty", json=own, headers=bearer(requester))).status_code == 403
    assert (await web.put("/api/v1/duty", json=own)).status_code == 401


async def test_bodies_of_duty_that_are_not_as_agreed(web: Client) -> None:
    token = await web.token_of(ZHANG)
    refused = [
        ({"district": YUCHENG}, "on_duty"),
        ({"on_duty": "yes", "district": YUCHENG}, "on_duty"),
        ({"on_duty": True}, "district"),
        ({"on_duty": True, "district": YUCHENG, "position": {"lat": 200, "lng": 1}}, "position.lat"),
        ({"on_duty": True, "district": YUCHENG, "position": {"lat": 0, "lng": 0}}, "position"),
        ({"on_duty": True, "district": YUCHENG, "shift": 1}, "shift"),
    ]
    for body, field in refused:
        answer = await web.put("/api/v1/duty", json=body, headers=bearer(token))
        assert error_of(answer) == (422, "invalid_field", field)
    assert (await web.get("/api/v1/duty", headers=bearer(token))).json()["on_duty"] is False


async def test_positions_are_told_on_duty_only(web: Client, bell: RecordingBell) -> None:
    token = await web.token_of(ZHANG)
    place = {"lat": 29.98, "lng": 103.01}
    refused = await web.put("/api/v1/duty/position", json=place, headers=bearer(token))
    assert error_of(refused)[:2] == (403, "not_on_duty")
    assert bell.told == []
    await web.on_duty(ZHANG, YUCHENG)
    assert (await web.put("/api/v1/duty/position", json=place, headers=bearer(token))).status_code == 200
    assert bell.told[0][1]["officer"] == "051827"
