"""Searching for a vehicle, recording what has no motor, and figures: over HTTP, as the officer's page does."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, event, select, update

from models.actions import parking, watch_flags
from models.actions.duty import set_duty
from models.actions.parking import NewRecord
from models.actions.plate_searches import MOST_AN_HOUR
from models.actions.watch_flags import Watch
from models.clock import iso
from models.store import Store
from models.tables import audit, cities, incidents
from tests.support.city import AUX, CHEN, LI, MINGSHAN, PLATES, WANG, YUCHENG, ZHANG
from tests.support.clock import FakeClock
from tests.support.parking import FAR, capture, capture_id, file
from tests.web.client import Client, bearer, error_of

WHY = "现场核查违停车辆"


async def look(web: Client, who: Any = ZHANG, **body: Any) -> Any:
    wish = {"reason": WHY, **body}
    return await web.post("/api/v1/vehicles/search", json=wish, headers=bearer(await web.token_of(who)))


async def searches(store: Store) -> list[tuple[str, str, str | None, bool]]:
    query = (
        select(audit.c.actor, audit.c.subject, audit.c.reason, audit.c.success)
        .where(audit.c.action == "search_history")
        .order_by(audit.c.at, audit.c.success)
    )
    async with store.database.read() as connection:
        return [
            (row.actor, row.subject, row.reason, bool(row.success)) for row in await connection.execute(query)
        ]


async def test_an_officer_with_a_reason_sees_what_happened_to_a_car(web: Client) -> None:
    incident, _ = await web.asked()
    found = (await look(web, plate="川T·A1235")).json()
    assert (found["plate"], found["elsewhere"], found["next"], found["watch"]) == ("川TA1235", 0, None, [])
    [entry] = found["entries"]
    assert (entry["incident"], entry["kind"], entry["status"], entry["notices"]) == (
        incident,
        "move_car",
        "waiting",
        0,
    )
    [(actor, subject, reason, success)] = await searches(web.store)
    assert (actor, reason, success) == (ZHANG.subject, WHY, True)
    assert subject.startswith("plate:")
    assert "A1235" not in subject


async def test_a_plate_that_nobody_knows_is_answered_like_a_car_without_history(web: Client) -> None:
    known, unknown = await look(web, plate=PLATES["two"]), await look(web, plate="京A12345")
    assert known.status_code == unknown.status_code == 200
    assert {**known.json(), "plate": ""} == {**unknown.json(), "plate": ""}


async def test_both_are_answered_by_the_same_statements(web: Client) -> None:
    """What takes as many questions takes as long: the time tells nothing either."""
    await web.asked("two")
    counts = []
    for plate in (PLATES["two"], "京A12345"):
        asked: list[str] = []

        def note(*given: Any, asked: list[str] = asked) -> None:
            asked.append(given[2])

        event.listen(Engine, "before_cursor_execute", note)
        await look(web, plate=plate)
        event.remove(Engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts[0] == counts[1] > 5


async def test_what_happened_in_another_district_is_counted_and_not_shown(web: Client) -> None:
    await web.asked()
    found = (await look(web, WANG, plate=PLATES["one"])).json()
    assert (found["entries"], found["elsewhere"]) == ([], 1)


async def test_pages_follow_each_other_and_are_one_look(web: Client, clock: FakeClock) -> None:
    for _ in range(22):
        _, requester = await web.asked()
        await cancel(web, requester)
        clock.advance(3600)
    first = (await look(web, plate=PLATES["one"])).json()
    assert len(first["entries"]) == 20
    second = (await look(web, plate=PLATES["one"], before=first["next"])).json()
    assert (len(second["entries"]), second["next"]) == (2, None)
    times = [entry["requested_at"] for entry in (*first["entries"], *second["entries"])]
    assert times == sorted(times, reverse=True)
    assert len(await searches(web.store)) == 1


async def cancel(web: Client, requester: str) -> None:
    async with web.store.database.read() as connection:
        name = (
            await connection.execute(select(incidents.c.id).where(incidents.c.status != "closed"))
        ).scalar_one()
    answer = await web.post(f"/api/v1/incidents/{name}/cancel", json={}, headers=bearer(requester))
    assert answer.status_code == 200, answer.text


async def test_nobody_trawls(web: Client, clock: FakeClock) -> None:
    for number in range(MOST_AN_HOUR):
        assert (await look(web, plate=f"川T{number:05d}")).status_code == 200
    refused = await look(web, plate="川TZ999X")
    assert refused.status_code == 429
    assert "30" in refused.json()["error"]["message"]
    assert [success for *_, success in await searches(web.store)].count(False) == 1
    assert (await look(web, plate="川T00000")).status_code == 200, "the same look as before is none of them"
    assert (await look(web, CHEN, plate="川TZ999X")).status_code == 200, "each has his own"
    clock.advance(3600)
    assert (await look(web, plate="川TZ999X")).status_code == 200


async def test_an_auxiliary_officer_cannot_search(web: Client) -> None:
    assert (await look(web, AUX, plate=PLATES["one"])).status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"plate": "川TA1235", "reason": " x "}, "reason"),
        ({"plate": "川TA12"}, "plate"),
        ({"plate": "%"}, "plate"),
        ({"plate": "川TA123_"}, "plate"),
        ({"plate": "川TA1235", "plate_class": "nev_small"}, "plate_class"),
        ({"frame": "12"}, "frame"),
        ({"frame": "%%%%%%"}, "frame"),
        ({}, "plate"),
        ({"plate": "川TA1235", "frame": "LX123456"}, "plate"),
        ({"plate": "川TA1235", "before": "gestern"}, "before"),
    ],
)
async def test_no_part_of_a_number_finds_anything(web: Client, body: dict[str, str], field: str) -> None:
    answer = await look(web, **body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)


async def record(web: Client, who: Any = ZHANG, **body: Any) -> Any:
    seen = {"district": YUCHENG, "kind": "ebike", **body}
    return await web.post("/api/v1/vehicles/non-motor", json=seen, headers=bearer(await web.token_of(who)))


async def test_a_bicycle_without_a_plate_is_found_by_its_frame_and_by_its_look(web: Client) -> None:
    made = await record(web, AUX, frame="lx-2023 00817", colour="红", description="后座有儿童椅")
    assert made.status_code == 201
    number = made.json()["number"]
    assert number.startswith("无牌")
    again = await record(web, frame="LX202300817", description="后座有儿童椅，右把套破")
    assert (again.status_code, again.json()["number"]) == (200, number)
    found = (await look(web, frame="LX202300817")).json()
    assert found["plate"] == number
    assert found["non_motor"] == {
        "kind": "ebike",
        "colour": "红",
        "description": "后座有儿童椅，右把套破",
        "frame": "LX202300817",
        "district": YUCHENG,
        "recorded_at": found["non_motor"]["recorded_at"],
    }
    officer = bearer(await web.token_of(ZHANG))
    path = f"/api/v1/districts/{YUCHENG}/non-motor"
    for text, n in (("儿童椅", 1), ("红", 1), ("%", 0), ("", 1)):
        shown = (await web.get(path, params={"text": text}, headers=officer)).json()["vehicles"]
        assert len(shown) == n, text
    assert (await web.get(f"/api/v1/districts/{MINGSHAN}/non-motor", headers=officer)).status_code == 403


async def test_an_electric_bicycles_plate_has_the_citys_form(web: Client) -> None:
    async with web.store.database.write() as connection:
        await connection.execute(update(cities).values(ebike_plates="雅安@#####"))
    assert (await record(web, plate="雅安A12345")).json()["number"] == "雅安A12345"
    refused = await record(web, plate="雅安12345")
    assert (refused.status_code, refused.json()["error"]["why"]) == (422, "local_form")
    assert (await look(web, plate="雅安A12345", plate_class="ebike")).json()["non_motor"]["kind"] == "ebike"


async def test_nothing_to_know_a_bicycle_by_is_refused(web: Client) -> None:
    answer = await record(web)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "description")
    assert (await record(web, WANG, description="蓝色")).status_code == 403


async def test_the_figures_of_vehicles_come_with_their_n_and_without_a_plate(web: Client) -> None:
    await web.store.configuration.refresh()
    path = f"/api/v1/districts/{YUCHENG}/vehicle-figures"
    answer = await web.get(path, headers=bearer(await web.token_of(AUX)))
    assert answer.status_code == 200
    shown = answer.json()
    nothing = {"count": 0, "n": 0, "share": None}
    assert (shown["window_days"], shown["now"]) == (90, {"repeat": nothing, "left": nothing})
    wrong = await web.get(
        path, params={"since": "2020-01-01T00:00:00Z"}, headers=bearer(await web.token_of(ZHANG))
    )
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "since")


async def why(web: Client, incident: str, who: Any, what: str = "history") -> Any:
    body = {"what": what, "reason": WHY}
    headers = bearer(await web.token_of(who))
    return await web.post(f"/api/v1/incidents/{incident}/looks", json=body, headers=headers)


async def past(web: Client, incident: str, who: Any) -> Any:
    headers = bearer(await web.token_of(who))
    return await web.get(f"/api/v1/incidents/{incident}/history", headers=headers)


async def test_what_was_recorded_of_a_parked_car_stands_in_its_history(web: Client, clock: FakeClock) -> None:
    await web.store.configuration.refresh()
    for who in (ZHANG, AUX):
        await set_duty(web.store, who, True, YUCHENG)
    filed = await file(web.store, ZHANG, "one")
    await capture(web.store, ZHANG, "again")
    await parking.file(web.store, ZHANG, NewRecord(capture_id("again"), PLATES["one"]))
    await file(web.store, AUX, "draft", place=FAR, plate=PLATES["three"])
    [entry] = (await look(web, plate=PLATES["one"])).json()["entries"]
    assert entry["record"] == {
        "id": filed.id,
        "state": "noticed",
        "grounds": "obstructing",
        "offence": 1039,
        "author": ZHANG.service_number,
        "notices": 2,
        "captured_at": entry["record"]["captured_at"],
        "ended_at": None,
        "withdrawn_reason": None,
    }
    drafted = (await look(web, plate=PLATES["three"])).json()
    assert (drafted["entries"], drafted["drafts"]) == ([], 1), (
        "an auxiliary officer's draft has no effect yet"
    )
    elsewhere = (await look(web, WANG, plate=PLATES["one"])).json()
    assert (elsewhere["entries"], elsewhere["elsewhere"], elsewhere["drafts"]) == ([], 1, 0)
    assert (await look(web, WANG, plate=PLATES["three"])).json()["drafts"] == 0


async def test_the_history_of_an_incidents_car_takes_a_reason_once(web: Client) -> None:
    await web.store.configuration.refresh()
    incident, _ = await web.asked()
    refused = await past(web, incident, ZHANG)
    assert error_of(refused) == (428, "reason_needed", None)
    assert (await why(web, incident, ZHANG, "plate")).status_code == 200
    assert (await past(web, incident, ZHANG)).status_code == 428, (
        "a reason for the plate is none for the past"
    )
    assert (await why(web, incident, ZHANG)).status_code == 200
    for _ in range(2):
        found = (await past(web, incident, ZHANG)).json()
        assert (found["plate"], [one["incident"] for one in found["entries"]]) == ("川TA***5", [incident])
    assert (await past(web, incident, LI)).status_code == 428, "each says his own"
    assert (await why(web, incident, AUX)).status_code == 403
    assert (await past(web, incident, AUX)).status_code == 403
    assert (await past(web, incident, WANG)).status_code == 403, "of another district"
    query = select(audit.c.actor, audit.c.action, audit.c.success).where(
        audit.c.subject == f"incident:{incident}"
    )
    async with web.store.database.read() as connection:
        records = sorted(tuple(row) for row in await connection.execute(query))
    assert records == [
        (ZHANG.subject, "look", True),
        (ZHANG.subject, "look.history", True),
        (ZHANG.subject, "look.plate", True),
    ]


async def test_the_whole_plate_is_nowhere_in_an_incidents_history(web: Client) -> None:
    incident, _ = await web.asked()
    await why(web, incident, CHEN)
    assert PLATES["one"] not in (await past(web, incident, CHEN)).text


async def test_whoever_keeps_the_lists_sees_the_single_flags_of_a_car_and_can_clear_one(web: Client) -> None:
    await web.store.configuration.refresh()
    for scope in (YUCHENG, "511800"):
        watch = Watch(PLATES["one"], "stolen", scope, f"案 {scope}", plate_class="ordinary")
        await watch_flags.put(web.store, CHEN, watch)
    found = (await look(web, CHEN, plate=PLATES["one"])).json()
    assert {(one["scope"], one["source"], one["may_clear"]) for one in found["flags"]} == {
        ("511800", "案 511800", True),
        (YUCHENG, f"案 {YUCHENG}", True),
    }
    assert "flags" not in (await look(web, ZHANG, plate=PLATES["one"])).json(), (
        "an officer sees that, not by whom"
    )
    flag = next(one["id"] for one in found["flags"] if one["scope"] == YUCHENG)
    chen = bearer(await web.token_of(CHEN))
    cleared = await web.post(f"/api/v1/watch-flags/{flag}/clear", json={"reason": "已找回"}, headers=chen)
    assert cleared.status_code == 200
    left = (await look(web, CHEN, plate=PLATES["one"])).json()["flags"]
    assert [one["scope"] for one in left] == ["511800"]
    unknown = (await look(web, CHEN, plate=PLATES["three"])).json()
    assert unknown["flags"] == []


async def test_an_alarm_stands_on_the_desk_that_is_opened_after_it(web: Client, clock: FakeClock) -> None:
    await web.store.configuration.refresh()
    watch = Watch(PLATES["one"], "stolen", YUCHENG, "案", plate_class="ordinary")
    await watch_flags.put(web.store, CHEN, watch)
    harmless = Watch(PLATES["three"], "inspection_overdue", YUCHENG, "名单", plate_class="ordinary")
    await watch_flags.put(web.store, CHEN, harmless)
    incident, requester = await web.asked()
    await web.asked("three")
    told_at = clock.now()
    clock.advance(30)
    chen = bearer(await web.token_of(CHEN))
    path = f"/api/v1/districts/{YUCHENG}/desk"
    assert (await web.get(path, headers=chen)).json()["watched"] == [
        {
            "incident": incident,
            "district": YUCHENG,
            "plate": "川TA***5",
            "kinds": ["stolen"],
            "plate_classes": ["ordinary"],
            "at": iso(told_at),
        }
    ]
    answer = await web.post(f"/api/v1/incidents/{incident}/cancel", json={}, headers=bearer(requester))
    assert answer.status_code == 200
    assert (await web.get(path, headers=chen)).json()["watched"] == [], "what is closed alarms nobody"
