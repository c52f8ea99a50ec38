"""Parking on record, on both databases: it left or stayed, and what needs a second person."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from models.actions import parking_drafts, parking_ends, watch_flags
from models.actions.commands import act
from models.actions.watch_flags import Watch
from models.errors import (
    Conflict,
    Forbidden,
    IllegalTransition,
    InvalidField,
    SecondPersonNeeded,
)
from models.geography import Location
from models.incident.commands import Accept, Answer, Arrive, Reopen, Resolve
from models.store import Store
from models.tables import (
    incidents,
    notices,
    rule_decisions,
)
from tests.models.actions.looking import owner_of, rows
from tests.support.city import AUX, CHEN, GATE, LI, PLATES, WANG, YUCHENG, ZHANG, on_duty
from tests.support.clock import FakeClock
from tests.support.parking import capture, file, record


async def test_a_car_that_left_is_closed_by_a_second_photo_or_by_the_owners_word(
    store: Store, clock: FakeClock
) -> None:
    await on_duty(store, ZHANG, AUX)
    first = await file(store, ZHANG, "one")
    with pytest.raises(InvalidField):
        await parking_ends.leave(store, ZHANG, first.id, None)
    clock.advance(200)
    photo = await capture(store, AUX, "gone")
    ended = await parking_ends.leave(store, AUX, first.id, photo)
    row = await record(store, first.id)
    assert (ended.state, row.state, row.ended_by) == ("left", "left", AUX.id)
    second = await file(store, ZHANG, "two", plate=PLATES["two"])
    incident_id = (await record(store, second.id)).incident_id
    await act(store, incident_id, Answer(reply="moved"), await owner_of(store, incident_id))
    assert (await parking_ends.leave(store, ZHANG, second.id, None)).state == "left"
    found = await rows(store, select(incidents.c.outcome, incidents.c.status))
    assert {tuple(one) for one in found} == {("settled", "closed")}


async def test_a_photo_from_before_the_notice_shows_nothing_and_one_photo_is_good_for_one_thing(
    store: Store, clock: FakeClock
) -> None:
    await on_duty(store, ZHANG)
    early = await capture(store, ZHANG, "early")
    clock.advance(5)
    filed = await file(store, ZHANG, "one")
    with pytest.raises(InvalidField):
        await parking_ends.leave(store, ZHANG, filed.id, early)
    used = await capture(store, ZHANG, "one")
    with pytest.raises(Conflict):
        await parking_ends.leave(store, ZHANG, filed.id, used)
    assert (await record(store, filed.id)).state == "noticed"


async def test_a_car_that_stays_is_warned_first_and_drafted_when_it_does_it_again_and_again(
    store: Store, clock: FakeClock
) -> None:
    await on_duty(store, ZHANG)
    states = []
    for number in range(4):
        filed = await file(store, ZHANG, f"shot-{number}", place=Location(GATE.lat + number, GATE.lng, 5.0))
        if number == 0:
            with pytest.raises(Conflict):
                await parking_ends.stay(store, ZHANG, filed.id, None)
        clock.advance(1500)
        states.append((await parking_ends.stay(store, ZHANG, filed.id, None)).state)
    assert states == ["warning", "warning", "warning", "penalty"]
    row = await record(store, filed.id)
    assert (row.state, row.ended_by, row.second_person) == ("penalty", ZHANG.id, False)
    heard = await rows(
        store,
        select(rule_decisions.c.inputs)
        .where(rule_decisions.c.table_name == "disposition")
        .order_by(rule_decisions.c.at),
    )
    assert [json.loads(one.inputs)["repeats_30_days"] for one in heard] == [0, 1, 2, 3]


async def test_whoever_closes_it_on_the_feed_says_what_becomes_of_the_record(
    store: Store, clock: FakeClock
) -> None:
    await on_duty(store, ZHANG, LI)
    filed = await file(store, ZHANG)
    incident_id = (await record(store, filed.id)).incident_id
    clock.advance(1200)
    for command in (Accept(), Arrive(), Resolve(outcome="resolved")):
        await act(store, incident_id, command, LI)
    row = await record(store, filed.id)
    assert (row.state, row.ended_by) == ("warning", LI.id)
    await act(store, incident_id, Reopen(reason="看错了"), CHEN)
    assert (await record(store, filed.id)).state == "noticed"


async def test_an_auxiliary_officer_cannot_bring_about_a_warning_or_a_draft(
    store: Store, clock: FakeClock
) -> None:
    await on_duty(store, ZHANG, AUX)
    filed = await file(store, ZHANG)
    incident_id = (await record(store, filed.id)).incident_id
    clock.advance(1200)
    with pytest.raises(Forbidden):
        await parking_ends.stay(store, AUX, filed.id, None)
    for command in (Accept(), Arrive()):
        await act(store, incident_id, command, AUX)
    with pytest.raises(Forbidden):
        await act(store, incident_id, Resolve(outcome="resolved"), AUX)
    assert (await record(store, filed.id)).state == "noticed"


async def test_an_auxiliary_officers_record_has_no_effect_before_an_officer_countersigns_it(
    store: Store, clock: FakeClock
) -> None:
    await on_duty(store, AUX, ZHANG)
    filed = await file(store, AUX)
    assert (filed.state, filed.told) == ("waits", 0)
    assert await rows(store, select(incidents)) == []
    assert await rows(store, select(notices)) == []
    with pytest.raises(Forbidden):
        await parking_drafts.countersign(store, AUX, filed.id, approve=True)
    with pytest.raises(Forbidden):
        await parking_drafts.countersign(store, WANG, filed.id, approve=True)
    clock.advance(60)
    assert (await parking_drafts.countersign(store, ZHANG, filed.id, approve=True)).state == "noticed"
    row = await record(store, filed.id)
    assert (row.state, row.countersigned_number, row.author_number) == ("noticed", "051827", "F0101")
    (incident,) = await rows(store, select(incidents))
    assert incident.requested_at == row.countersigned_at
    assert len(await rows(store, select(notices))) == 1
    with pytest.raises(Conflict):
        await parking_drafts.countersign(store, LI, filed.id, approve=True)


async def test_what_is_sent_back_has_a_reason_and_never_takes_effect(store: Store) -> None:
    await on_duty(store, AUX)
    filed = await file(store, AUX)
    with pytest.raises(InvalidField):
        await parking_drafts.countersign(store, ZHANG, filed.id, approve=False, reason=" ")
    await parking_drafts.countersign(store, ZHANG, filed.id, approve=False, reason="号牌看不清")
    row = await record(store, filed.id)
    assert (row.state, row.returned_reason, row.incident_id) == ("returned", "号牌看不清", None)
    again = await file(store, AUX, "clearer")
    assert again.id != filed.id
    assert again.state == "waits"


async def test_a_draft_that_weighs_waits_for_somebody_elses_word(store: Store, clock: FakeClock) -> None:
    watch = Watch(PLATES["one"], "yellow_label", YUCHENG, "名单", plate_class="ordinary")
    await watch_flags.put(store, CHEN, watch)
    await on_duty(store, ZHANG, LI)
    filed = await file(store, ZHANG)
    clock.advance(1500)
    assert (await parking_ends.stay(store, ZHANG, filed.id, None)).state == "penalty"
    assert (await record(store, filed.id)).second_person
    with pytest.raises(SecondPersonNeeded):
        await parking_drafts.countersign(store, ZHANG, filed.id, approve=True)
    assert (await parking_drafts.countersign(store, LI, filed.id, approve=True)).state == "penalty"
    assert (await record(store, filed.id)).confirmed_by == LI.id
    with pytest.raises(Conflict):
        await parking_drafts.countersign(store, CHEN, filed.id, approve=True)


async def test_a_second_person_withdraws_it_with_a_reason_and_it_is_held_against_nobody(
    store: Store, clock: FakeClock
) -> None:
    await on_duty(store, ZHANG)
    filed = await file(store, ZHANG)
    with pytest.raises(SecondPersonNeeded):
        await parking_ends.withdraw(store, ZHANG, filed.id, "救护车执行任务")
    with pytest.raises(InvalidField):
        await parking_ends.withdraw(store, LI, filed.id, "")
    with pytest.raises(Forbidden):
        await parking_ends.withdraw(store, AUX, filed.id, "救护车执行任务")
    await parking_ends.withdraw(store, LI, filed.id, "救护车执行任务")
    row = await record(store, filed.id)
    assert (row.state, row.withdrawn_by, row.withdrawn_reason) == ("withdrawn", LI.id, "救护车执行任务")
    (incident,) = await rows(store, select(incidents))
    assert (incident.status, incident.outcome) == ("closed", "cancelled")
    with pytest.raises(IllegalTransition):
        await parking_ends.withdraw(store, LI, filed.id, "再一次")
