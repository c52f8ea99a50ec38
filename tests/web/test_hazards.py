"""Hazards over the API: near, report, join, follow, reopen; the district's list and files; agencies and keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from models.actions import flags as flag_actions
from models.flags.content import Stage
from models.geography import Boundaries
from models.store import Store
from models.tables import agencies, api_keys, audit, districts, refused_requests
from tests.support.city import CHEN, GATE, MINGSHAN, YUCHENG, ZHANG
from tests.support.clock import FakeClock
from tests.support.hazards import agency, switch_on
from tests.support.pilots import ADMIN, HAZARDS
from tests.support.rules import in_force
from tests.web.client import Client, bearer, error_of

PLACE = {"lat": GATE.lat, "lng": GATE.lng}
HAZARD = {"reason": "pothole", "location": PLACE, "district": YUCHENG, "place": "文化路 12 号门前"}
LIST = f"/api/v1/districts/{YUCHENG}/hazards"


@pytest.fixture(autouse=True)
async def _on(store: Store) -> None:
    await switch_on(store)


async def sent(web: Client, **more: Any) -> tuple[str, str]:
    answer = await web.post("/api/v1/hazards", json=HAZARD | more)
    assert answer.status_code == 201, answer.text
    return answer.json()["incident"]["id"], answer.json()["access_token"]


async def test_a_hazard_is_reported_without_an_account_and_followed_by_its_link(web: Client) -> None:
    incident, token = await sent(web, message="车胎都爆了")
    told = (await web.get(f"/api/v1/incidents/{incident}", headers=bearer(token))).json()["incident"]
    assert (told["kind"], told["reason"], told["plate"], told["place"]) == (
        "hazard",
        "pothole",
        None,
        "文化路 12 号门前",
    )
    assert told["messages"][0]["text"] == "车胎都爆了"
    assert told["hazard"] == {"body": "roads", "agency": None, "agency_en": None, "reopen_until": None}
    assert "priority" not in told


async def test_joining_mending_and_reopening(web: Client) -> None:
    incident, token = await sent(web)
    joined = await web.post(f"/api/v1/hazards/{incident}/join", json={})
    assert joined.status_code == 200
    follower = joined.json()["access_token"]
    assert joined.json()["incident"]["requesters"] == 2
    chen = bearer(await web.token_of(CHEN))
    assert (await web.post(f"/api/v1/incidents/{incident}/mend", headers=chen)).status_code == 200
    told = (await web.get(f"/api/v1/incidents/{incident}", headers=bearer(follower))).json()["incident"]
    assert told["hazard"]["reopen_until"] is not None
    again = await web.post(f"/api/v1/incidents/{incident}/still_there", headers=bearer(follower))
    assert again.json()["incident"]["status"] == "waiting"
    told = (await web.get(f"/api/v1/incidents/{incident}", headers=bearer(token))).json()["incident"]
    assert [one["event"] for one in told["timeline"]] == ["reported", "joined", "mended", "reopened"]


async def test_the_same_key_is_the_same_report(web: Client) -> None:
    headers = {"Idempotency-Key": "one"}
    first = await web.post("/api/v1/hazards", json=HAZARD, headers=headers)
    again = await web.post("/api/v1/hazards", json=HAZARD, headers=headers)
    assert again.json()["access_token"] == first.json()["access_token"]
    assert again.headers["idempotency-replayed"] == "true"


async def test_what_is_near_says_nothing_of_who_reported_it(web: Client) -> None:
    incident, _ = await sent(web, message="我是李四")
    query = {"reason": "pothole", "lat": "29.9877", "lng": "103.0133"}
    nowhere = (await web.get("/api/v1/hazards/near", params=query)).json()
    assert nowhere == {"district": None, "hazards": [], "around": []}, (
        "there are no boundaries and no seats here"
    )
    async with web.store.database.write() as connection:
        await connection.execute(
            update(districts).where(districts.c.code == YUCHENG).values(lat=30.003, lng=103.02)
        )
    answer = (await web.get("/api/v1/hazards/near", params=query)).json()
    assert answer["district"] == YUCHENG
    (one,) = answer["hazards"]
    assert set(one) == {
        "id", "reason", "status", "place", "lat", "lng", "metres", "requested_at", "promised_by", "followers",
    }  # fmt: skip
    lamp, _ = await sent(web, reason="lamp_out", location={"lat": 29.9900, "lng": 103.0133})
    around = (await web.get("/api/v1/hazards/near", params=query)).json()["around"]
    assert [(one["id"], one["metres"]) for one in around] == [(incident, 11), (lamp, 256)], "of any category"
    assert (around[1]["lat"], around[1]["lng"]) == (29.99, 103.0133)
    assert (one["id"], one["metres"]) == (incident, 11)
    assert "李四" not in str(answer)
    far = await web.get("/api/v1/hazards/near", params={**query, "lat": "31.5"})
    assert far.json() == {"district": None, "hazards": [], "around": []}, (
        "no seat is within a hundred kilometres"
    )
    assert (
        error_of(await web.get("/api/v1/hazards/near", params={**query, "reason": "x"}))[1] == "invalid_field"
    )
    assert error_of(await web.get("/api/v1/hazards/near", params={**query, "lat": "x"}))[1] == "invalid_field"


SQUARE = [[103.0, 29.9], [103.1, 29.9], [103.1, 30.0], [103.0, 30.0], [103.0, 29.9]]


async def test_a_place_outside_the_city_is_told_so_whatever_district_is_named(
    web: Client, tmp_path: Path
) -> None:
    feature = {"type": "Feature", "properties": {"code": YUCHENG}, "geometry": {"type": "Polygon"}}
    feature["geometry"]["coordinates"] = [SQUARE]  # type: ignore[index]
    file = tmp_path / "districts.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    web.store.boundaries = Boundaries.load(file)
    outside = {"lat": 29.8, "lng": 103.05}
    query = {"reason": "pothole", "lat": "29.8", "lng": "103.05"}
    assert (await web.get("/api/v1/hazards/near", params=query)).json()["district"] is None
    refused = await web.post("/api/v1/hazards", json=HAZARD | {"location": outside})
    assert error_of(refused) == (422, "invalid_field", "location")
    assert refused.json()["error"]["message"] == "这个位置不在本市各区县之内，请选择区县。"
    in_words = {name: value for name, value in HAZARD.items() if name != "location"}
    assert (await web.post("/api/v1/hazards", json=in_words)).status_code == 201, "in words it can be said"
    assert (await web.post("/api/v1/hazards", json=HAZARD)).status_code == 201
    # Of a district without a boundary nobody can say that a place is outside it.
    elsewhere = await web.post("/api/v1/hazards", json=HAZARD | {"location": outside, "district": MINGSHAN})
    assert elsewhere.status_code == 201


async def test_the_map_for_a_pin_is_anybody_s_and_says_where_the_streets_are(web: Client) -> None:
    told = await web.get("/api/v1/hazards/map", params={"district": YUCHENG})
    assert set(told.json()) == {"district", "seat", "outline", "rivers", "layers", "crs", "attribution"}
    nowhere = await web.get("/api/v1/hazards/map", params={"district": "999999"})
    assert error_of(nowhere)[1] == "switched_off", "where no hazards are taken there is no map"
    assert error_of(await web.get("/api/v1/hazards/map")) == (422, "invalid_field", "district")


async def test_reports_that_cannot_be_are_refused_with_the_place(web: Client) -> None:
    for changes, field in (
        ({"reason": "dragon"}, "reason"),
        ({"location": None, "place": None}, "location"),
        ({"district": "999999", "location": None}, "district"),
        ({"place": "路" * 121}, "place"),
        ({"message": "x" * 501}, "message"),
        ({"plate": "川TA1235"}, "plate"),
    ):
        body = {name: value for name, value in (HAZARD | changes).items() if value is not None}
        status, code, at = error_of(await web.post("/api/v1/hazards", json=body))
        assert (status, code, at) == (422, "invalid_field", field), changes


async def test_where_it_is_off_it_says_so(web: Client, store: Store) -> None:
    incident, _ = await sent(web)
    await flag_actions.set_stage(store, HAZARDS, YUCHENG, Stage("off"), ADMIN)
    await store.configuration.refresh()
    refused = await web.post("/api/v1/hazards", json=HAZARD)
    assert error_of(refused) == (403, "switched_off", None)
    assert "122" in refused.json()["error"]["message"]
    joined = await web.post(f"/api/v1/hazards/{incident}/join", json={})
    assert joined.status_code == 200, "what was begun is carried to its end"


async def test_the_list_has_what_is_overdue_first_and_each_agency_its_file(
    web: Client, store: Store, clock: FakeClock
) -> None:
    await agency(store, "roads", "roads")
    pothole, _ = await sent(web, place='=HYPERLINK("x")')
    clock.advance(3600)
    lamp, _ = await sent(web, reason="lamp_out")
    clock.advance(259_200 - 1800)
    chen = bearer(await web.token_of(CHEN))
    told = (await web.get(LIST, headers=chen)).json()
    assert [(one["id"], one["overdue"], one["agency"]) for one in told["hazards"]] == [
        (pothole, True, "roads"),
        (lamp, False, None),
    ]
    assert [one["code"] for one in told["agencies"]] == ["roads"]
    assert {"contact_sealed", "key_sealed"} & set(told["agencies"][0]) == set()
    file = await web.get(f"{LIST}/export", params={"agency": "roads"}, headers=chen)
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("id,reason,status,outcome,place,lat,lng,body,agency")
    assert len(lines) == 2
    assert "\"'=HYPERLINK" in lines[1], "no spreadsheet runs what a stranger wrote"
    as_json = await web.get(f"{LIST}/export", params={"agency": "roads", "format": "json"}, headers=chen)
    assert [one["id"] for one in as_json.json()] == [pothole]
    async with store.database.read() as connection:
        looks = select(audit.c.subject).where(audit.c.actor == CHEN.subject)
        assert f"district:{YUCHENG}" in (await connection.execute(looks)).scalars().all()


async def test_nobody_sees_another_district_s_list(web: Client) -> None:
    zhang = bearer(await web.token_of(ZHANG))
    assert error_of(await web.get("/api/v1/districts/511803/hazards", headers=zhang))[1] == "forbidden"


async def test_contact_and_key_of_an_agency_are_sealed_and_told_to_nobody(
    web: Client, store: Store, su: dict[str, str]
) -> None:
    roads = await agency(store, "roads", "roads")
    body = {"contact": "李主任 0835-2222222", "key": "their-key"}
    assert (await web.put(f"/api/v1/admin/agencies/{roads}", json=body, headers=su)).status_code == 204
    listed = await web.get("/api/v1/admin/agencies", headers=su)
    (one,) = listed.json()["agencies"]
    assert (one["has_contact"], one["has_key"]) == (True, True)
    assert "their-key" not in listed.text
    assert "2222222" not in listed.text
    async with store.database.read() as connection:
        row = (await connection.execute(select(agencies))).one()
    assert store.vault.open("agencies.key_sealed", roads, row.key_sealed) == "their-key"
    await web.put(f"/api/v1/admin/agencies/{roads}", json={"contact": ""}, headers=su)
    (one,) = (await web.get("/api/v1/admin/agencies", headers=su)).json()["agencies"]
    assert (one["has_contact"], one["has_key"]) == (False, True)
    assert error_of(await web.put("/api/v1/admin/agencies/none", json=body, headers=su))[0] == 404


async def test_a_key_is_told_once_kept_as_a_hash_and_revoked(
    web: Client, store: Store, su: dict[str, str]
) -> None:
    keys = "/api/v1/admin/api-keys"
    body = {"name": "市民热线", "purpose": "open311", "most_an_hour": 50}
    made = (await web.post(keys, json=body, headers=su)).json()
    listed = await web.get(keys, headers=su)
    assert made["key"] not in listed.text
    async with store.database.read() as connection:
        row = (await connection.execute(select(api_keys))).one()
    assert made["key"].encode() not in row.key_hash
    assert (await web.delete(f"{keys}/{made['id']}", headers=su)).status_code == 204
    assert error_of(await web.delete(f"{keys}/{made['id']}", headers=su))[0] == 404
    (one,) = (await web.get(keys, headers=su)).json()["keys"]
    assert one["revoked_at"] is not None


async def test_who_reports_too_often_is_told_a_reference_and_let_through_at_the_counter(
    web: Client, store: Store, clock: FakeClock
) -> None:
    row = {"subject": "'address'", "most": "2", "seconds": "3600", "block_seconds": "0"}
    await in_force(store, clock, "limits", YUCHENG, row)
    for _ in range(2):
        first, _ = await sent(web)
    refused = await web.post("/api/v1/hazards", json=HAZARD)
    assert error_of(refused) == (429, "too_many_requests", None)
    reference = refused.json()["error"]["reference"]
    joined = await web.post(f"/api/v1/hazards/{first}/join", json={})
    assert joined.json()["error"]["reference"] == reference, "the same address, row and hour"
    again = await web.post("/api/v1/hazards", json=HAZARD | {"reason": "lamp_out"})
    assert again.json()["error"]["reference"] == reference
    zhang = bearer(await web.token_of(ZHANG))
    found = await web.get("/api/v1/refusals", params={"reference": reference}, headers=zhang)
    (told,) = found.json()["refusals"]
    assert (told["table"], told["count"], told["plate"], told["district"]) == ("limits", 3, None, YUCHENG)
    assert told["inputs"] == {"kind": "hazard", "reason": "pothole"}
    async with store.database.read() as connection:
        (kept,) = (await connection.execute(select(refused_requests))).all()
    assert (kept.sticker_id, kept.subject) == (None, "address")
    body = {"result": {"most": 9}, "reason": "报的都属实"}
    through = await web.post(f"/api/v1/refusals/{told['id']}/override", json=body, headers=zhang)
    assert through.status_code == 201, through.text
    await sent(web)


async def test_a_follower_leaves_a_phone_and_stops_it_by_one_tap(web: Client) -> None:
    incident, token = await sent(web)
    path, mine = f"/api/v1/hazards/{incident}/phone", bearer(token)
    kept = await web.put(path, json={"phone": "138 0000 1234"}, headers=mine)
    assert kept.json() == {"told": "138****1234"}
    told = (await web.get(f"/api/v1/incidents/{incident}", headers=mine)).json()["incident"]
    assert told["you"]["told"] == "138****1234"
    other, others = await sent(web, reason="lamp_out")
    assert error_of(await web.put(path, json={"phone": "13800001234"}, headers=bearer(others)))[0] == 403
    assert error_of(await web.put(path, json={"phone": "13800001234"}))[0] == 401
    assert error_of(await web.put(path, json={"phone": "x"}, headers=mine)) == (
        422,
        "invalid_field",
        "phone",
    )
    assert (await web.delete(path, headers=mine)).status_code == 204
    told = (await web.get(f"/api/v1/incidents/{incident}", headers=mine)).json()["incident"]
    assert told["you"]["told"] is None
    again = await web.put(path, json={"phone": "13800001234"}, headers=mine)
    assert (again.status_code, again.json()["error"]["why"]) == (409, "stopped")
    assert "停止接收" in again.json()["error"]["message"]
