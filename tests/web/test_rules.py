"""The rule desk's API: from a grid with faults to a rule in force, by two people, and one step back."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from sqlalchemy import select

from models.actions import rule_changes
from models.caller import Officer
from models.tables import audit, deadlines, incidents
from tests.support.city import CHEN, MINGSHAN, WANG, YUCHENG, ZHANG, joins, officer
from tests.support.clock import FakeClock
from tests.web.client import Client, bearer, error_of

SU = officer("051801", "administrator", YUCHENG)
HE = officer("051802", "administrator", YUCHENG, MINGSHAN)
FAR = officer("051803", "administrator", MINGSHAN)
RULES = "/api/v1/admin/rules"
RESPONSE = f"{RULES}/tables/response"

# A fire lane has two minutes, everything else five.
ROWS = [
    {"id": "fire_lane", "cells": {"reason": "'fire_lane'", "seconds": "120"}, "note": "消防通道两分钟"},
    {"id": "default", "cells": {"seconds": "300"}},
]
GOLDEN = [
    {"name": "A fire lane", "given": {"reason": "fire_lane"}, "then": {"seconds": 120}},
    {"name": "Anything else", "given": {"reason": "blocking"}, "then": {"seconds": 300}},
]
GRID: dict[str, Any] = {"scope": YUCHENG, "rows": ROWS, "golden": GOLDEN}
DRAFT = {**GRID, "source": "雅公交〔2026〕12号", "note": "消防通道"}


async def administrator(web: Client, who: Officer) -> dict[str, str]:
    await joins(web.store, who)
    return bearer(await web.token_of(who))


@pytest.fixture
async def su(web: Client) -> dict[str, str]:
    return await administrator(web, SU)


@pytest.fixture
async def he(web: Client) -> dict[str, str]:
    return await administrator(web, HE)


async def step(web: Client, version: str, name: str, who: dict[str, str], **body: Any) -> dict[str, Any]:
    answer = await web.post(f"{RULES}/versions/{version}/{name}", json=body, headers=who)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def in_force(
    web: Client, su: dict[str, str], he: dict[str, str], clock: FakeClock, **changes: Any
) -> str:
    """A version that su drafted and he approved, in force now."""
    drafted = await web.post(f"{RESPONSE}/versions", json=DRAFT | changes, headers=su)
    assert drafted.status_code == 201, drafted.text
    version = str(drafted.json()["version"])
    await step(web, version, "submit", su)
    await step(web, version, "approve", he)
    await step(web, version, "activate", he)
    clock.advance(2)
    await web.store.configuration.refresh()
    return version


async def seconds_of(web: Client, incident: str) -> int:
    query = select(incidents.c.response_seconds).where(incidents.c.id == incident)
    async with web.store.database.read() as connection:
        return int((await connection.execute(query)).scalar_one())


async def test_everything_that_is_shipped_is_listed_with_its_sentence_and_source(
    web: Client, su: dict[str, str]
) -> None:
    told = (await web.get(RULES, headers=su)).json()
    assert [place["code"] for place in told["places"]] == ["511800", YUCHENG]
    assert [place["may_change"] for place in told["places"]] == [False, True]
    assert {table["table"] for table in told["tables"]} == {
        "reasons", "response", "ladder", "routing", "requests", "limits", "evidence", "disposition", "retention",
    }  # fmt: skip
    for table in told["tables"]:
        assert table["sentence"].keys() == {"zh", "en"}
        assert table["source"]
        assert [one["from"] for one in table["in_force"]] == ["shipped", "shipped"]


async def test_a_table_is_shown_as_a_grid(web: Client, su: dict[str, str]) -> None:
    told = (await web.get(RESPONSE, params={"scope": YUCHENG}, headers=su)).json()
    assert [column["field"] for column in told["inputs"]] == ["kind", "reason", "place", "hour"]
    assert told["inputs"][3] == {
        "field": "hour", "type": "number", "least": 0, "most": 23, "usual": 12, "many": False, "optional": False,
    }  # fmt: skip
    assert [row["cells"] for row in told["in_force"]["rows"]] == [{"seconds": "300"}]
    assert len(told["in_force"]["golden"]) == 3
    assert told["versions"] == []


async def test_faults_come_with_their_place_and_a_sentence_in_the_callers_language(
    web: Client, su: dict[str, str]
) -> None:
    rows = [{"id": "a", "cells": {"hour": "bad bad", "seconds": "'x'"}}]
    answer = await web.post(
        f"{RESPONSE}/validate", json=GRID | {"rows": rows}, headers=su | {"Accept-Language": "en"}
    )
    told = answer.json()
    assert not told["valid"]
    assert [(one["code"], one["row"], one["column"]) for one in told["faults"]] == [
        ("malformed", 1, "hour"),
        ("wrong_type", 1, "seconds"),
    ]
    assert told["faults"][0]["sentence"] == "Row 1, column hour: “bad bad” cannot be read."
    answer = await web.post(
        f"{RESPONSE}/validate", json=GRID | {"rows": rows}, headers=su | {"Accept-Language": "zh"}
    )
    assert answer.json()["faults"][0]["sentence"] == "第 1 行“hour”列：看不懂“bad bad”。"
    assert (await web.post(f"{RESPONSE}/validate", json=GRID, headers=su)).json() == {
        "valid": True,
        "faults": [],
    }


async def test_a_grid_and_what_is_in_force_can_be_asked(web: Client, su: dict[str, str]) -> None:
    body: dict[str, Any] = {"scope": YUCHENG, "given": {"reason": "fire_lane"}}
    now = await web.post(f"{RESPONSE}/ask", json=body, headers=su)
    assert now.json() == {"rows": ["default"], "results": [{"seconds": 300}]}
    then = await web.post(f"{RESPONSE}/ask", json=body | {"rows": ROWS}, headers=su)
    assert then.json() == {"rows": ["fire_lane"], "results": [{"seconds": 120}]}
    wrong = await web.post(f"{RESPONSE}/ask", json=body | {"given": {"hour": 24}}, headers=su)
    assert error_of(wrong) == (422, "invalid_field", "given.hour")


async def test_two_people_put_a_version_in_force_and_only_new_incidents_follow_it(
    web: Client, su: dict[str, str], he: dict[str, str], clock: FakeClock
) -> None:
    old, _ = await web.asked("one", reason="fire_lane")
    version = await in_force(web, su, he, clock)
    new, _ = await web.asked("two", reason="fire_lane")
    usual, _ = await web.asked("three", reason="blocking")
    assert [await seconds_of(web, one) for one in (old, new, usual)] == [300, 120, 300]
    told = (await web.get(RESPONSE, params={"scope": YUCHENG}, headers=su)).json()
    assert told["in_force"]["version"] == version
    assert (told["in_force"]["from"], told["in_force"]["number"]) == ("district", 1)
    assert [(one["state"], one["author"], one["decided_by"]) for one in told["versions"]] == [
        ("active", SU.service_number, HE.service_number)
    ]
    async with web.store.database.read() as connection:
        query = select(audit.c.action, audit.c.actor).where(audit.c.subject == f"rule:{version}")
        found = {(row.action, row.actor) for row in await connection.execute(query)}
    assert found == {
        ("rule_draft", SU.subject),
        ("rule_submit", SU.subject),
        ("rule_approve", HE.subject),
        ("rule_activate", HE.subject),
    }


async def test_nobody_approves_his_own(web: Client, su: dict[str, str]) -> None:
    drafted = await web.post(f"{RESPONSE}/versions", json=DRAFT, headers=su)
    version = drafted.json()["version"]
    assert error_of(await web.post(f"{RULES}/versions/{version}/approve", json={}, headers=su))[0] == 409
    await step(web, version, "submit", su)
    refused = await web.post(f"{RULES}/versions/{version}/approve", json={}, headers=su)
    assert error_of(refused) == (403, "second_person_needed", None)
    refused = await web.post(f"{RULES}/versions/{version}/activate", json={}, headers=su)
    assert error_of(refused) == (409, "conflict", None)


async def test_an_account_that_the_author_made_is_no_second_person(web: Client, su: dict[str, str]) -> None:
    new = {
        "username": "me.too", "password": "five-minutes", "role": "administrator", "service_number": "051899",
        "unit": "雨城一中队", "districts": [YUCHENG],
    }  # fmt: skip
    made = (await web.post("/api/v1/admin/officers", json=new, headers=su)).json()["id"]
    puppet = bearer(
        await web.token_of(Officer(made, "administrator", "051899", "", frozenset(), "", "police"))
    )
    version = (await web.post(f"{RESPONSE}/versions", json=DRAFT, headers=su)).json()["version"]
    await step(web, version, "submit", su)
    refused = await web.post(f"{RULES}/versions/{version}/approve", json={}, headers=puppet)
    assert error_of(refused) == (403, "second_person_needed", None)
    assert refused.json()["error"]["why"] == "account_of_the_author"


async def test_a_faulty_draft_is_kept_but_goes_nowhere(
    web: Client, su: dict[str, str], he: dict[str, str]
) -> None:
    faulty = DRAFT | {"rows": ROWS[:1]}
    version = (await web.post(f"{RESPONSE}/versions", json=faulty, headers=su)).json()["version"]
    refused = await web.post(f"{RULES}/versions/{version}/submit", json={}, headers=su)
    assert error_of(refused) == (422, "rule_faulty", None)
    refused = await web.post(f"{RULES}/versions/{version}/approve", json={}, headers=he)
    assert error_of(refused) == (409, "conflict", None)


async def test_of_drafts_that_nobody_hands_in_the_newest_stay(
    web: Client, su: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_changes, "MOST_WAITING", 2)
    made = [
        (await web.post(f"{RESPONSE}/versions", json=DRAFT, headers=su)).json()["version"] for _ in range(3)
    ]
    told = (await web.get(RESPONSE, params={"scope": YUCHENG}, headers=su)).json()
    assert [(one["version"], one["number"]) for one in told["versions"]] == [(made[2], 3), (made[1], 2)]
    for version in made[1:]:
        await step(web, version, "submit", su)
    full = await web.post(f"{RESPONSE}/versions", json=DRAFT, headers=su)
    assert error_of(full) == (409, "conflict", None)


async def test_one_step_back_and_another(
    web: Client, su: dict[str, str], he: dict[str, str], clock: FakeClock
) -> None:
    first = await in_force(web, su, he, clock)
    rows = [{"id": "default", "cells": {"seconds": "60"}}]
    golden = [{"name": "All", "given": {}, "then": {"seconds": 60}}]
    await in_force(web, su, he, clock, rows=rows, golden=golden)
    body = {"scope": YUCHENG, "reason": "太短"}
    back = await web.post(f"{RESPONSE}/roll_back", json=body, headers=su)
    assert (back.json()["version"], back.json()["cancelled"]) == (first, False)
    clock.advance(2)
    await web.store.configuration.refresh()
    fire, _ = await web.asked("one", reason="fire_lane")
    assert await seconds_of(web, fire) == 120
    back = await web.post(f"{RESPONSE}/roll_back", json=body, headers=su)
    assert back.json()["version"] is None
    clock.advance(2)
    await web.store.configuration.refresh()
    fire, _ = await web.asked("two", reason="fire_lane")
    assert await seconds_of(web, fire) == 300
    nothing = await web.post(f"{RESPONSE}/roll_back", json=body, headers=su)
    assert error_of(nothing) == (409, "conflict", None)


async def test_what_is_to_come_can_be_taken_back(
    web: Client, su: dict[str, str], he: dict[str, str], clock: FakeClock
) -> None:
    version = (await web.post(f"{RESPONSE}/versions", json=DRAFT, headers=su)).json()["version"]
    await step(web, version, "submit", su)
    await step(web, version, "approve", he)
    past = await web.post(
        f"{RULES}/versions/{version}/activate", json={"at": "2026-11-01T00:00:00Z"}, headers=su
    )
    assert error_of(past) == (422, "invalid_field", "at")
    await step(web, version, "activate", su, at="2026-11-03T00:00:00+08:00")
    told = (await web.get(f"{RULES}/versions/{version}", headers=su)).json()
    assert (told["state"], told["yours"]) == ("scheduled", True)
    back = await web.post(f"{RESPONSE}/roll_back", json={"scope": YUCHENG, "reason": "还要再看"}, headers=su)
    assert back.json()["cancelled"]
    clock.advance(2 * 86_400)
    await web.store.configuration.refresh()
    fire, _ = await web.asked("one", reason="fire_lane")
    assert await seconds_of(web, fire) == 300


async def test_a_version_shows_how_it_differs_from_what_is_in_force(web: Client, su: dict[str, str]) -> None:
    version = (await web.post(f"{RESPONSE}/versions", json=DRAFT, headers=su)).json()["version"]
    told = (await web.get(f"{RULES}/versions/{version}", headers=su)).json()
    assert told["differences"] == [{"what": "added", "id": "fire_lane", "row": 1, "cells": ROWS[0]["cells"]}]


async def test_last_weeks_decisions_are_asked_again(
    web: Client, su: dict[str, str], clock: FakeClock
) -> None:
    fire, _ = await web.asked("one", reason="fire_lane")
    await web.asked("two", reason="blocking")
    told = (await web.post(f"{RESPONSE}/replay", json={"scope": YUCHENG, "rows": ROWS}, headers=su)).json()
    assert (told["asked"], told["changed"], told["complete"], told["days"]) == (2, 1, True, 7)
    (change,) = told["changes"]
    assert (change["incident"], change["before"], change["after"]) == (
        fire,
        [{"seconds": 300}],
        [{"seconds": 120}],
    )
    clock.advance(8 * 86_400)
    su = bearer(await web.token_of(SU))
    told = (await web.post(f"{RESPONSE}/replay", json={"scope": YUCHENG, "rows": ROWS}, headers=su)).json()
    assert told["asked"] == 0


async def test_a_citys_rules_are_those_of_whoever_administers_all_of_it(
    web: Client, su: dict[str, str], he: dict[str, str], clock: FakeClock
) -> None:
    refused = await web.post(f"{RESPONSE}/versions", json=DRAFT | {"scope": "511800"}, headers=su)
    assert error_of(refused) == (403, "forbidden", "scope")
    drafted = await web.post(f"{RESPONSE}/versions", json=DRAFT | {"scope": "511800"}, headers=he)
    assert drafted.status_code == 201
    far = await administrator(web, FAR)
    for scope, status in ((YUCHENG, 404), ("999999", 404), ("511800", 403)):
        answer = await web.post(f"{RESPONSE}/versions", json=DRAFT | {"scope": scope}, headers=far)
        assert answer.status_code == status, scope


@pytest.mark.parametrize("who", [ZHANG, CHEN, WANG])
async def test_only_administrators_enter(web: Client, who: Officer) -> None:
    token = bearer(await web.token_of(who))
    assert (await web.get(RULES, headers=token)).status_code == 403
    assert (await web.post(f"{RESPONSE}/versions", json=DRAFT, headers=token)).status_code == 403


async def test_an_old_incident_climbs_the_ladder_that_it_began_with(
    web: Client, su: dict[str, str], he: dict[str, str], clock: FakeClock
) -> None:
    old, _ = await web.asked("one")
    ladder = f"{RULES}/tables/ladder"
    cells = {"step": "1", "after_seconds": "30", "actions": "['tell_commander']", "unless_answered": "false"}
    body = {
        "scope": YUCHENG,
        "rows": [{"id": "soon", "cells": cells}],
        "golden": [{"name": "One step", "given": {}, "then": [{"step": 1, "after_seconds": 30}]}],
        "source": "试行",
    }
    version = (await web.post(f"{ladder}/versions", json=body, headers=su)).json()["version"]
    await step(web, version, "submit", su)
    await step(web, version, "approve", he)
    await step(web, version, "activate", su)
    clock.advance(2)
    await web.store.configuration.refresh()
    new, _ = await web.asked("two")
    async with web.store.database.read() as connection:
        query = select(deadlines.c.incident_id, deadlines.c.kind).where(deadlines.c.kind.like("step:%"))
        kinds: dict[str, list[str]] = {}
        for row in await connection.execute(query.order_by(deadlines.c.due_at)):
            kinds.setdefault(row.incident_id, []).append(row.kind)
    assert kinds == {old: ["step:1", "step:2", "step:3", "step:4"], new: ["step:1"]}


async def test_the_answers_look_as_the_document_says(
    web: Client, su: dict[str, str], he: dict[str, str], clock: FakeClock
) -> None:
    whole = (await web.get("/api/openapi.json")).json()

    def check(answer: Any, path: str, method: str = "get") -> Any:
        responses = whole["paths"][path][method]["responses"]
        schema = responses[str(answer.status_code)]["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": whole["components"]}).validate(answer.json())
        return answer.json()

    await web.asked("one", reason="fire_lane")
    rows = [{"id": "space", "cells": {"reason": "'space'", "seconds": "60"}}, *ROWS]
    await in_force(web, su, he, clock, rows=rows)
    moved = [rows[1], rows[0], rows[2]]
    version = (await web.post(f"{RESPONSE}/versions", json=DRAFT | {"rows": moved}, headers=su)).json()[
        "version"
    ]
    check(await web.get(RULES, headers=su), RULES)
    table, path = await web.get(RESPONSE, params={"scope": YUCHENG}, headers=su), f"{RULES}/tables/{{table}}"
    check(table, path)
    told = check(await web.get(f"{RULES}/versions/{version}", headers=su), f"{RULES}/versions/{{id}}")
    assert {one["what"] for one in told["differences"]} == {"moved"}
    asked_again = await web.post(f"{RESPONSE}/replay", json={"scope": YUCHENG, "rows": ROWS}, headers=su)
    assert check(asked_again, f"{path}/replay", "post")["changed"] == 1
    check(await web.post(f"{RESPONSE}/validate", json=GRID, headers=su), f"{path}/validate", "post")
    told = check(
        await web.post(f"{RESPONSE}/ask", json={"scope": YUCHENG, "given": {}}, headers=su),
        f"{path}/ask",
        "post",
    )
    back = {"scope": YUCHENG, "reason": "再议"}
    check(await web.post(f"{RESPONSE}/roll_back", json=back, headers=su), f"{path}/roll_back", "post")
