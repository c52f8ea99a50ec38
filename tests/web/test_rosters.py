"""Rosters over HTTP: a commander plans, publishes and takes in a file; officers read what is theirs."""

from __future__ import annotations

from typing import Any

from tests.support.city import AUX, CHEN, LI, MINGSHAN, WANG, YUCHENG, ZHANG
from tests.web.client import Client, bearer, error_of

ROSTER = f"/api/v1/districts/{YUCHENG}/rosters/2026-11-02"
NIGHT: dict[str, Any] = {
    "day": "2026-11-02",
    "start": "22:00",
    "end": "06:00",
    "name": "夜班",
    "needs": {"police": 2},
    "places": [{"officer": ZHANG.service_number, "role": "police"}],
}


async def test_a_commander_makes_changes_and_publishes_a_week(web: Client) -> None:
    chen = bearer(await web.token_of(CHEN))
    zone = await web.put(
        f"/api/v1/districts/{YUCHENG}/zones/north", json={"name": "城北", "name_en": "North"}, headers=chen
    )
    assert [one["code"] for one in zone.json()["zones"]] == ["north"]
    template = {"name": "夜班", "start": "22:00", "minutes": 480, "needs": {"police": 2}}
    made = await web.post(f"/api/v1/districts/{YUCHENG}/shift-templates", json=template, headers=chen)
    assert made.status_code == 201
    added = await web.post(f"{ROSTER}/shifts", json={**NIGHT, "zone": "north"}, headers=chen)
    shift = added.json()["id"]
    body = (await web.get(ROSTER, headers=chen)).json()
    assert (body["published_at"], body["templates"][0]["starts_minute"]) == (None, 1320)
    assert {one["officer"] for one in body["officers"]} == {ZHANG.id, LI.id, AUX.id}
    both = [*NIGHT["places"], {"officer": LI.service_number, "role": "leader"}]
    changed = await web.put(f"/api/v1/roster-shifts/{shift}", json={**NIGHT, "places": both}, headers=chen)
    assert changed.status_code == 200
    out = (await web.put(f"{ROSTER}/published", json={}, headers=chen)).json()
    assert out["published_at"] == "2026-11-02T08:00:00.000Z"
    assert [one["officer"] for one in out["shifts"][0]["places"]] == [ZHANG.id, LI.id]
    mine = (await web.get("/api/v1/duty", headers=bearer(await web.token_of(LI)))).json()["next"]
    assert [(one["name"], one["role"]) for one in mine] == [("夜班", "leader")]
    copied = await web.post(
        f"/api/v1/districts/{YUCHENG}/rosters/2026-11-09/copy", json={"week": "2026-11-02"}, headers=chen
    )
    assert copied.json() == {"copied": 1}
    assert (await web.delete(f"/api/v1/roster-shifts/{shift}", headers=chen)).status_code == 200


async def test_a_file_is_taken_in_and_its_refusals_are_sentences(web: Client) -> None:
    headers = {**bearer(await web.token_of(CHEN)), "accept-language": "zh"}
    head = "date,start,end,zone,shift,role,officer"
    csv = f"{head}\n2026-11-03,22:00,06:00,,夜班,police,{LI.id}\n2026-11-10,a,b,,c,d,e\n"
    told = (await web.post(f"{ROSTER}/import", json={"csv": csv}, headers=headers)).json()
    assert told == {
        "placed": 1,
        "refused": [
            {
                "line": 3,
                "column": "date",
                "why": "not_this_week",
                "value": "2026-11-10",
                "message": "日期不在这一周里。",
            }
        ],
    }


async def test_what_cannot_be_planned_is_refused_by_name(web: Client) -> None:
    chen = bearer(await web.token_of(CHEN))
    await web.post(f"{ROSTER}/shifts", json=NIGHT, headers=chen)
    refused = [
        ({**NIGHT, "start": "24:00"}, (422, "invalid_field", "start")),
        ({**NIGHT, "day": "2026-11-09", "places": []}, (422, "invalid_field", "day")),
        ({**NIGHT, "needs": {"chief": 1}}, (422, "invalid_field", "needs[...]")),
        ({**NIGHT, "zone": "south", "places": []}, (422, "invalid_field", "zone")),
        (NIGHT, (409, "conflict", None)),
    ]
    for body, expected in refused:
        found = error_of(await web.post(f"{ROSTER}/shifts", json=body, headers=chen))
        assert found[:2] == expected[:2], body
        if expected[2] != "needs[...]":
            assert found[2] == expected[2]
    path = f"/api/v1/districts/{YUCHENG}/rosters/2026-11-03"
    assert error_of(await web.get(path, headers=chen)) == (422, "invalid_field", "week")


async def test_rosters_are_for_those_who_plan_in_their_own_districts(web: Client) -> None:
    for nobody in (ZHANG, AUX, WANG):
        token = await web.token_of(nobody)
        assert (await web.get(ROSTER, headers=bearer(token))).status_code == 403
        assert (await web.post(f"{ROSTER}/shifts", json=NIGHT, headers=bearer(token))).status_code == 403
    chen = bearer(await web.token_of(CHEN))
    other = f"/api/v1/districts/{MINGSHAN}/rosters/2026-11-02/shifts"
    away = {**NIGHT, "places": [{"officer": ZHANG.id, "role": "police"}]}
    assert error_of(await web.post(other, json=away, headers=chen)) == (
        422,
        "invalid_field",
        "places[0].officer",
    )
    zones = f"/api/v1/districts/{YUCHENG}/zones"
    assert (await web.get(zones, headers=bearer(await web.token_of(ZHANG)))).status_code == 200
    assert (await web.get(zones, headers=bearer(await web.token_of(WANG)))).status_code == 403
