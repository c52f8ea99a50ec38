"""Who looked at what is recorded, read by the auditor of the unit, and edited by nobody."""

from __future__ import annotations

import csv
import io
from dataclasses import replace as changed
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from models.tables import audit
from tests.support.city import AUX, CHEN, LI, MINGSHAN, WANG, YUCHENG, ZHANG, joins
from tests.support.clock import FakeClock
from tests.web.client import Client, bearer, error_of
from tests.web.people import ADMIN, AUDITOR
from tests.web.test_admin import NEW

ALL = changed(AUDITOR, id="990003", service_number="990003", districts=frozenset({YUCHENG, MINGSHAN}))


async def auditor(web: Client, who: str = "one") -> dict[str, str]:
    one = AUDITOR if who == "one" else ALL
    await joins(web.store, one)
    return bearer(await web.token_of(one))


async def give_reason(
    web: Client, token: str, incident: str, what: str = "plate", why: str = "现场找车"
) -> int:
    body = {"what": what, "reason": why}
    return (
        await web.post(f"/api/v1/incidents/{incident}/looks", json=body, headers=bearer(token))
    ).status_code


async def test_a_plate_is_shown_once_a_reason_was_given_for_this_incident(web: Client) -> None:
    mine, _ = await web.asked("one")
    other, _ = await web.asked("two")
    police = await web.token_of(ZHANG)

    async def plate(incident: str, token: str = police) -> str | None:
        shown = (await web.get(f"/api/v1/incidents/{incident}", headers=bearer(token))).json()["incident"]
        plate: str | None = shown.get("plate_full")
        return plate

    assert await plate(mine) is None
    assert await give_reason(web, police, mine) == 200
    assert await plate(mine) == "川TA1235"
    assert await plate(mine) == "川TA1235"
    assert await plate(other) is None
    assert await plate(mine, await web.token_of(LI)) is None


async def test_without_a_reason_worth_the_name_nothing_is_shown(web: Client) -> None:
    incident, _ = await web.asked()
    police = bearer(await web.token_of(ZHANG))
    for reason in ("", "  ", "x", "y" * 201):
        body = {"what": "plate", "reason": reason}
        answer = await web.post(f"/api/v1/incidents/{incident}/looks", json=body, headers=police)
        assert error_of(answer) == (422, "invalid_field", "reason"), reason


async def test_refused_looks_leave_a_record_too(web: Client) -> None:
    incident, _ = await web.asked()
    assert await give_reason(web, await web.token_of(AUX), incident) == 403
    assert await give_reason(web, await web.token_of(WANG), incident) == 403
    assert await give_reason(web, await web.token_of(ZHANG), incident, "history", "查重复") == 200
    async with web.store.database.read() as connection:
        rows = (await connection.execute(select(audit).where(audit.c.action.like("look%")))).all()
    assert {(row.actor, row.action, row.success) for row in rows} == {
        (AUX.subject, "look", False),
        (WANG.subject, "look.plate", False),
        (ZHANG.subject, "look.history", True),
    }


async def test_the_auditor_reads_by_person_action_and_period(web: Client, clock: FakeClock) -> None:
    incident, _ = await web.asked()
    await give_reason(web, await web.token_of(ZHANG), incident)
    clock.advance(3600)
    await give_reason(web, await web.token_of(CHEN), incident, why="督办")
    headers = await auditor(web)

    async def read(**query: str) -> list[tuple[str, str, str | None]]:
        answer = await web.get("/api/v1/audit", params=query, headers=headers)
        assert answer.status_code == 200, answer.text
        return [(one["actor"], one["action"], one["reason"]) for one in answer.json()["records"]]

    assert await read(action="look.plate") == [
        ("051001", "look.plate", "督办"),
        ("051827", "look.plate", "现场找车"),
    ]
    assert await read(person="051827", action="look.plate") == [("051827", "look.plate", "现场找车")]
    assert await read(action="look.plate", until="2026-11-02T08:30:00Z") == [
        ("051827", "look.plate", "现场找车")
    ]
    assert await read(action="look.plate", since="2026-11-02T08:30:00Z") == [("051001", "look.plate", "督办")]
    assert await read(success="0") == []
    assert await read(person="nobody") == []
    # Who watches is watched.
    assert ("990002", "read_audit", None) in await read()


@pytest.mark.parametrize(
    ("name", "value"),
    [("since", "yesterday"), ("until", "2026-11-02"), ("success", "2"), ("person", "x" * 81)],
)
async def test_a_filter_that_is_none_is_refused(web: Client, name: str, value: str) -> None:
    answer = await web.get("/api/v1/audit", params={name: value}, headers=await auditor(web))
    assert error_of(answer) == (422, "invalid_field", name)


async def many(web: Client, count: int) -> None:
    now = web.store.clock.now()
    rows = [
        {
            "id": f"record-{number:04}",
            "at": now - timedelta(seconds=number // 3),
            "actor": ZHANG.subject,
            "role": "police",
            "action": "look",
            "subject": f"incident:{number}",
            "reason": None,
            "success": True,
        }
        for number in range(count)
    ]
    async with web.store.database.write() as connection:
        await connection.execute(insert(audit), rows)


async def test_pages_follow_each_other_without_a_hole_or_a_repetition(web: Client) -> None:
    await many(web, 120)
    headers = await auditor(web)
    seen: list[str] = []
    after: str | None = ""
    pages = 0
    while after is not None:
        query = {"action": "look", "after": after}
        answer = (await web.get("/api/v1/audit", params=query, headers=headers)).json()
        seen += [one["subject"] for one in answer["records"]]
        after, pages = answer["after"], pages + 1
    assert pages == 3
    assert sorted(seen) == sorted(f"incident:{number}" for number in range(120))
    wrong = await web.get("/api/v1/audit", params={"after": "x"}, headers=headers)
    assert error_of(wrong) == (422, "invalid_field", "after")


async def test_it_is_exported_as_a_table_whose_cells_are_no_formulas(web: Client) -> None:
    incident, _ = await web.asked()
    await give_reason(web, await web.token_of(ZHANG), incident, why='=HYPERLINK("http://evil")')
    answer = await web.get("/api/v1/audit.csv?action=look.plate", headers=await auditor(web))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header == ["at", "actor", "role", "action", "subject", "reason", "success"]
    assert row[1] == "051827"
    assert row[5] == '\'=HYPERLINK("http://evil")'


async def test_an_auditor_reads_of_his_own_units_people_only(web: Client) -> None:
    incident, _ = await web.asked()
    await give_reason(web, await web.token_of(WANG), incident)
    own = (await web.get("/api/v1/audit", headers=await auditor(web))).json()["records"]
    assert "052001" not in {one["actor"] for one in own}
    every = (await web.get("/api/v1/audit", headers=await auditor(web, "all"))).json()["records"]
    assert "052001" in {one["actor"] for one in every}


async def test_nobody_else_reads_it_and_the_try_is_recorded(web: Client) -> None:
    await joins(web.store, ADMIN)
    for one in (ZHANG, CHEN, ADMIN):
        token = bearer(await web.token_of(one))
        for path in ("/api/v1/audit", "/api/v1/audit.csv"):
            assert error_of(await web.get(path, headers=token))[:2] == (403, "forbidden")
    async with web.store.database.read() as connection:
        rows = (await connection.execute(select(audit.c.actor).where(audit.c.action == "audit"))).scalars()
    assert set(rows) == {ZHANG.subject, CHEN.subject, ADMIN.subject}


async def test_the_database_itself_refuses_to_edit_or_delete_a_record(web: Client) -> None:
    incident, _ = await web.asked()
    await give_reason(web, await web.token_of(ZHANG), incident)
    for statement in (update(audit).values(reason="nothing happened"), delete(audit)):
        with pytest.raises(DBAPIError, match="audit records are"):
            async with web.store.database.write() as connection:
                await connection.execute(statement)
    async with web.store.database.read() as connection:
        reasons = (await connection.execute(select(audit.c.reason))).scalars().all()
    assert reasons.count("现场找车") == 1


async def test_what_is_older_than_six_months_may_go(web: Client) -> None:
    await many(web, 3)
    async with web.store.database.write() as connection:
        old = web.store.clock.now() - timedelta(days=400)
        values = {
            "id": "old",
            "at": old,
            "actor": "x",
            "role": "x",
            "action": "x",
            "subject": "x",
            "success": True,
        }
        await connection.execute(insert(audit).values(values))
        gone = await connection.execute(delete(audit).where(audit.c.at < old + timedelta(days=1)))
        assert gone.rowcount == 1


async def failures(web: Client) -> list[tuple[str, str, str | None]]:
    query = (
        select(audit.c.actor, audit.c.action, audit.c.reason).where(~audit.c.success).order_by(audit.c.number)
    )
    async with web.store.database.read() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def test_what_somebody_may_not_do_there_is_recorded_as_a_failure(web: Client) -> None:
    incident, _ = await web.asked()
    neighbour = bearer(await web.token_of(WANG))
    for _ in range(2):
        refused = await web.get(f"/api/v1/incidents/{incident}", headers=neighbour)
        assert error_of(refused)[0] == 403
    assert await failures(web) == [(WANG.subject, "incident", "forbidden")]


async def test_a_change_that_an_administrator_could_not_make_is_recorded_as_a_failure(web: Client) -> None:
    await joins(web.store, ADMIN)
    headers = bearer(await web.token_of(ADMIN))
    assert (await web.post("/api/v1/admin/officers", json=NEW, headers=headers)).status_code == 201
    refused = await web.post("/api/v1/admin/officers", json=NEW, headers=headers)
    assert error_of(refused)[:2] == (409, "conflict"), refused.text
    assert await failures(web) == [(ADMIN.subject, "add_officer", "conflict: taken")]
