"""Versions of rules on their way over HTTP: two people, withdrawal, one step back, and no way round."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.actions import rule_changes
from models.caller import Officer
from models.tables import audit
from tests.support.city import YUCHENG
from tests.support.clock import FakeClock
from tests.web.client import Client, bearer, error_of
from tests.web.rule_desk import (
    DRAFT,
    HE,
    RESPONSE,
    ROWS,
    RULES,
    SU,
    in_force,
    seconds_of,
    step,
)


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


async def test_a_version_is_withdrawn_by_its_author_and_stays_to_be_seen(
    web: Client, su: dict[str, str], he: dict[str, str]
) -> None:
    for handed_in in (False, True):
        version = (await web.post(f"{RESPONSE}/versions", json=DRAFT, headers=su)).json()["version"]
        if handed_in:
            await step(web, version, "submit", su)
        others = await web.post(f"{RULES}/versions/{version}/withdraw", json={}, headers=he)
        assert error_of(others) == (403, "forbidden", None)
        assert (await step(web, version, "withdraw", su, reason="写错了"))["status"] == "withdrawn"
        told = (await web.get(f"{RULES}/versions/{version}", headers=he)).json()
        assert (told["state"], told["withdrawn_at"] is not None) == ("withdrawn", True)
        for name, who in (
            ("submit", su),
            ("approve", he),
            ("reject", he),
            ("activate", he),
            ("withdraw", su),
        ):
            body = {"reason": "-"} if name == "reject" else {}
            refused = await web.post(f"{RULES}/versions/{version}/{name}", json=body, headers=who)
            assert error_of(refused)[:2] == (409, "conflict"), name
    listed = (await web.get(RULES, headers=he)).json()["tables"]
    here = [one for table in listed for one in table["in_force"] if one["scope"] == YUCHENG]
    assert {one["waiting"] for one in here} == {0}
    query = select(audit.c.actor, audit.c.reason).where(audit.c.action == "rule_withdraw")
    async with web.store.database.read() as connection:
        rows = [tuple(row) for row in await connection.execute(query)]
    assert rows == [(SU.subject, "写错了")] * 2


async def test_what_was_decided_about_is_not_withdrawn(
    web: Client, su: dict[str, str], he: dict[str, str]
) -> None:
    version = (await web.post(f"{RESPONSE}/versions", json=DRAFT, headers=su)).json()["version"]
    await step(web, version, "submit", su)
    await step(web, version, "approve", he)
    refused = await web.post(f"{RULES}/versions/{version}/withdraw", json={}, headers=su)
    assert error_of(refused) == (409, "conflict", None)


async def test_no_way_over_http_tries_a_version_that_nobody_approved(
    web: Client, su: dict[str, str], he: dict[str, str]
) -> None:
    """As a draft, checked, rejected or withdrawn: not as a pilot, not as a stage, not by the kill switch."""

    async def refused_everywhere(version: str, state: str) -> None:
        flag = f"rule.response.{version}"
        body = {
            "subject": {"type": "rule", "name": "response", "version": version},
            "districts": [YUCHENG],
            "percent": 100,
        }
        for who in (su, he):
            pilot = await web.post("/api/v1/admin/rollouts", json=body, headers=who)
            assert (error_of(pilot)[0], pilot.json()["error"]["why"]) == (409, "not_approved"), state
            path = f"/api/v1/admin/flags/{flag}/districts/{YUCHENG}"
            assert (await web.put(path, json={"state": "live"}, headers=who)).status_code == 404, state
            back = await web.post(
                f"/api/v1/admin/flags/{flag}/go_back", json={"version": 0, "reason": "-"}, headers=who
            )
            assert back.status_code == 404, state
        flags = (await web.get("/api/v1/admin/flags", headers=su)).json()["flags"]
        assert flag not in {one["key"] for one in flags}, state

    version = (await web.post(f"{RESPONSE}/versions", json=DRAFT, headers=su)).json()["version"]
    await refused_everywhere(version, "draft")
    await step(web, version, "submit", su)
    await refused_everywhere(version, "checked")
    await step(web, version, "reject", he, reason="不行")
    await refused_everywhere(version, "rejected")
    other = (await web.post(f"{RESPONSE}/versions", json=DRAFT, headers=su)).json()["version"]
    await step(web, other, "withdraw", su)
    await refused_everywhere(other, "withdrawn")
    await web.store.configuration.refresh()
    fire, _ = await web.asked("one", reason="fire_lane")
    assert await seconds_of(web, fire) == 300
