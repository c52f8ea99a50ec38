"""The rule desk's API: tables and grids, their faults, last week under another version, and who may enter."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from sqlalchemy import select

from models.caller import Officer
from models.tables import deadlines
from tests.support.city import CHEN, WANG, YUCHENG, ZHANG
from tests.support.clock import FakeClock
from tests.web.client import Client, bearer, error_of
from tests.web.rule_desk import (
    DRAFT,
    FAR,
    GRID,
    RESPONSE,
    ROWS,
    RULES,
    SU,
    administrator,
    in_force,
    step,
)


async def test_everything_that_is_shipped_is_listed_with_its_sentence_and_source(
    web: Client, su: dict[str, str]
) -> None:
    told = (await web.get(RULES, headers=su)).json()
    assert [place["code"] for place in told["places"]] == ["511800", YUCHENG]
    assert [place["may_change"] for place in told["places"]] == [False, True]
    assert {table["table"] for table in told["tables"]} == {
        "reasons", "response", "promises", "ladder", "reach", "routing",
        "requests", "limits", "evidence", "disposition", "reports", "offence", "stay", "hazards", "hazard_notices",
        "figures",
        "retention", "accident_path", "scene_photos", "fault",
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
    rows = told["in_force"]["rows"]
    assert rows[0]["cells"] == {"kind": "'accident'", "reason": "'property'", "seconds": "1800"}
    assert rows[-1]["cells"] == {"seconds": "300"}
    assert len(told["in_force"]["golden"]) == 6
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


async def test_a_version_shows_how_it_differs_from_what_is_in_force(web: Client, su: dict[str, str]) -> None:
    now = (await web.get(RESPONSE, params={"scope": YUCHENG}, headers=su)).json()["in_force"]
    draft = DRAFT | {"rows": [ROWS[0], *now["rows"]], "golden": now["golden"]}
    version = (await web.post(f"{RESPONSE}/versions", json=draft, headers=su)).json()["version"]
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
