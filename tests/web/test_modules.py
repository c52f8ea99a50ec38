"""Modules by district as the web follows them: pages, menus, feeds, and what was begun."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from models.actions import flags as flag_actions
from models.actions import rollouts
from models.flags.content import Stage
from models.store import Store
from models.tables import sticker_batches, stickers
from tests.support.city import CHEN, MINGSHAN, YUCHENG, ZHANG, joins, officer
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
    assert named["set_duty"] == named["duty"] == named["move"] == named["roster"] == named["zones"] == "duty"
    assert {one.name for one in ENDPOINTS if one.module != "platform" and one.where is None} == set()
    assert {one.module for one in ENDPOINTS if one.path.startswith("/api/v1/admin/")} == {"platform"}
    others = {one.name for one in ENDPOINTS if not one.path.startswith("/api/v1/admin/")}
    assert {name for name in others if named[name] == "platform"} == {
        "connection_token", "districts", "district_map", "me", "sign_in", "sign_in_auxiliary", "sign_out", "openapi",
        "own_sessions", "end_session", "lock_session", "unlock_session", "register", "register_auxiliary",
        "begin_second_factor", "confirm_second_factor", "audit", "export_audit",
        "search_history", "record_non_motor", "non_motor", "vehicle_figures", "watch_lists", "check_watch_list",
        "import_watch_list", "watch_vehicle", "clear_watch_flag",
        "begin_upload_pass", "upload_options", "begin_upload", "upload_offset", "append_upload", "give_up_upload",
        "upload", "picture", "upload_video", "upload_original", "picture_regions", "cover_region", "uncover_region",
        "ask_bulk_export", "bulk_exports", "cancel_bulk_export", "bulk_export_file", "bulk_export_archive",
        "case_file", "case_file_archive",
        "simulator_messages", "simulator_connection_token", "begin_wechat", "end_wechat", "ways", "set_ways",
        "push_key", "keep_push", "drop_push",
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


async def test_accidents_are_off_until_a_city_says_otherwise(web: Client) -> None:
    page = await web.get("/accident")
    assert page.status_code == 403
    assert "tel:122" in page.text


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


async def test_rosters_are_prepared_while_duty_is_integrating_and_not_where_it_is_off(
    web: Client, store: Store
) -> None:
    chen = bearer(await web.token_of(CHEN))
    week = f"/api/v1/districts/{YUCHENG}/rosters/2026-11-23"
    for state, status in (("integrating", 200), ("off", 403)):
        await put(store, DUTY, state)
        assert (await web.get(week, headers=chen)).status_code == status, state
    assert error_of(await web.get(f"/api/v1/districts/{YUCHENG}/zones", headers=chen))[1] == "switched_off"


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
    assert '"photos_most":9' in (await web.get("/s/sticker-one")).text
    await put(store, PHOTOS, "off")
    assert '"photos_most":0' in (await web.get("/s/sticker-one")).text
    path = f"/api/v1/incidents/{incident}/photos"
    refused = await web.post(path, files=files, headers=bearer(token))
    assert error_of(refused) == (403, "switched_off", None)
    assert refused.json()["error"]["why"] == "request_photos"
    zhang = bearer(await web.on_duty(ZHANG, YUCHENG))
    await web.post(f"/api/v1/incidents/{incident}/hand_over", headers=bearer(token))
    await web.post(f"/api/v1/incidents/{incident}/accept", headers=zhang)
    assert (await web.post(path, files=files, headers=zhang)).status_code == 201, "an officer's are his work"
