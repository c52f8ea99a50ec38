"""Pages for people: the right shell, a polite sentence where there is none, and nothing that leaks."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import update

from models.actions import flags
from models.actions.requests import REASONS
from models.flags.content import Stage
from models.store import Store
from models.tables import districts, officers, stickers
from models.texts.sentences import LANGUAGES
from tests.support.city import YUCHENG, ZHANG, joins, officer, on_duty
from tests.support.clock import FakeClock
from tests.support.parking import file, record
from tests.support.rules import in_force
from tests.web.client import Client, bearer
from tests.web.test_incidents import owners_token
from web.assets import Assets, PageAssets
from web.site import Site

ADMIN = officer("051900", "administrator", YUCHENG)
FACES = ("driver", "officer", "wall", "phones", "admin", "roster", "commander", "report", "review")


@pytest.fixture
def built(web: Client) -> Client:
    """The front end as if it were built."""
    pages = {face: PageAssets(f"/static/dist/assets/{face}-1.js", (), ()) for face in FACES}
    web.app.state.site = _with(web.app.state.site, Assets(pages))
    return web


def _with(site: Site, assets: Assets) -> Site:
    return replace(site, assets=assets)


async def set_sticker(store: Store, **values: Any) -> None:
    async with store.database.write() as connection:
        await connection.execute(update(stickers).where(stickers.c.code == "sticker-one").values(**values))


async def make_sample(store: Store) -> None:
    async with store.database.write() as connection:
        await connection.execute(update(officers).where(officers.c.id == ZHANG.id).values(sample=True))


def boot(answer: httpx2.Response) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="boot">(.*?)</script>', answer.text, re.DOTALL)
    assert found is not None
    whole: dict[str, Any] = json.loads(found[1])
    return whole


async def test_every_page_is_there_in_both_languages(built: Client) -> None:
    await make_sample(built.store)
    paths = (
        "/",
        "/s/sticker-one",
        "/officer",
        "/auxiliary",
        "/wall",
        "/commander",
        "/phones",
        "/admin",
        "/roster",
        "/review",
        "/help",
        "/privacy",
    )
    for path in paths:
        for language, tag in (("zh", "zh-CN"), ("en", "en")):
            answer = await built.get(path, params={"lang": language})
            assert answer.status_code == 200, (path, answer.text[:300])
            assert f'<html lang="{tag}"' in answer.text
            assert "common." not in re.sub(r"<script.*?</script>", "", answer.text, flags=re.DOTALL), path


async def test_a_scan_shows_province_and_city_letter_only(built: Client) -> None:
    answer = await built.get("/s/sticker-one")
    assert answer.status_code == 200
    data = boot(answer)["data"]
    assert data["mode"] == "request"
    assert data["plate_hint"] == "川T·•••••"
    assert data["reasons"] == ["blocking", "space", "fire_lane", "other"]
    assert "A1235" not in answer.text
    assert "owner" not in data
    assert answer.headers["cache-control"] == "no-store"


async def test_a_scan_says_how_long_people_have_there_by_reason(built: Client, clock: FakeClock) -> None:
    assert boot(await built.get("/s/sticker-one"))["data"]["response_seconds"] == dict.fromkeys(REASONS, 300)
    rows = ({"reason": "'fire_lane'", "seconds": "120"}, {"seconds": "240"})
    await in_force(built.store, clock, "response", YUCHENG, *rows)
    told = boot(await built.get("/s/sticker-one"))["data"]["response_seconds"]
    assert told == {"blocking": 240, "space": 240, "fire_lane": 120, "other": 240}


async def test_a_scan_takes_as_many_photos_as_the_rules_do(built: Client, clock: FakeClock) -> None:
    row = {
        "photos_least": "0", "photos_most": "2", "seconds_apart": "0", "oldest_seconds": "86400", "live_only": "false",
    }  # fmt: skip
    await in_force(built.store, clock, "evidence", YUCHENG, row)
    assert boot(await built.get("/s/sticker-one"))["data"]["photos_most"] == 2


async def test_a_district_with_a_number_of_its_own_says_that(built: Client) -> None:
    async with built.store.database.write() as connection:
        await connection.execute(
            update(districts).where(districts.c.code == YUCHENG).values(respond_seconds=150)
        )
    told = boot(await built.get("/s/sticker-one"))["data"]["response_seconds"]
    assert told == dict.fromkeys(REASONS, 150)


async def test_each_state_of_a_sticker_has_its_page(built: Client) -> None:
    seen = {}
    for status in ("fresh", "paused", "replaced", "revoked"):
        values = {"status": status, **({"vehicle_id": None} if status == "fresh" else {})}
        await set_sticker(built.store, **values)
        answer = await built.get("/s/sticker-one")
        seen[status] = answer.status_code
        if status == "fresh":
            assert boot(answer)["data"]["mode"] == "bind"
        else:
            assert "122" in answer.text
            assert "川T" not in answer.text or status == "paused"
    assert seen == {"fresh": 200, "paused": 200, "replaced": 410, "revoked": 410}
    assert (await built.get("/s/no-such")).status_code == 404
    assert (await built.get("/s/a%00b")).status_code == 404


async def test_the_owners_link_opens_his_incident_and_nothing_keeps_it(built: Client) -> None:
    incident, requester = await built.asked(message="挡住车库了")
    token = await owners_token(built.store, incident)
    answer = await built.get(f"/o/{token}")
    assert answer.status_code == 200
    data = boot(answer)["data"]
    assert (data["mode"], data["token"], data["incident"]["id"]) == ("owner", token, incident)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"
    for other in (requester, "A" * 43, "x"):
        assert (await built.get(f"/o/{other}")).status_code == 410
    staff = await built.token_of(ZHANG)
    assert (await built.get(f"/o/{staff}")).status_code == 410


async def test_the_link_of_an_officers_notice_opens_though_nobody_scanned_anything(built: Client) -> None:
    await on_duty(built.store, ZHANG)
    filed = await file(built.store, ZHANG)
    incident = (await record(built.store, filed.id)).incident_id

    async def opened() -> dict[str, Any]:
        answer = await built.get(f"/o/{await owners_token(built.store, incident)}")
        assert answer.status_code == 200
        data: dict[str, Any] = boot(answer)["data"]
        return data

    data = await opened()
    assert (data["mode"], data["sticker"], data["plate_hint"]) == ("owner", "sticker-one", "川T·•••••")
    assert (data["incident"]["id"], data["incident"]["requesters"]) == (incident, 0)
    async with built.store.database.write() as connection:
        await connection.execute(update(stickers).values(status="revoked"))
    assert (await opened())["sticker"] == ""


async def test_what_a_stranger_writes_stays_text(built: Client) -> None:
    incident, _ = await built.asked(message="</script><script>alert(1)</script>")
    answer = await built.get(f"/o/{await owners_token(built.store, incident)}")
    assert "<script>alert" not in answer.text
    assert boot(answer)["data"]["incident"]["messages"][0]["text"] == "</script><script>alert(1)</script>"


async def test_scripts_run_by_the_nonce_of_their_own_page_only(built: Client) -> None:
    first, second = [await built.get("/s/sticker-one") for _ in range(2)]
    policies = [one.headers["content-security-policy"] for one in (first, second)]
    nonces = {
        nonce for policy in policies for nonce in re.findall(r"script-src 'self' 'nonce-([^']+)'", policy)
    }
    assert len(nonces) == 2
    policy = first.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "connect-src 'self' ws://localhost:8001" in policy
    assert "unsafe" not in policy
    for tag in re.findall(r"<(?:script|style)[^>]*>", first.text):
        assert "nonce=" in tag or "src=" in tag or "application/json" in tag, tag


async def test_nobody_and_nothing_has_a_polite_page_and_programs_get_json(built: Client) -> None:
    page = await built.get("/nowhere")
    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    api = await built.get("/api/v1/nowhere")
    assert (api.status_code, api.json()["error"]["code"]) == (404, "not_found")
    wrong = await built.delete("/api/v1/move-requests")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "method_not_allowed")
    assert "POST" in wrong.headers["allow"]


async def test_pages_say_so_when_the_front_end_is_not_built(web: Client) -> None:
    web.app.state.site = _with(web.app.state.site, Assets({}))
    answer = await web.get("/officer")
    assert answer.status_code == 503
    assert "make run" in answer.text
    assert (await web.get("/help")).status_code == 200


async def test_the_language_is_remembered_and_errors_speak_it(built: Client) -> None:
    answer = await built.get("/help?lang=en")
    assert "wufen_lang=en" in answer.headers["set-cookie"]
    refused = await built.get("/api/v1/me")
    assert refused.json()["error"]["message"].isascii()
    built.cookies.clear()
    assert not (await built.get("/api/v1/me")).json()["error"]["message"].isascii()
    spoken = await built.get("/api/v1/me", headers={"accept-language": "fr;q=0.9, en-GB;q=0.8, zh;q=0.1"})
    assert spoken.json()["error"]["message"].isascii()


async def test_the_samples_wall_opens_at_its_own_machine_only(built: Client) -> None:
    path = f"/api/v1/districts/{YUCHENG}/board"
    page = await built.get("/wall")
    assert boot(page)["data"]["districts"] == []
    assert "wufen_wall" not in built.cookies
    await make_sample(built.store)
    strange = [
        {"host": "wall.evil.example:8000"},
        {"host": "10.0.0.5:8000"},
        {"x-forwarded-for": "127.0.0.1"},
        {"forwarded": "for=127.0.0.1"},
        {"via": "1.1 proxy"},
    ]
    for headers in strange:
        assert boot(await built.get("/wall", headers=headers))["data"]["districts"] == []
    assert "wufen_wall" not in built.cookies
    page = await built.get("/wall")
    assert YUCHENG in {one["code"] for one in boot(page)["data"]["districts"]}
    assert (await built.get(path)).status_code == 200
    assert f"board:{YUCHENG}" in (await built.get("/api/v1/connection-token")).json()["channels"]
    for headers in strange:
        assert (await built.get(path, headers=headers)).status_code == 401, headers
    # An officer who is signed in beside it changes nothing for the wall, and gains no channel by it.
    officer = bearer(await built.token_of(ZHANG))
    assert (await built.get("/api/v1/districts/511803/board", headers=officer)).status_code == 200
    own = [f"officer:{ZHANG.id}"]
    ticket = "/api/v1/connection-token"
    assert (await built.get(ticket, headers=officer)).json()["channels"] == own
    assert "district:511803" in (await built.get(f"{ticket}?wall=1", headers=officer)).json()["channels"]
    for headers in strange:
        assert (await built.get(f"{ticket}?wall=1", headers=officer | headers)).json()["channels"] == own
    incident, _ = await built.asked()
    assert (await built.post(f"/api/v1/incidents/{incident}/settle", json={})).status_code == 401


async def test_the_simulated_phones_are_the_samples_own_machines_only(built: Client) -> None:
    for path in ("/phones", "/api/v1/simulator/messages", "/api/v1/simulator/connection-token"):
        assert (await built.get(path)).status_code == 404, path
    await make_sample(built.store)
    assert (await built.get("/phones")).status_code == 200
    assert (await built.get("/api/v1/simulator/messages?after=0")).json() == {"messages": []}
    token = (await built.get("/api/v1/simulator/connection-token")).json()
    assert token["channels"] == ["phones:simulator"]
    bad = await built.get("/api/v1/simulator/messages?after=-1")
    assert bad.status_code == 422
    for headers in ({"host": "evil.example"}, {"x-forwarded-for": "1.2.3.4"}):
        assert (await built.get("/api/v1/simulator/messages", headers=headers)).status_code == 404


async def test_files_are_served_from_the_built_front_end_only(built: Client) -> None:
    for path in ("%2e%2e/%2e%2e/app.py", "..%2f..%2fapp.py", "/etc/passwd", "%2fetc%2fpasswd", "a%00b"):
        assert (await built.get(f"/static/dist/{path}")).status_code in {404, 405}, path


async def test_look_ups_of_one_address_are_slowed_down(built: Client) -> None:
    statuses = [(await built.get(f"/api/v1/stickers/guess-{number}")).status_code for number in range(121)]
    assert statuses[:120] == [404] * 120
    assert statuses[120] == 429


def test_the_catalogues_have_the_same_keys() -> None:
    folder = Path(__file__).parents[2] / "models" / "catalogue"
    chinese, english = (
        {path.name: json.loads(path.read_text("utf-8")) for path in (folder / name).glob("*.json")}
        for name in LANGUAGES
    )
    assert chinese.keys() == english.keys()
    for area, texts in chinese.items():
        assert texts.keys() == english[area].keys(), area
        for key, text in texts.items():
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", english[area][key])), key


def test_a_new_build_is_noticed_by_a_running_process(tmp_path: Path) -> None:
    manifest = tmp_path / ".vite" / "manifest.json"
    manifest.parent.mkdir()
    entry = {"src/wall/main.ts": {"file": "assets/wall-1.js", "isEntry": True}}
    manifest.write_text(json.dumps(entry))
    assets = Assets.read(tmp_path)
    entry["src/wall/main.ts"]["file"] = "assets/wall-2.js"
    manifest.write_text(json.dumps(entry))
    os.utime(manifest, ns=(1, 1))
    found = assets.of("wall")
    assert found is not None
    assert found.js == "/static/dist/assets/wall-2.js"


async def test_the_menu_has_what_is_open_and_nothing_that_is_not(web: Client) -> None:
    page = (await web.get("/menu", headers={"Accept-Language": "zh"})).text
    assert "您要办什么？" in page
    assert "扫一下挡路那辆车车窗上的码" in page
    assert 'href="/accident"' not in page
    assert 'href="/report"' not in page
    assert 'href="tel:122"' in page


async def test_the_menu_leads_to_a_module_as_soon_as_it_is_open(web: Client) -> None:
    await joins(web.store, ADMIN)
    for module in ("reports", "hazards"):
        await flags.set_stage(web.store, f"module.{module}", YUCHENG, Stage("live"), ADMIN)
    await web.store.configuration.refresh()
    page = (await web.get("/menu", headers={"Accept-Language": "en"})).text
    assert "What do you need?" in page
    assert 'href="/report"' in page
    assert 'href="/hazard"' in page
