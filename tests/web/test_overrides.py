"""A person decides otherwise, and what is still open follows: ladder, offers, evidence, disposition."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from models.actions import deadlines as due
from models.caller import Officer
from models.clock import iso
from models.tables import audit, deadlines, offers
from tests.support.city import AUX, CHEN, LI, WANG, YUCHENG, ZHANG, joins, officer
from tests.support.clock import START, FakeClock
from tests.support.rules import in_force
from tests.web.client import Client, bearer, error_of, picture
from tests.web.test_decisions import decisions, override, resolved
from tests.web.test_photos import upload


async def decision(web: Client, incident: str, table: str) -> dict[str, Any]:
    """The newest decision of a table, as a commander reads it."""
    return [one for one in await decisions(web, incident, CHEN) if one["table"] == table][-1]


async def steps(web: Client, incident: str) -> dict[str, tuple[str, datetime]]:
    """What became of each step of the ladder, the newest row of each counting."""
    query = select(deadlines).where(deadlines.c.incident_id == incident, deadlines.c.kind.startswith("step:"))
    async with web.store.database.read() as connection:
        rows = (await connection.execute(query.order_by(deadlines.c.status.desc()))).all()
    return {row.kind: (row.status, row.due_at) for row in rows if row.status != "cancelled"}


async def fire_what_is_due(web: Client) -> None:
    query = select(deadlines.c.id).where(
        deadlines.c.status == "open", deadlines.c.due_at <= web.store.clock.now()
    )
    async with web.store.database.read() as connection:
        ids = list((await connection.execute(query)).scalars())
    assert set((await due.fire(web.store, ids)).values()) <= {"fired"}


async def asked_officers(web: Client, incident: str) -> set[str]:
    query = select(offers.c.officer_id).where(offers.c.incident_id == incident)
    async with web.store.database.read() as connection:
        return set((await connection.execute(query)).scalars())


async def test_a_step_that_is_still_to_come_comes_when_the_officer_says(
    web: Client, clock: FakeClock
) -> None:
    incident, _ = await web.asked("one")
    ladder = await decision(web, incident, "ladder")
    assert ladder["may"]["steps"] == [1, 2, 3, 4]
    assert [one["field"] for one in ladder["may"]["columns"]] == [
        "after_seconds", "actions", "channel", "unless_answered",
    ]  # fmt: skip
    clock.advance(30)
    result = {"step": 2, "after_seconds": 45, "actions": ["offer", "tell_commander"]}
    done = await override(web, incident, ladder["id"], CHEN, result=result, reason="幼儿园放学")
    assert (done.status_code, done.json()["waits"]) == (201, False)
    assert (await steps(web, incident))["step:2"] == ("open", START + timedelta(seconds=45))
    assert (await steps(web, incident))["step:3"] == ("open", START + timedelta(seconds=180))
    await web.on_duty(ZHANG, YUCHENG)
    clock.advance(15)
    await fire_what_is_due(web)
    assert await asked_officers(web, incident) == {ZHANG.id}
    told = await decision(web, incident, "ladder")
    assert told["may"]["steps"] == [1, 3, 4]
    assert told["override"]["result"]["after_seconds"] == 45
    assert told["override"]["result"]["after_percent"] is None
    assert told["override"]["at"] == iso(START + timedelta(seconds=30))
    late = await override(
        web, incident, ladder["id"], CHEN, result={"step": 2, "after_seconds": 50}, reason="再改"
    )
    assert error_of(late) == (409, "conflict", None)


async def test_a_step_whose_time_is_over_already_comes_at_once(web: Client, clock: FakeClock) -> None:
    incident, _ = await web.asked("one")
    ladder = await decision(web, incident, "ladder")
    clock.advance(100)
    await override(web, incident, ladder["id"], ZHANG, result={"step": 4, "after_seconds": 10}, reason="马上")
    assert (await steps(web, incident))["step:4"] == ("open", clock.now())


async def test_a_step_that_has_come_and_one_that_never_was_cannot_be_decided_otherwise(
    web: Client, clock: FakeClock
) -> None:
    incident, _ = await web.asked("one")
    ladder = await decision(web, incident, "ladder")
    clock.advance(61)
    await fire_what_is_due(web)
    gone = await override(
        web, incident, ladder["id"], CHEN, result={"step": 1, "after_seconds": 90}, reason="晚"
    )
    assert error_of(gone) == (409, "conflict", None)
    assert gone.json()["error"]["why"] == "has_happened"
    none = await override(
        web, incident, ladder["id"], CHEN, result={"step": 9, "after_seconds": 90}, reason="晚"
    )
    assert error_of(none) == (422, "invalid_field", "result.step")
    for result in (
        {"step": 2}, {"step": 2, "after_seconds": None}, {"step": 2, "after_seconds": 0},
        {"step": 2, "after_percent": 50}, {"step": 2, "actions": "offer"}, {"step": 2, "actions": ["jail"]},
        {"step": 2, "actions": ["offer"] * 21}, {"step": 2, "unless_answered": "yes"},
        {"step": 2, "second_person": True},
    ):  # fmt: skip
        refused = await override(web, incident, ladder["id"], CHEN, result=result, reason="试试")
        assert error_of(refused)[:2] == (422, "invalid_field"), result


async def test_the_next_offers_go_as_somebody_decided(web: Client, clock: FakeClock) -> None:
    await joins(web.store, *(officer(f"05190{number}", "police", YUCHENG) for number in range(4)))
    incident, requester = await web.asked("one")
    for one in (ZHANG, LI, *(officer(f"05190{number}", "police", YUCHENG) for number in range(4))):
        await web.on_duty(one, YUCHENG)
    clock.advance(120)
    await fire_what_is_due(web)
    assert len(await asked_officers(web, incident)) == 1
    routing = await decision(web, incident, "routing")
    result = {"offers_at_once": 5, "acknowledge_seconds": 20, "rings_m": []}
    done = await override(web, incident, routing["id"], CHEN, result=result, reason="活动保障")
    assert done.status_code == 201, done.text
    await web.post(f"/api/v1/incidents/{incident}/hand_over", json={}, headers=bearer(requester))
    assert len(await asked_officers(web, incident)) == 6
    later = await decision(web, incident, "routing")
    assert later["instead"] == f"override:{done.json()['override']}"
    assert later["results"][0]["offers_at_once"] == 3
    first = next(one for one in await decisions(web, incident, CHEN) if one["table"] == "routing")
    assert (first["may"], first["why_not"]) == (None, "overridden")


async def test_more_photos_are_taken_where_somebody_decided_so(web: Client, clock: FakeClock) -> None:
    row = {
        "photos_least": "0", "photos_most": "1", "seconds_apart": "0", "oldest_seconds": "86400", "live_only": "false",
    }  # fmt: skip
    await in_force(web.store, clock, "evidence", YUCHENG, row)
    incident, token = await web.asked("one")
    assert (await upload(web, incident, token, picture())).status_code == 201
    full = await upload(web, incident, token, picture(size=(20, 20)))
    assert error_of(full)[:2] == (409, "conflict")
    evidence = await decision(web, incident, "evidence")
    done = await override(web, incident, evidence["id"], LI, result={"photos_most": 2}, reason="两个角度")
    assert done.status_code == 201
    clock.advance(1)
    assert (await upload(web, incident, token, picture(size=(20, 20)))).status_code == 201
    assert (await decision(web, incident, "evidence"))["instead"] == f"override:{done.json()['override']}"
    assert error_of(await upload(web, incident, token, picture(size=(30, 20))))[0] == 409


async def test_a_disposition_holds_only_once_the_second_person_has_said_yes(
    web: Client, clock: FakeClock
) -> None:
    incident = await resolved(web, clock)

    async def holds() -> dict[str, Any]:
        looked = await web.get(f"/api/v1/incidents/{incident}", headers=bearer(await web.token_of(CHEN)))
        found: dict[str, Any] = looked.json()["incident"]["disposition"]
        return found

    assert await holds() == {"disposition": "penalty", "by": None, "waits": False}
    suggested = await decision(web, incident, "disposition")
    result = {"disposition": "none", "second_person": True}
    done = await override(web, incident, suggested["id"], ZHANG, result=result, reason="救护车执行任务")
    assert await holds() == {"disposition": "penalty", "by": None, "waits": True}
    path = f"/api/v1/incidents/{incident}/overrides/{done.json()['override']}/confirm"
    assert (await web.post(path, json={}, headers=bearer(await web.token_of(LI)))).status_code == 200
    assert await holds() == {"disposition": "none", "by": ZHANG.service_number, "waits": False}
    looked = await web.get(f"/api/v1/incidents/{incident}", headers=bearer(await web.token_of(CHEN)))
    told = [one["event"] for one in looked.json()["incident"]["timeline"]]
    assert told[-2:] == ["override_asked", "overridden"]


async def test_what_was_decided_to_be_nothing_is_held_against_nobody(web: Client, clock: FakeClock) -> None:
    first = await resolved(web, clock)
    suggested = await decision(web, first, "disposition")
    await override(web, first, suggested["id"], LI, result={"disposition": "none"}, reason="车辆故障")
    second = await resolved(web, clock)
    assert (await decision(web, second, "disposition"))["inputs"]["repeats_30_days"] == 0
    third = await resolved(web, clock)
    assert (await decision(web, third, "disposition"))["inputs"]["repeats_30_days"] == 1


async def refuse(web: Client, incident: str, override_id: str, who: Officer, reason: str = "依据不足") -> Any:
    path = f"/api/v1/incidents/{incident}/overrides/{override_id}/refuse"
    return await web.post(path, json={"reason": reason}, headers=bearer(await web.token_of(who)))


async def test_the_second_person_may_say_no_and_then_it_may_be_decided_anew(
    web: Client, clock: FakeClock
) -> None:
    incident = await resolved(web, clock)
    suggested = await decision(web, incident, "disposition")
    result = {"disposition": "warning", "second_person": True}
    done = await override(web, incident, suggested["id"], ZHANG, result=result, reason="熟人")
    name = done.json()["override"]
    assert error_of(await refuse(web, incident, name, ZHANG)) == (403, "second_person_needed", None)
    for who in (AUX, WANG):
        assert (await refuse(web, incident, name, who)).status_code == 403
    assert (await refuse(web, incident, name, LI, reason=" ")).status_code == 422
    assert (await refuse(web, incident, name, LI)).status_code == 200
    assert error_of(await refuse(web, incident, name, CHEN))[0] == 409
    told = await decision(web, incident, "disposition")
    assert told["override"]["refused_by"] == LI.service_number
    assert told["override"]["refused_reason"] == "依据不足"
    assert (told["override"]["waits"], told["why_not"]) == (False, None)
    again = await override(
        web, incident, suggested["id"], ZHANG, result={"disposition": "warning"}, reason="初犯"
    )
    assert again.status_code == 201
    assert len((await decision(web, incident, "disposition"))["overrides"]) == 2
    async with web.store.database.read() as connection:
        query = select(audit.c.action).where(audit.c.subject == f"decision:{suggested['id']}")
        done_so_far = sorted((await connection.execute(query)).scalars())
    assert done_so_far == ["override", "override", "refuse_override"]


async def test_what_has_had_its_effect_is_not_offered_and_says_why(web: Client) -> None:
    incident, _ = await web.asked("one")
    told = {one["table"]: (one["may"], one["why_not"]) for one in await decisions(web, incident, ZHANG)}
    assert told["response"] == (None, "respond_by_stays")
    assert told["limits"] == told["requests"] == (None, "has_happened")
    for table, why in (("response", "respond_by_stays"), ("limits", "has_happened")):
        name = (await decision(web, incident, table))["id"]
        refused = await override(web, incident, name, CHEN, result={"seconds": 900}, reason="宽限")
        assert error_of(refused) == (409, "conflict", None)
        assert refused.json()["error"]["why"] == why


async def test_a_reason_of_blanks_is_none_and_one_beyond_two_hundred_characters_is_refused_with_the_limit(
    web: Client,
) -> None:
    incident, _ = await web.asked("one")
    ladder = await decision(web, incident, "ladder")
    result = {"step": 2, "after_seconds": 60}
    blank = await override(web, incident, ladder["id"], ZHANG, result=result, reason="   ")
    assert error_of(blank) == (422, "invalid_field", "reason")
    long = await override(web, incident, ladder["id"], ZHANG, result=result, reason="长" * 201)
    assert error_of(long) == (422, "invalid_field", "reason")
    assert "200" in long.text
