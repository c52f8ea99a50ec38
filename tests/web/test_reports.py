"""Reports over the API: told with a pass, followed by a token, reviewed by officers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from models.actions import flags
from models.actions.notify import token_hash
from models.clock import iso
from models.flags.content import Stage
from models.store import Store
from models.tables import pictures, uploads
from tests.support.city import AUX, CHEN, LI, MINGSHAN, YUCHENG, ZHANG, joins, officer
from tests.web.client import Client, bearer, error_of

REPORTS = "/api/v1/reports"
ADMIN = officer("051900", "administrator", YUCHENG, MINGSHAN)


@pytest.fixture(autouse=True)
async def the_module_is_on(store: Store) -> None:
    await joins(store, ADMIN)
    for code in (YUCHENG, MINGSHAN):
        await flags.set_stage(store, "module.reports", code, Stage("live"), ADMIN)
    await store.configuration.refresh()


async def a_pass(web: Client) -> str:
    answer = await web.post("/api/v1/upload-passes", json={"purpose": "report"})
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["token"]
    return token


async def photos(web: Client, token: str, *likenesses: int) -> list[str]:
    """Photos that this pass sent and that were examined."""
    store, now = web.store, web.store.clock.now()
    names = []
    for number, likeness in enumerate(likenesses or (0x00, 0xFFFF)):
        name = store.ids.new()
        names.append(name)
        row = {
            "id": name, "holder": f"pass:{token_hash(token).hex()}", "address": b"a" * 16, "purpose": "report",
            "kind": "photo", "size": 9, "received": 9, "state": "ready", "sha256": b"s" * 32, "created_at": now,
            "received_at": now, "taken_at": now - timedelta(seconds=60 - 15 * number),
        }  # fmt: skip
        picture = {
            "id": store.ids.new(), "upload_id": name, "position": 0, "file": "f", "thumb": "t", "width": 8,
            "height": 8, "likeness": likeness, "drawings_wanted": 0, "drawings_done": 0, "made_at": now,
        }  # fmt: skip
        async with store.database.write() as connection:
            await connection.execute(insert(uploads).values(row))
            await connection.execute(insert(pictures).values(picture))
    return names


async def tell(web: Client, *likenesses: int, **changes: Any) -> Any:
    token = await a_pass(web)
    body = {
        "offence": "bus_stop",
        "plate": "川TA1235",
        "happened_at": iso(web.store.clock.now()),
        "uploads": await photos(web, token, *likenesses),
        "location": {"lat": 29.9876, "lng": 103.0133, "accuracy_m": 9},
        "live": True,
        "district": YUCHENG,
    } | changes
    return await web.post(REPORTS, json=body, headers=bearer(token))


async def told(web: Client, *likenesses: int, **changes: Any) -> tuple[str, dict[str, str]]:
    answer = await tell(web, *likenesses, **changes)
    assert answer.status_code == 201, answer.text
    return answer.json()["report"], bearer(answer.json()["access_token"])


async def test_a_report_is_told_and_its_reporter_follows_each_step(web: Client) -> None:
    report, mine = await told(web, words="每天都停在这里")
    own = (await web.get(f"{REPORTS}/own", headers=mine)).json()["report"]
    assert (own["id"], own["state"], own["plate"], own["may_withdraw"]) == (
        report,
        "waiting",
        "川TA***5",
        True,
    )
    assert {"plate_full", "words", "checks", "similar"}.isdisjoint(own)
    officer_says = {"command": "reject", "reason": "no_offence"}
    headers = bearer(await web.token_of(ZHANG))
    answer = await web.post(f"{REPORTS}/{report}/review", json=officer_says, headers=headers)
    assert answer.json()["report"]["state"] == "rejected"
    own = (await web.get(f"{REPORTS}/own", headers=mine)).json()["report"]
    assert [(one["command"], one["by"]) for one in own["steps"]] == [
        ("file", "reporter"),
        ("reject", "police"),
    ]
    assert all("officer" not in one for one in own["steps"])
    assert own["may_object"]
    answer = await web.post(f"{REPORTS}/own/objection", json={"words": "标线在照片里"}, headers=mine)
    assert answer.json()["report"]["state"] == "objected"


async def test_an_officer_takes_the_next_one_and_sees_it_whole(web: Client) -> None:
    report, _ = await told(web, words="每天都停在这里")
    headers = bearer(await web.token_of(ZHANG))
    taken = (await web.post(f"{REPORTS}/next", json={}, headers=headers)).json()["report"]
    assert (taken["id"], taken["plate_full"], taken["words"], taken["mine"]) == (
        report, "川TA1235", "每天都停在这里", True,
    )  # fmt: skip
    assert len(taken["uploads"]) == 2
    assert {one["name"]: one["ok"] for one in taken["checks"]}["count"] is True
    other = bearer(await web.token_of(LI))
    assert (await web.post(f"{REPORTS}/next", json={}, headers=other)).json() == {"report": None}
    assert error_of(await web.post(f"{REPORTS}/next", json={"report": report}, headers=other))[0] == 409
    assert (await web.delete(f"{REPORTS}/{report}/lease", headers=headers)).status_code == 204
    assert (await web.post(f"{REPORTS}/next", json={}, headers=other)).json()["report"]["id"] == report


async def test_the_queue_is_of_ones_districts_and_counts_by_state(web: Client) -> None:
    report, _ = await told(web)
    headers = bearer(await web.token_of(CHEN))
    queue = (await web.get(REPORTS, headers=headers)).json()
    assert [one["id"] for one in queue["reports"]] == [report]
    assert queue["counts"] == {"waiting": 1}
    assert (await web.get(REPORTS, params={"state": "verified"}, headers=headers)).json()["reports"] == []
    assert error_of(await web.get(REPORTS, params={"state": "no"}, headers=headers))[2] == "state"


async def test_who_tells_the_same_is_told_so_and_learns_nothing_of_who_was_first(web: Client) -> None:
    await told(web)
    answer = await tell(web, 0xAAAA_AAAA_AAAA, 0x5555_5555_5555_0000)
    assert answer.status_code == 200
    assert answer.json() == {
        "report": None, "access_token": None, "joined": False, "same": {"because": "vehicle"}, "due_by": None,
    }  # fmt: skip


async def test_a_token_of_a_report_opens_that_report_and_nothing_else(web: Client) -> None:
    report, mine = await told(web)
    for method, path in (("GET", f"/{report}"), ("POST", f"/{report}/review"), ("GET", "")):
        answer = await web.request(
            method, REPORTS + path, json={} if method == "POST" else None, headers=mine
        )
        assert answer.status_code == 403, path
    assert (await web.get("/api/v1/incidents/nothing", headers=mine)).status_code in {403, 404}
    aux = bearer(await web.token_of(AUX))
    assert (await web.get(f"{REPORTS}/{report}", headers=aux)).status_code == 403


async def test_a_place_outside_and_no_district_is_asked_for(web: Client) -> None:
    answer = await tell(web, location=None, place="文化路 12 号", district=None)
    assert error_of(answer) == (422, "invalid_field", "district")
    assert error_of(await tell(web, district="110101"))[2] == "district"


async def test_a_district_without_the_module_takes_no_reports(web: Client, store: Store) -> None:
    await flags.set_stage(store, "module.reports", MINGSHAN, Stage("off"), ADMIN)
    await store.configuration.refresh()
    answer = await tell(web, location=None, place="名车广场", district=MINGSHAN)
    assert error_of(answer)[:2] == (403, "switched_off")


async def test_the_words_that_are_offered_are_those_that_are_taken(web: Client) -> None:
    words = (await web.get(f"{REPORTS}/words")).json()
    assert words["offences"][:2] == ["obstructing", "fire_lane"]
    assert "untrue" in words["reasons"]["reject"]


async def test_a_verified_report_without_an_incident_is_a_draft_that_is_told_once(web: Client) -> None:
    report, _ = await told(web, place="=公交站", words="每天都停在这里")
    officer_headers, headers = bearer(await web.token_of(ZHANG)), bearer(await web.token_of(CHEN))
    answer = await web.post(f"{REPORTS}/{report}/review", json={"command": "verify"}, headers=officer_headers)
    assert answer.json()["report"]["incident"] is None
    now = web.store.clock.now()
    period = {"since": iso(now - timedelta(days=1)), "until": iso(now + timedelta(days=1))}
    body = {"district": YUCHENG, "reason": "移送登记系统", **period}
    refused = await web.post("/api/v1/report-exports", json=body, headers=officer_headers)
    assert refused.status_code == 403
    counts = f"/api/v1/districts/{YUCHENG}/report-exports"
    before = await web.get(counts, params=period, headers=headers)
    assert before.json() == {"drafts": 1, "withdrawn": 0, "exports": []}
    export = (await web.post("/api/v1/report-exports", json=body, headers=headers)).json()["export"]
    after = (await web.get(counts, params=period, headers=headers)).json()
    assert (after["drafts"], [(one["id"], one["csv"]) for one in after["exports"]]) == (
        0,
        [(export["id"], f"/api/v1/report-exports/{export['id']}/drafts.csv")],
    )
    (draft,) = export["drafts"]
    assert (draft["report"], draft["status"], draft["plate"]) == (report, "draft", "川TA1235")
    assert (draft["offence"], draft["officer"]) == ("bus_stop", ZHANG.service_number)
    assert "每天都停在这里" not in str(export)
    text = (await web.get(export["csv"], headers=headers)).content.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("report,status,district")
    assert "'=公交站" in text
    again = (await web.post("/api/v1/report-exports", json=body, headers=headers)).json()["export"]
    assert again["drafts"] == []
