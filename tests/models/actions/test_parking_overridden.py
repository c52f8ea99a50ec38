"""A person decides otherwise what becomes of a car that stayed: its parking record goes with it, and the register."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.actions import (
    draft_export,
    parking_drafts,
    parking_ends,
    parking_export,
    rule_overrides,
    watch_flags,
)
from models.actions.commands import act
from models.actions.watch_flags import Watch
from models.errors import Conflict, SecondPersonNeeded
from models.geography import Location
from models.incident.commands import Reopen
from models.incident.incident import from_row
from models.queries import parking as parking_queries
from models.queries.decisions import decisions_of
from models.store import Store
from models.tables import incidents, rule_decisions
from tests.models.actions.looking import rows
from tests.support.city import CHEN, GATE, LI, PLATES, YUCHENG, ZHANG, on_duty
from tests.support.clock import FakeClock
from tests.support.parking import FAR, file, record

PENALTY_OF_TWO = {"disposition": "penalty", "second_person": True}


async def stayed(store: Store, clock: FakeClock, name: str = "shot", place: Location = GATE) -> str:
    """A car that Zhang put on record and that was still there twenty-five minutes later; the record's id."""
    await on_duty(store, ZHANG, LI)
    filed = await file(store, ZHANG, name, place=place)
    clock.advance(1500)
    await parking_ends.stay(store, ZHANG, filed.id, None)
    return filed.id


async def yellow(store: Store) -> None:
    """The car is on the list of those to be phased out: what the table says of it weighs."""
    await watch_flags.put(
        store, CHEN, Watch(PLATES["one"], "yellow_label", YUCHENG, "名单", plate_class="ordinary")
    )


async def override(store: Store, by: Any, record_id: str, **result: Any) -> tuple[str, str]:
    """Decides otherwise of the newest suggestion; the incident's and the override's ids."""
    incident = (await record(store, record_id)).incident_id
    query = (
        select(rule_decisions.c.id)
        .where(rule_decisions.c.incident_id == incident, rule_decisions.c.table_name == "disposition")
        .order_by(rule_decisions.c.at.desc())
    )
    decision = (await rows(store, query))[0].id
    done = await rule_overrides.override(store, by, incident, decision, result, reason="车辆故障，已联系拖车")
    return incident, done.id


async def why_not(store: Store, incident_id: str) -> str:
    """What the officer reads in the place of the sheet for deciding otherwise."""
    async with store.database.read() as connection:
        found = await connection.execute(select(incidents).where(incidents.c.id == incident_id))
        decisions = await decisions_of(connection, from_row(found.mappings().one()))
    return str(next(one["why_not"] for one in decisions if one["table"] == "disposition"))


async def exported(store: Store, clock: FakeClock) -> list[str]:
    """The ids of the records of which the register is told now."""
    now = clock.now()
    since, until = now - timedelta(days=1), now + timedelta(days=1)
    done = await draft_export.export(store, parking_export.SOURCE, CHEN, YUCHENG, since, until, "月度移交")
    return [str(one["record"]) for one in done.drafts]


async def test_what_a_person_decides_otherwise_is_what_becomes_of_the_record(
    store: Store, clock: FakeClock
) -> None:
    record_id = await stayed(store, clock)
    assert (await record(store, record_id)).state == "warning"
    await override(store, LI, record_id, disposition="penalty")
    assert (await record(store, record_id)).state == "penalty"
    assert await exported(store, clock) == [record_id]


async def test_what_weighs_changes_the_record_only_with_the_second_persons_word(
    store: Store, clock: FakeClock
) -> None:
    await yellow(store)
    record_id = await stayed(store, clock)
    incident, override_id = await override(store, ZHANG, record_id, disposition="none")
    assert (await record(store, record_id)).state == "penalty"
    with pytest.raises(SecondPersonNeeded):
        await rule_overrides.confirm(store, ZHANG, incident, override_id)
    await rule_overrides.confirm(store, LI, incident, override_id)
    row = await record(store, record_id)
    assert (row.state, row.second_person) == ("none", False)
    assert await parking_queries.waiting(store, CHEN) == []
    assert await exported(store, clock) == []


async def test_an_override_that_is_refused_leaves_the_record_as_it_was(
    store: Store, clock: FakeClock
) -> None:
    await yellow(store)
    record_id = await stayed(store, clock)
    incident, override_id = await override(store, ZHANG, record_id, disposition="none")
    await rule_overrides.refuse(store, LI, incident, override_id, reason="依据不足")
    row = await record(store, record_id)
    assert (row.state, row.second_person, row.confirmed_at) == ("penalty", True, None)
    assert [one["id"] for one in await parking_queries.waiting(store, LI)] == [record_id]


async def test_who_confirmed_it_has_said_his_word_on_the_draft_too(store: Store, clock: FakeClock) -> None:
    record_id = await stayed(store, clock)
    incident, override_id = await override(store, ZHANG, record_id, **PENALTY_OF_TWO)
    await rule_overrides.confirm(store, LI, incident, override_id)
    row = await record(store, record_id)
    assert (row.state, row.second_person, row.confirmed_by) == ("penalty", True, LI.id)
    assert await exported(store, clock) == [record_id]


async def test_whoever_dealt_with_the_car_confirms_no_draft_by_confirming_the_override(
    store: Store, clock: FakeClock
) -> None:
    record_id = await stayed(store, clock)
    incident, override_id = await override(store, LI, record_id, **PENALTY_OF_TWO)
    await rule_overrides.confirm(store, ZHANG, incident, override_id)
    row = await record(store, record_id)
    assert (row.state, row.second_person, row.confirmed_at) == ("penalty", True, None)
    assert await exported(store, clock) == []
    await parking_drafts.countersign(store, CHEN, record_id, approve=True)
    assert await exported(store, clock) == [record_id]


async def test_a_second_persons_word_on_an_earlier_draft_is_none_on_a_later_one(
    store: Store, clock: FakeClock
) -> None:
    await yellow(store)
    record_id = await stayed(store, clock)
    await parking_drafts.countersign(store, LI, record_id, approve=True)
    incident, override_id = await override(store, ZHANG, record_id, disposition="warning")
    await rule_overrides.confirm(store, LI, incident, override_id)
    row = await record(store, record_id)
    assert (row.state, row.confirmed_by, row.confirmed_at) == ("warning", None, None)


async def test_what_the_register_knows_goes_on_there_and_what_was_withdrawn_stays_so(
    store: Store, clock: FakeClock
) -> None:
    await yellow(store)
    known = await stayed(store, clock)
    await parking_drafts.countersign(store, LI, known, approve=True)
    asked, override_id = await override(store, LI, known, disposition="none")
    assert await exported(store, clock) == [known]
    with pytest.raises(Conflict) as refused:
        await rule_overrides.confirm(store, CHEN, asked, override_id)
    assert refused.value.params["why"] == "has_happened"
    await rule_overrides.refuse(store, CHEN, asked, override_id, reason="已经移交")
    with pytest.raises(Conflict) as refused:
        await override(store, LI, known, disposition="none")
    assert refused.value.params["why"] == "has_happened"
    assert await why_not(store, asked) == "has_happened"
    assert (await record(store, known)).state == "penalty"
    withdrawn = await stayed(store, clock, "another", FAR)
    await parking_ends.withdraw(store, LI, withdrawn, "救护车执行任务")
    asked, override_id = await override(store, LI, withdrawn, disposition="warning")
    await rule_overrides.confirm(store, CHEN, asked, override_id)
    assert (await record(store, withdrawn)).state == "withdrawn"


async def test_a_reopened_incident_is_judged_anew_and_the_old_word_counts_no_more(
    store: Store, clock: FakeClock
) -> None:
    record_id = await stayed(store, clock)
    incident, _ = await override(store, LI, record_id, disposition="penalty")
    await act(store, incident, Reopen(reason="看错了"), CHEN)
    assert (await record(store, record_id)).state == "noticed"
    clock.advance(60)
    assert (await parking_ends.stay(store, LI, record_id, None)).state == "warning"
