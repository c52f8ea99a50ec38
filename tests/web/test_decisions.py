"""Why something was decided: shown to those entitled, and decided otherwise with a reason and a second person."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from models.actions import deciding
from models.actions.clearing_kinds import KINDS
from models.caller import Officer
from models.rules import shipped
from models.tables import audit, districts, incidents, rule_activations, rule_overrides, rule_versions
from tests.support.city import AUX, CHEN, LI, WANG, YUCHENG, ZHANG
from tests.support.clock import FakeClock
from tests.web.client import Client, bearer, error_of


async def decisions(web: Client, incident: str, who: Officer) -> list[dict[str, Any]]:
    answer = await web.get(f"/api/v1/incidents/{incident}", headers=bearer(await web.token_of(who)))
    found: list[dict[str, Any]] = answer.json()["incident"]["decisions"]
    return found


async def resolved(web: Client, clock: FakeClock, car: str = "one") -> str:
    """An incident that ZHANG dealt with on the spot, half an hour after it began."""
    incident, _ = await web.asked(car, reason="fire_lane", location={"lat": 29.9876, "lng": 103.0133})
    token = await web.on_duty(ZHANG, YUCHENG)
    clock.advance(1800)
    for name in ("accept", "arrive", "resolve"):
        answer = await web.post(f"/api/v1/incidents/{incident}/{name}", json={}, headers=bearer(token))
        assert answer.status_code == 200, answer.text
    return incident


async def test_the_police_read_which_row_of_which_version_decided_what(web: Client) -> None:
    incident, _ = await web.asked("one", location={"lat": 29.9876, "lng": 103.0133})
    told = {one["table"]: one for one in await decisions(web, incident, ZHANG)}
    assert told.keys() == {"requests", "limits", "reasons", "response", "promises", "ladder"}
    response = told["response"]
    assert response["version"] == shipped.shipped_id(shipped.shipped()["response"].content)
    assert (response["rows"], response["results"]) == (["default"], [{"seconds": 300}])
    assert response["inputs"] == {"kind": "move_car", "reason": "blocking", "place": "unknown", "hour": 16}
    assert response["because"] == [
        {
            "zh": "无论何事、何地、何时，五分钟。",
            "en": "Five minutes, whatever is asked, wherever, at any hour.",
        }
    ]
    assert (response["instead"], response["override"]) == (None, None)
    assert [one["step"] for one in told["ladder"]["results"]] == [1, 2, 3, 4]


@pytest.mark.parametrize("who", [ZHANG, CHEN])
async def test_police_and_commanders_of_the_district_are_told(web: Client, who: Officer) -> None:
    incident, _ = await web.asked("one")
    assert await decisions(web, incident, who)


async def test_nobody_else_is(web: Client) -> None:
    incident, requester = await web.asked("one")
    for token in (requester, await web.token_of(AUX)):
        answer = await web.get(f"/api/v1/incidents/{incident}", headers=bearer(token))
        assert "decisions" not in answer.json()["incident"]
    far = await web.get(f"/api/v1/incidents/{incident}", headers=bearer(await web.token_of(WANG)))
    assert far.status_code == 403


async def test_an_operators_number_that_held_instead_of_the_table_is_told(web: Client) -> None:
    async with web.store.database.write() as connection:
        await connection.execute(
            update(districts).where(districts.c.code == YUCHENG).values(respond_seconds=120)
        )
    incident, _ = await web.asked("one")
    (response,) = [one for one in await decisions(web, incident, ZHANG) if one["table"] == "response"]
    assert (response["results"], response["instead"]) == ([{"seconds": 300}], "district:120")


async def test_dealing_with_a_car_brings_a_suggestion_that_knows_what_came_before(
    web: Client, clock: FakeClock
) -> None:
    for _ in range(2):
        await resolved(web, clock)
    incident = await resolved(web, clock)
    (suggested,) = [one for one in await decisions(web, incident, CHEN) if one["table"] == "disposition"]
    assert suggested["inputs"] == {
        "repeats_30_days": 2, "repeats_180_days": 2, "repeats_365_days": 2, "place": "fire_lane",
        "minutes_until_left": 30, "obstructs": True, "watched": False, "yellow_label": False,
        "inspection_overdue": False, "stolen": False, "cloned": False, "repeat_offender": False,
    }  # fmt: skip
    assert suggested["rows"] == ["no_stop_place"]
    assert suggested["results"] == [{"disposition": "penalty", "second_person": False}]


async def override(web: Client, incident: str, decision: str, who: Officer, **body: Any) -> Any:
    path = f"/api/v1/incidents/{incident}/decisions/{decision}/override"
    return await web.post(path, json=body, headers=bearer(await web.token_of(who)))


async def test_deciding_otherwise_needs_a_reason_and_something_that_the_table_could_say(
    web: Client, clock: FakeClock
) -> None:
    incident = await resolved(web, clock)
    (suggested,) = [one for one in await decisions(web, incident, ZHANG) if one["table"] == "disposition"]
    name = suggested["id"]
    warning = {"disposition": "warning"}
    for body in ({"result": warning}, {"result": warning, "reason": ""}, {"result": {}, "reason": "有故障"}):
        assert (await override(web, incident, name, ZHANG, **body)).status_code == 422
    for result in ({"disposition": "jail"}, {"disposition": ["warning"]}, {"fine": 5}):
        refused = await override(web, incident, name, ZHANG, result=result, reason="有故障")
        assert error_of(refused)[1] == "invalid_field"
    for who in (AUX, WANG):
        assert (await override(web, incident, name, who, result=warning, reason="有故障")).status_code == 403
    done = await override(web, incident, name, ZHANG, result=warning, reason="车辆故障")
    assert (done.status_code, done.json()["waits"]) == (201, False)
    again = await override(web, incident, name, CHEN, result=warning, reason="车辆故障")
    assert error_of(again) == (409, "conflict", None)
    (told,) = [one for one in await decisions(web, incident, CHEN) if one["table"] == "disposition"]
    assert told["results"] == [{"disposition": "penalty", "second_person": False}]
    assert told["override"]["result"] == {"disposition": "warning", "second_person": False}
    assert (told["override"]["by"], told["override"]["reason"]) == (ZHANG.service_number, "车辆故障")
    async with web.store.database.read() as connection:
        query = select(audit.c.actor, audit.c.reason).where(audit.c.action == "override")
        assert [tuple(row) for row in await connection.execute(query)] == [(ZHANG.subject, "车辆故障")]


async def test_where_the_table_says_so_a_second_person_confirms(web: Client, clock: FakeClock) -> None:
    incident = await resolved(web, clock)
    (suggested,) = [one for one in await decisions(web, incident, ZHANG) if one["table"] == "disposition"]
    result = {"disposition": "penalty", "second_person": True}
    done = await override(web, incident, suggested["id"], ZHANG, result=result, reason="屡教不改")
    assert done.json()["waits"]
    path = f"/api/v1/incidents/{incident}/overrides/{done.json()['override']}/confirm"
    own = await web.post(path, json={}, headers=bearer(await web.token_of(ZHANG)))
    assert error_of(own) == (403, "second_person_needed", None)
    other = await web.post(path, json={}, headers=bearer(await web.token_of(LI)))
    assert (other.status_code, other.json()["waits"]) == (200, False)
    assert error_of(await web.post(path, json={}, headers=bearer(await web.token_of(CHEN))))[0] == 409


async def test_the_database_itself_takes_no_second_person_who_is_the_first(
    web: Client, clock: FakeClock
) -> None:
    """Past every check of ours: nothing approved by its author, nothing in force unapproved, nothing confirmed by
    whoever asked for it."""
    at = clock.now()
    version = {
        "id": "v1", "table_name": "response", "scope": YUCHENG, "number": 1, "content": "{}", "author": "officer:a",
        "created_at": at, "checked_at": at, "status": "approved", "decided_by": "officer:a", "decided_at": at,
    }  # fmt: skip
    activation = {
        "id": "a1", "table_name": "response", "scope": YUCHENG, "number": 1, "version_id": "v2", "active_from": at,
        "approved_by": "officer:b", "approved": "approved", "how": "activate", "by": "officer:a", "at": at,
    }  # fmt: skip
    waiting = version | {"id": "v2", "status": "checked", "decided_by": None, "decided_at": None}
    async with web.store.database.write() as connection:
        await connection.execute(insert(rule_versions).values(waiting))
    incident, _ = await web.asked("one")
    (response,) = [one for one in await decisions(web, incident, CHEN) if one["table"] == "response"]
    own_word = {
        "id": "o1", "decision_id": response["id"], "incident_id": incident, "table_name": "response", "part": "",
        "result": "{}", "reason": "x", "by": "officer:a", "at": at,
        "second_person": True, "confirmed_by": "officer:a", "confirmed_at": at,
    }  # fmt: skip
    for table, values in (
        (rule_versions, version),
        (rule_versions, version | {"decided_by": None}),
        (rule_versions, version | {"decided_by": "officer:b", "checked_at": None}),
        (rule_activations, activation),
        (rule_activations, activation | {"approved_by": None}),
        (rule_activations, activation | {"approved": "checked"}),
        (rule_overrides, own_word),
        (rule_overrides, own_word | {"confirmed_by": "officer:b", "reason": ""}),
        (rule_overrides, own_word | {"confirmed_by": None, "refused_by": "officer:a"}),
        (rule_overrides, own_word | {"confirmed_by": "officer:b", "refused_by": "officer:c"}),
    ):
        with pytest.raises(IntegrityError):
            async with web.store.database.write() as connection:
                await connection.execute(insert(table).values(values))


async def test_a_decision_hears_nothing_of_a_person(web: Client) -> None:
    heard = deciding.facts(web.store, YUCHENG, "move_car", "space", web.store.clock.now())
    assert heard.keys() == {"kind", "reason", "place", "hour"}


async def test_what_a_reason_says_of_the_place_is_all_that_is_known_of_it(web: Client) -> None:
    incident, _ = await web.asked("one", reason="fire_lane", location={"lat": 29.9876, "lng": 103.0133})
    (response,) = [one for one in await decisions(web, incident, ZHANG) if one["table"] == "response"]
    assert response["inputs"]["place"] == "fire_lane"
    async with web.store.database.read() as connection:
        row = (await connection.execute(select(incidents).where(incidents.c.id == incident))).one()
    assert row.lat is not None
    assert "lat" not in response["inputs"]


async def test_decisions_are_forgotten_when_the_rules_say_so(web: Client, clock: FakeClock) -> None:
    old = await resolved(web, clock)
    (suggested,) = [one for one in await decisions(web, old, CHEN) if one["table"] == "disposition"]
    await override(web, old, suggested["id"], CHEN, result={"disposition": "warning"}, reason="有故障")
    clock.advance(181 * 86_400)
    open_still, _ = await web.asked("two")
    assert await KINDS["decisions"](web.store) == 1
    assert await decisions(web, old, CHEN) == []
    assert await decisions(web, open_still, CHEN) != []
    assert await KINDS["decisions"](web.store) == 0
