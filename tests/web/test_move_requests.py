"""Asking for a car to be moved: the contract, every bad input with its own answer, and nothing half done."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from models.store import Store
from models.tables import first_answers, incidents, participants, stickers
from tests.support.clock import FakeClock
from tests.web.client import Client, bearer, error_of


async def count(store: Store, table: Any) -> int:
    async with store.database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def set_sticker(store: Store, name: str, **values: Any) -> None:
    async with store.database.write() as connection:
        await connection.execute(
            update(stickers).where(stickers.c.code == f"sticker-{name}").values(**values)
        )


async def test_a_request_is_answered_with_the_incident_its_channel_and_a_token(web: Client) -> None:
    answer = await web.ask(location={"lat": 29.98, "lng": 103.01, "accuracy_m": 12, "crs": "wgs84"})
    assert answer.status_code == 201
    body = answer.json()
    incident = body["incident"]
    assert body["channel"] == f"incident:{incident['id']}"
    assert incident["kind"] == "move_car"
    assert incident["status"] == "waiting"
    assert incident["version"] == 1
    assert incident["district"] == "511802"
    assert incident["respond_by"] == "2026-11-02T08:05:00.000Z"
    assert incident["plate"] == "川TA***5"
    assert incident["location"] == {"lat": 29.98, "lng": 103.01, "accuracy_m": 12.0, "crs": "wgs84"}
    assert "officer" not in incident
    looked = await web.get(f"/api/v1/incidents/{incident['id']}", headers=bearer(body["access_token"]))
    assert looked.status_code == 200
    assert looked.json()["incident"]["id"] == incident["id"]


async def test_a_place_in_gcj02_is_kept_in_wgs84(web: Client) -> None:
    answer = await web.ask(location={"lat": 29.984940, "lng": 103.015167, "crs": "gcj02"})
    location = answer.json()["incident"]["location"]
    assert location["crs"] == "wgs84"
    assert location["lat"] == pytest.approx(29.9876, abs=2e-6)
    assert location["lng"] == pytest.approx(103.0133, abs=2e-6)


async def test_a_place_or_a_text_beyond_its_limit_is_refused_with_that_limit(web: Client) -> None:
    refused: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
        ({"location": {"lat": 999, "lng": 103}}, "location.lat", {"why": "out_of_range", "most": 90}),
        ({"location": {"lat": 30, "lng": -181}}, "location.lng", {"why": "out_of_range", "least": -180}),
        ({"location": {"lat": "30", "lng": 103}}, "location.lat", {"why": "wrong_type"}),
        ({"message": "x" * 201}, "message", {"why": "too_long", "most": 200}),
        ({"plate_tail": ""}, "plate_tail", {"why": "too_short", "least": 1}),
    ]
    for body, field, params in refused:
        answer = await web.ask(**body)
        assert error_of(answer) == (422, "invalid_field", field)
        told = answer.json()["error"]
        assert {name: told.get(name) for name in params} == params


async def test_a_second_requester_joins_and_gets_a_token_of_his_own(web: Client) -> None:
    first, second = await web.ask(), await web.ask(reason="space")
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["incident"]["id"] == first.json()["incident"]["id"]
    assert second.json()["incident"]["respond_by"] == first.json()["incident"]["respond_by"]
    assert second.json()["incident"]["requesters"] == 2
    assert second.json()["access_token"] != first.json()["access_token"]


async def test_the_tail_is_read_as_people_type_it(web: Client) -> None:
    assert (await web.ask("two", plate_tail=" ３４5 ")).status_code == 201


REFUSED_BODIES: list[tuple[dict[str, Any], str]] = [
    ({"sticker": None}, "sticker"),
    ({"plate_tail": None}, "plate_tail"),
    ({"reason": None}, "reason"),
    ({"reason": "angry"}, "reason"),
    ({"reason": ["blocking"]}, "reason"),
    ({"sticker": 7}, "sticker"),
    ({"sticker": ""}, "sticker"),
    ({"sticker": "x" * 65}, "sticker"),
    ({"plate_tail": True}, "plate_tail"),
    ({"plate_tail": "1" * 21}, "plate_tail"),
    ({"message": "长" * 201}, "message"),
    ({"message": "nul\x00"}, "message"),
    ({"phone": "13800000000"}, "phone"),
    ({"location": "here"}, "location"),
    ({"location": {"lat": 29.98}}, "location.lng"),
    ({"location": {"lat": "29.98", "lng": 103.01}}, "location.lat"),
    ({"location": {"lat": 91, "lng": 103.01}}, "location.lat"),
    ({"location": {"lat": 29.98, "lng": -180.5}}, "location.lng"),
    ({"location": {"lat": 0, "lng": 0}}, "location"),
    ({"location": {"lat": 29.98, "lng": 103.01, "accuracy_m": -1}}, "location.accuracy_m"),
    ({"location": {"lat": 29.98, "lng": 103.01, "accuracy_m": 1e9}}, "location.accuracy_m"),
    ({"location": {"lat": 29.98, "lng": 103.01, "crs": "bd09"}}, "location.crs"),
    ({"location": {"lat": 29.98, "lng": 103.01, "altitude": 600}}, "location.altitude"),
]


async def test_a_body_that_is_not_as_agreed_is_refused_by_the_name_of_its_field(web: Client) -> None:
    for changes, field in REFUSED_BODIES:
        assert error_of(await web.ask(**changes)) == (422, "invalid_field", field), changes
    assert await count(web.store, incidents) == 0


NOT_JSON = [
    b"{",
    b"null trailing",
    b'{"sticker": 1,',
    b"\xff\xfe",
    b'{"sticker":"\xff"}',
    b"[" * 60_000,
    b"NaN",
]


async def test_what_is_no_json_is_told_so(web: Client) -> None:
    headers = {"content-type": "application/json"}
    for body in NOT_JSON:
        answer = await web.post("/api/v1/move-requests", content=body, headers=headers)
        assert error_of(answer)[:2] == (400, "invalid_json"), body[:20]


async def test_no_body_is_an_empty_object(web: Client) -> None:
    assert error_of(await web.post("/api/v1/move-requests")) == (422, "invalid_field", "sticker")


async def test_json_of_another_kind_is_a_wrong_body(web: Client) -> None:
    answer = await web.post("/api/v1/move-requests", json=["sticker-one"])
    assert error_of(answer) == (422, "invalid_field", "body")


async def test_a_form_is_no_json(web: Client) -> None:
    answer = await web.post("/api/v1/move-requests", data={"sticker": "sticker-one"})
    assert error_of(answer)[:2] == (415, "unsupported_media")


async def test_a_body_that_is_too_large_is_refused_whether_announced_or_not(web: Client) -> None:
    async def pieces() -> Any:
        for _ in range(40):
            yield b" " * 2048

    large = b'{"message": "' + b"x" * 70_000 + b'"}'
    headers = {"content-type": "application/json"}
    announced = await web.post("/api/v1/move-requests", content=large, headers=headers)
    assert error_of(announced)[:2] == (413, "payload_too_large")
    streamed = await web.post("/api/v1/move-requests", content=pieces(), headers=headers)
    assert error_of(streamed)[:2] == (413, "payload_too_large")


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        ("fresh", (409, "sticker_unbound", "sticker")),
        ("paused", (409, "sticker_paused", "sticker")),
        ("revoked", (410, "sticker_revoked", "sticker")),
        ("replaced", (410, "sticker_revoked", "sticker")),
    ],
)
async def test_each_state_of_a_sticker_has_its_own_answer(
    web: Client, status: str, refusal: tuple[int, str, str]
) -> None:
    await set_sticker(web.store, "one", status=status)
    assert error_of(await web.ask()) == refusal
    assert await count(web.store, incidents) == 0


async def test_an_unknown_sticker_is_told_so(web: Client) -> None:
    assert error_of(await web.ask(sticker="no-such-code")) == (404, "sticker_unknown", "sticker")


async def test_five_wrong_tails_lock_device_and_sticker_for_ten_minutes(
    web: Client, clock: FakeClock
) -> None:
    for remaining in (4, 3, 2, 1, 0):
        answer = await web.ask(plate_tail="ZZZ")
        assert error_of(answer) == (403, "plate_tail_wrong", "plate_tail")
        assert answer.json()["error"]["remaining"] == remaining
    locked = await web.ask()
    assert error_of(locked) == (429, "plate_tail_locked", "plate_tail")
    assert locked.json()["error"]["retry_at"] == "2026-11-02T08:10:00.000Z"
    assert locked.headers["retry-after"] == "600"
    assert "16:10" in locked.json()["error"]["message"]
    # The device is locked for other stickers, and the sticker for other devices.
    assert error_of(await web.ask("two"))[:2] == (429, "plate_tail_locked")
    assert error_of(await web.ask(headers={"user-agent": "another"}))[:2] == (429, "plate_tail_locked")
    assert (await web.ask("two", headers={"user-agent": "another"})).status_code == 201
    clock.advance(599)
    assert error_of(await web.ask())[:2] == (429, "plate_tail_locked")
    clock.advance(1)
    assert (await web.ask()).status_code == 201


async def test_the_lock_holds_with_limits_off(unlimited: Client) -> None:
    for _ in range(5):
        assert (await unlimited.ask(plate_tail="000")).status_code == 403
    assert error_of(await unlimited.ask())[:2] == (429, "plate_tail_locked")


async def test_tries_while_locked_do_not_prolong_the_lock(web: Client, clock: FakeClock) -> None:
    for _ in range(9):
        await web.ask(plate_tail="ZZZ")
    clock.advance(600)
    assert (await web.ask(plate_tail="ZZZ")).json()["error"]["remaining"] == 4


async def test_a_right_tail_between_wrong_ones_does_not_clear_the_count(web: Client) -> None:
    for _ in range(4):
        await web.ask(plate_tail="ZZZ")
    assert (await web.ask("two")).status_code == 201
    assert (await web.ask(plate_tail="ZZZ")).json()["error"]["remaining"] == 0


async def test_a_hundred_guesses_at_once_are_counted_like_a_hundred_in_a_row(web: Client) -> None:
    guesses = [f"{number:03}" for number in range(100)]
    answers = await asyncio.gather(
        *(web.ask(plate_tail=guess, headers={"user-agent": guess}) for guess in guesses)
    )
    codes = [error_of(answer)[1] for answer in answers]
    assert codes.count("plate_tail_wrong") == 5
    assert codes.count("plate_tail_locked") == 95
    assert await count(web.store, incidents) == 0


async def test_the_cookie_of_the_page_tells_devices_behind_one_address_apart(web: Client) -> None:
    await web.get("/s/sticker-one")
    assert "wufen_device" in web.cookies
    for _ in range(5):
        await web.ask(plate_tail="ZZZ")
    assert error_of(await web.ask("two"))[:2] == (429, "plate_tail_locked")
    web.cookies.clear()
    assert (await web.ask("two")).status_code == 201


async def test_a_forged_device_cookie_is_no_device(web: Client) -> None:
    for number in range(5):
        await web.ask(plate_tail="ZZZ", headers={"cookie": f"wufen_device=a{number}.forged"})
    assert error_of(await web.ask("two"))[:2] == (429, "plate_tail_locked")


async def test_one_phone_asks_five_times_an_hour_and_is_told_when_again(
    web: Client, clock: FakeClock
) -> None:
    await web.get("/s/sticker-one")
    for _ in range(5):
        assert (await web.ask()).status_code in {200, 201}
        clock.advance(60)
    refused = await web.ask()
    assert error_of(refused)[:2] == (429, "too_many_requests")
    assert refused.json()["error"]["retry_at"] == "2026-11-02T09:00:00.000Z"
    clock.advance(3600 - 300 + 1)
    assert (await web.ask()).status_code == 200


async def test_one_car_is_asked_for_ten_times_an_hour_but_joined_freely(
    web: Client, clock: FakeClock
) -> None:
    for _ in range(10):
        incident, token = await web.asked()
        await web.post(f"/api/v1/incidents/{incident}/cancel", json={}, headers=bearer(token))
    assert error_of(await web.ask())[:2] == (429, "too_many_requests")
    clock.advance(3601)
    for _ in range(12):
        assert (await web.ask()).status_code in {200, 201}


async def test_limits_off_means_off(unlimited: Client) -> None:
    await unlimited.get("/s/sticker-one")
    for _ in range(12):
        incident, token = await unlimited.asked()
        await unlimited.post(f"/api/v1/incidents/{incident}/cancel", json={}, headers=bearer(token))


async def test_the_same_key_and_body_give_the_first_answer_again(web: Client, clock: FakeClock) -> None:
    key = {"Idempotency-Key": "5f0c"}
    first = await web.ask(headers=key)
    again = await web.ask(headers=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert await count(web.store, participants) == 1 + 1  # the requester, and the owner's link
    assert error_of(await web.ask(headers=key, reason="space"))[:2] == (422, "idempotency_mismatch")
    clock.advance(timedelta(days=7).total_seconds())
    assert (await web.ask(headers=key)).status_code == 200


async def test_the_order_of_members_makes_no_other_body(web: Client) -> None:
    headers = {"Idempotency-Key": "k", "content-type": "application/json"}
    path = "/api/v1/move-requests"
    first = await web.post(
        path, content=b'{"sticker":"sticker-one","plate_tail":"235","reason":"other"}', headers=headers
    )
    again = await web.post(
        path, content=b' {"reason":"other", "plate_tail":"235","sticker":"sticker-one"}', headers=headers
    )
    assert (first.status_code, again.content) == (201, first.content)


async def test_ten_of_the_same_at_once_are_one(web: Client) -> None:
    answers = await asyncio.gather(*(web.ask(headers={"Idempotency-Key": "same"}) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["incident"]["requesters"] == 1


async def test_a_refusal_is_not_kept_since_it_changed_nothing(web: Client) -> None:
    key = {"Idempotency-Key": "later"}
    await set_sticker(web.store, "one", status="paused")
    assert (await web.ask(headers=key)).status_code == 409
    assert await count(web.store, first_answers) == 0
    await set_sticker(web.store, "one", status="bound")
    assert (await web.ask(headers=key)).status_code == 201


async def test_a_kept_answer_is_sealed(web: Client) -> None:
    token = (await web.ask(headers={"Idempotency-Key": "k"})).json()["access_token"]
    async with web.store.database.read() as connection:
        row = (await connection.execute(select(first_answers))).one()
    assert token.encode() not in row.answer_sealed


@pytest.mark.parametrize("key", ["", "k" * 201])
async def test_an_absurd_key_is_refused(web: Client, key: str) -> None:
    answer = await web.ask(headers={"Idempotency-Key": key})
    assert error_of(answer) == (422, "invalid_field", "Idempotency-Key")
