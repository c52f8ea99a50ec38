"""Modules by district as the web follows them, and the administrator's rollout desk."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select

from models.actions import flags as flag_actions
from models.actions import rollouts
from models.caller import Officer
from models.flags.content import Stage
from models.store import Store
from models.tables import audit, sticker_batches, stickers
from tests.support.city import AUX, CHEN, MINGSHAN, YUCHENG, ZHANG, joins, officer
from tests.support.rules import approved
from tests.web.client import Client, bearer, error_of, picture
from web.endpoints import ENDPOINTS

ADMIN = officer("051900", "administrator", YUCHENG, MINGSHAN)
OF_YUCHENG = officer("051901", "administrator", YUCHENG)
MOVE_CAR, DUTY, PHOTOS = "module.move_car", "module.duty", "feature.request_photos"


@pytest.fixture(autouse=True)
async def administrators(store: Store) -> None:
    await joins(store, ADMIN, OF_YUCHENG)


async def put(store: Store, key: str, state: Any, *codes: str) -> None:
    for code in codes or (YUCHENG,):
        await flag_actions.set_stage(store, key, code, Stage(state), ADMIN)
    await store.configuration.refresh()


def test_every_route_names_its_module() -> None:
    named = {one.name: one.module for one in ENDPOINTS}
    assert named["request_move"] == named["incident"] == named["accept"] == named["board"] == "move_car"
    assert named["begin_binding"] == named["sticker"] == named["add_photo"] == "move_car"
    assert named["set_duty"] == named["duty"] == named["move"] == "duty"
    assert {one.name for one in ENDPOINTS if one.module != "platform" and one.where is None} == set()
    assert {one.module for one in ENDPOINTS if one.path.startswith("/api/v1/admin/")} == {"platform"}
    others = {one.name for one in ENDPOINTS if not one.path.startswith("/api/v1/admin/")}
    assert {name for name in others if named[name] == "platform"} == {
        "connection_token", "districts", "me", "sign_in", "sign_in_auxiliary", "sign_out", "openapi",
        "simulator_messages", "simulator_connection_token",
    }  # fmt: skip


async def test_a_module_that_is_off_says_so_in_both_languages(web: Client, store: Store) -> None:
    await put(store, MOVE_CAR, "off")
    answer = await web.ask()
    assert error_of(answer) == (403, "switched_off", None)
    assert answer.json()["error"]["why"] == "move_car"
    assert "没有开通挪车服务" in answer.json()["error"]["message"]
    english = await web.ask(headers={"Accept-Language": "en"})
    assert "not available here" in english.json()["error"]["message"]
    assert error_of(await web.get("/api/v1/stickers/sticker-one")) == (403, "switched_off", None)
    page = await web.get("/s/sticker-one")
    assert page.status_code == 403
    assert "没有开通挪车服务" in page.text
    assert "tel:122" in page.text
    assert "not available here" in (await web.get("/s/sticker-one?lang=en")).text


async def test_the_other_districts_go_on(web: Client, store: Store) -> None:
    await put(store, MOVE_CAR, "off", MINGSHAN)
    assert (await web.ask()).status_code == 201
    assert (await web.get("/s/sticker-two")).status_code == 200


async def test_what_was_begun_is_carried_to_its_end(web: Client, store: Store) -> None:
    zhang = bearer(await web.on_duty(ZHANG, YUCHENG))
    incident, token = await web.asked()
    await put(store, MOVE_CAR, "off")
    await put(store, DUTY, "off")
    assert (await web.get(f"/api/v1/incidents/{incident}", headers=bearer(token))).status_code == 200
    assert (await web.ask()).status_code == 200, "a second caller joins the open request"
    assert (await web.get("/s/sticker-one")).status_code == 200
    board = await web.get(f"/api/v1/districts/{YUCHENG}/board", headers=zhang)
    assert [one["id"] for one in board.json()["incidents"]] == [incident]
    for command in ("hand_over",):
        done = await web.post(f"/api/v1/incidents/{incident}/{command}", headers=bearer(token))
        assert done.status_code == 200
    for command in ("accept", "arrive", "resolve"):
        done = await web.post(f"/api/v1/incidents/{incident}/{command}", headers=zhang)
        assert done.status_code == 200, done.text
    assert (await web.get("/api/v1/duty", headers=zhang)).json()["on_duty"]
    off = await web.put("/api/v1/duty", json={"on_duty": False, "district": YUCHENG}, headers=zhang)
    assert off.status_code == 200
    assert error_of(await web.ask()) == (403, "switched_off", None)
    assert error_of(await web.get(f"/api/v1/districts/{YUCHENG}/board", headers=zhang))[1] == "switched_off"


async def test_nobody_goes_on_duty_where_duty_is_off(web: Client, store: Store) -> None:
    await put(store, DUTY, "off")
    zhang = bearer(await web.token_of(ZHANG))
    refused = await web.put("/api/v1/duty", json={"on_duty": True, "district": YUCHENG}, headers=zhang)
    assert error_of(refused) == (403, "switched_off", None)
    assert refused.json()["error"]["why"] == "duty"


async def test_the_menu_is_what_is_on(web: Client, store: Store) -> None:
    chen = bearer(await web.token_of(CHEN))

    async def modules() -> dict[str, list[str]]:
        me = (await web.get("/api/v1/me", headers=chen)).json()
        return {one["code"]: one["modules"] for one in me["districts"]}

    assert await modules() == {YUCHENG: ["move_car", "duty"], MINGSHAN: ["move_car", "duty"]}
    await put(store, MOVE_CAR, "off", MINGSHAN)
    await put(store, DUTY, "integrating", YUCHENG)
    assert await modules() == {YUCHENG: ["move_car", "duty"], MINGSHAN: ["duty"]}
    front = (await web.get("/")).text
    assert 'href="/officer"' in front
    assert 'href="/wall"' in front
    await flag_actions.kill(store, MOVE_CAR, True, ADMIN, "维护")
    await flag_actions.kill(store, DUTY, True, ADMIN, "维护")
    await store.configuration.refresh()
    front = (await web.get("/")).text
    assert 'href="/officer"' not in front
    assert 'href="/wall"' not in front
    assert await modules() == {YUCHENG: [], MINGSHAN: []}


async def test_feeds_follow_their_module(web: Client, store: Store) -> None:
    chen = bearer(await web.token_of(CHEN))

    async def districts() -> set[str]:
        channels = (await web.get("/api/v1/connection-token", headers=chen)).json()["channels"]
        return {
            name.partition(":")[2]
            for name in channels
            if name.startswith(("district:", "board:", "positions:"))
        }

    assert await districts() == {YUCHENG, MINGSHAN}
    incident, token = await web.asked()
    await put(store, MOVE_CAR, "off", YUCHENG, MINGSHAN)
    assert await districts() == {YUCHENG}, "something is still open there"
    await web.post(f"/api/v1/incidents/{incident}/settle", headers=bearer(token))
    assert await districts() == set()


async def test_integrating_is_for_staff_of_the_district(web: Client, store: Store) -> None:
    await put(store, MOVE_CAR, "integrating")
    assert error_of(await web.ask()) == (403, "switched_off", None)
    cookie = {"Cookie": f"wufen_session={await web.token_of(ZHANG)}"}
    assert (await web.get("/s/sticker-one", headers=cookie)).status_code == 200
    assert (await web.ask(headers=cookie)).status_code == 201
    stranger = {"Cookie": f"wufen_session={await web.token_of(officer('052001', 'police', MINGSHAN))}"}
    assert (await web.get("/s/sticker-two", headers=stranger)).status_code == 403
    nonsense = {"Cookie": "wufen_session=nonsense"}
    assert (await web.get("/s/sticker-two", headers=nonsense)).status_code == 403


async def test_stickers_are_bound_before_the_district_is_live(web: Client, store: Store) -> None:
    async with store.database.write() as connection:
        await connection.execute(
            insert(sticker_batches).values(
                id="b1", district=YUCHENG, count=1, issued_by="-", issued_at=store.clock.now()
            )
        )
        await connection.execute(
            insert(stickers).values(
                id="fresh", code="fresh", district=YUCHENG, status="fresh", issued_at=store.clock.now()
            )
        )
    binding = {"plate": "川TB1234", "phone": "13800000000"}
    await put(store, MOVE_CAR, "off")
    assert (await web.get("/s/fresh")).status_code == 403
    assert error_of(await web.post("/api/v1/stickers/fresh/binding", json=binding))[1] == "switched_off"
    await put(store, MOVE_CAR, "integrating")
    assert (await web.get("/s/fresh")).status_code == 200
    answer = await web.post("/api/v1/stickers/fresh/binding", json=binding)
    assert answer.status_code != 403, answer.text


async def test_a_pilot_serves_the_cars_that_are_in_it(web: Client, store: Store) -> None:
    await put(store, MOVE_CAR, "off")
    await rollouts.start(store, MOVE_CAR, [YUCHENG], 50, ADMIN)
    await store.configuration.refresh()
    cars = ("one", "two", "three")
    inside = {car for car in cars if store.flags.is_on(MOVE_CAR, YUCHENG, unit=f"car-{car}")}
    assert 0 < len(inside) < 3, "the test needs cars on both sides"
    for car in cars:
        page, asked = await web.get(f"/s/sticker-{car}"), await web.ask(car)
        assert (page.status_code, asked.status_code) == ((200, 201) if car in inside else (403, 403)), car


async def test_a_feature_that_is_off_is_neither_shown_nor_served(web: Client, store: Store) -> None:
    incident, token = await web.asked()
    files = {"photo": ("a.jpg", picture(), "image/jpeg")}
    assert '"features":["request_photos"]' in (await web.get("/s/sticker-one")).text
    await put(store, PHOTOS, "off")
    assert '"features":[]' in (await web.get("/s/sticker-one")).text
    path = f"/api/v1/incidents/{incident}/photos"
    refused = await web.post(path, files=files, headers=bearer(token))
    assert error_of(refused) == (403, "switched_off", None)
    assert refused.json()["error"]["why"] == "request_photos"
    zhang = bearer(await web.on_duty(ZHANG, YUCHENG))
    await web.post(f"/api/v1/incidents/{incident}/hand_over", headers=bearer(token))
    await web.post(f"/api/v1/incidents/{incident}/accept", headers=zhang)
    assert (await web.post(path, files=files, headers=zhang)).status_code == 201, "an officer's are his work"


DESK: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("GET", "/api/v1/admin/flags", None),
    ("PUT", f"/api/v1/admin/flags/{MOVE_CAR}/districts/{YUCHENG}", {"state": "off"}),
    ("PUT", f"/api/v1/admin/flags/{MOVE_CAR}/kill", {"killed": True, "reason": "-"}),
    ("GET", "/api/v1/admin/rollouts", None),
    (
        "POST",
        "/api/v1/admin/rollouts",
        {"subject": {"type": "module", "name": "move_car"}, "districts": [YUCHENG], "percent": 10},
    ),
    ("GET", "/api/v1/admin/rollouts/x", None),
    ("POST", "/api/v1/admin/rollouts/x/widen", {"percent": 50}),
    ("POST", "/api/v1/admin/rollouts/x/pause", {}),
    ("POST", "/api/v1/admin/rollouts/x/resume", {}),
    ("POST", "/api/v1/admin/rollouts/x/finish", {}),
    ("POST", "/api/v1/admin/rollouts/x/roll_back", {"reason": "-"}),
)


@pytest.mark.parametrize("who", [ZHANG, AUX, CHEN], ids=lambda one: one.role)
async def test_the_desk_is_for_administrators_only(web: Client, store: Store, who: Officer) -> None:
    headers = bearer(await web.token_of(who))
    for method, path, body in DESK:
        assert error_of(await web.request(method, path, json=body, headers=headers)) == (
            403,
            "forbidden",
            None,
        )
        assert error_of(await web.request(method, path, json=body))[:2] == (401, "unauthenticated")
    async with store.database.read() as connection:
        assert (await connection.execute(select(audit.c.action))).all() == []


async def test_the_grid_shows_the_administrator_s_own_districts(web: Client) -> None:
    own = (await web.get("/api/v1/admin/flags", headers=bearer(await web.token_of(OF_YUCHENG)))).json()
    assert not own["may_kill"]
    assert {code for one in own["flags"] for code in one["stages"]} == {YUCHENG}
    every = (await web.get("/api/v1/admin/flags", headers=bearer(await web.token_of(ADMIN)))).json()
    assert every["may_kill"]
    assert {one["key"]: (one["built"], one["stages"][MINGSHAN]["state"]) for one in every["flags"]} == {
        "module.move_car": (True, "live"),
        "module.accidents": (False, "off"),
        "module.reports": (False, "off"),
        "module.hazards": (False, "off"),
        "module.parking": (False, "off"),
        "module.duty": (True, "live"),
        "feature.request_photos": (True, "live"),
    }


async def test_an_approved_version_of_a_rule_can_be_tried_where_it_is_made_for(
    web: Client, store: Store
) -> None:
    version = await approved(store, "response", MINGSHAN, {"seconds": "120"})
    admin, other = bearer(await web.token_of(ADMIN)), bearer(await web.token_of(OF_YUCHENG))

    async def rules(headers: dict[str, str]) -> list[tuple[str, str, list[str]]]:
        flags = (await web.get("/api/v1/admin/flags", headers=headers)).json()["flags"]
        return [(one["key"], one["rule"], list(one["stages"])) for one in flags if one["kind"] == "rule"]

    assert await rules(admin) == [(f"rule.response.{version}", f"1 · {MINGSHAN}", [MINGSHAN])]
    assert await rules(other) == []
    subject = {"type": "rule", "name": "response", "version": version}
    body = {"subject": subject, "districts": [MINGSHAN], "percent": 10}
    begun = await web.post("/api/v1/admin/rollouts", json=body, headers=admin)
    assert begun.status_code == 201, begun.text
    assert begun.json()["rollout"]["flag"] == f"rule.response.{version}"
    odd = body | {"subject": subject | {"version": "' OR 1=1 --"}}
    assert error_of(await web.post("/api/v1/admin/rollouts", json=odd, headers=admin))[:2] == (
        422,
        "invalid_field",
    )


async def test_what_the_desk_refuses_it_says_with_the_field(web: Client) -> None:
    admin = bearer(await web.token_of(OF_YUCHENG))
    flags = "/api/v1/admin/flags"

    async def refused(method: str, path: str, body: dict[str, Any]) -> tuple[int, str, str | None]:
        return error_of(await web.request(method, path, json=body, headers=admin))

    off, live = {"state": "off"}, {"state": "live"}
    assert await refused("PUT", f"{flags}/module.x/districts/{YUCHENG}", off) == (404, "not_found", "flag")
    assert await refused("PUT", f"{flags}/{MOVE_CAR}/districts/{MINGSHAN}", off) == (
        403,
        "forbidden",
        "district",
    )
    unbuilt = await web.put(f"{flags}/module.hazards/districts/{YUCHENG}", json=live, headers=admin)
    assert error_of(unbuilt) == (422, "invalid_field", f"districts.{YUCHENG}.state")
    assert "还没有做好" in unbuilt.json()["error"]["message"]
    pilot = {"state": "pilot"}
    assert (await refused("PUT", f"{flags}/{MOVE_CAR}/districts/{YUCHENG}", pilot))[:2] == (
        422,
        "invalid_field",
    )
    start = {"subject": {"type": "module", "name": "move_car"}, "districts": [YUCHENG], "percent": 10}
    path = "/api/v1/admin/rollouts"
    assert await refused("POST", path, start) == (409, "conflict", None)
    assert (await refused("POST", path, start | {"percent": 0}))[2] == "percent"
    assert (await refused("POST", path, start | {"subject": {"type": "colour", "name": "red"}}))[:2] == (
        422,
        "invalid_field",
    )
    nothing = {"guards": [{"figure": "kept"}]}
    await web.put(f"{flags}/{MOVE_CAR}/districts/{YUCHENG}", json=off, headers=admin)
    assert await refused("POST", path, start | nothing) == (422, "invalid_field", "guards")
    unknown = {"subject": {"type": "feature", "name": "../x"}}
    assert (await refused("POST", path, start | unknown))[:2] == (422, "invalid_field")


async def test_a_pilot_from_its_start_to_its_end(web: Client, store: Store) -> None:
    admin = bearer(await web.token_of(ADMIN))
    await web.put(f"/api/v1/admin/flags/{PHOTOS}/districts/{YUCHENG}", json={"state": "off"}, headers=admin)
    body = {
        "subject": {"type": "feature", "name": "request_photos"},
        "districts": [YUCHENG],
        "percent": 100,
        "guards": [{"figure": "breached", "worse_by": 0.05, "least_n": 30}],
        "reason": "先在雨城试",
    }
    begun = await web.post("/api/v1/admin/rollouts", json=body, headers=admin | {"Idempotency-Key": "once"})
    assert begun.status_code == 201, begun.text
    again = await web.post("/api/v1/admin/rollouts", json=body, headers=admin | {"Idempotency-Key": "once"})
    assert again.json() == begun.json()
    rollout = begun.json()["rollout"]
    assert (rollout["status"], rollout["percent"], rollout["districts"]) == ("running", 100, [YUCHENG])
    await store.configuration.refresh()
    await web.asked("one")
    path = f"/api/v1/admin/rollouts/{rollout['id']}"
    groups = (await web.get(path, headers=admin)).json()["rollout"]["groups"]
    assert groups["control_is"] == "outside"
    assert groups["pilot"]["breached"] == {"n": 0, "value": None, "low": None, "high": None}
    for step, after in (("pause", "paused"), ("resume", "running")):
        answer = await web.post(f"{path}/{step}", json={}, headers=admin)
        assert answer.json()["rollout"]["status"] == after
    back = await web.post(f"{path}/roll_back", json={"reason": "照片太大"}, headers=admin)
    assert (back.json()["rollout"]["status"], back.json()["rollout"]["reason"]) == ("rolled_back", "照片太大")
    assert error_of(await web.post(f"{path}/finish", json={}, headers=admin)) == (409, "conflict", None)
    listed = (await web.get("/api/v1/admin/rollouts", headers=admin)).json()["rollouts"]
    assert [one["id"] for one in listed] == [rollout["id"]]
    other = bearer(await web.token_of(OF_YUCHENG))
    assert (await web.get(path, headers=other)).status_code == 200
    async with store.database.read() as connection:
        rows = await connection.execute(
            select(audit.c.action).where(audit.c.subject == f"rollout:{rollout['id']}")
        )
        assert sorted(rows.scalars()) == [
            "pause_rollout",
            "resume_rollout",
            "roll_back_rollout",
            "start_rollout",
        ]
