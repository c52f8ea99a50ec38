"""Relief: by name, accepted or not; nobody goes off unnoticed; a shift that nobody ends ends by itself, once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, update

from models.actions import duty, relief
from models.actions.commands import act
from models.actions.shift_ends import end_overdue
from models.errors import Conflict, Forbidden, IllegalTransition, InvalidField, NotFound, OpenItems
from models.incident.commands import Accept, Arrive, Release
from models.queries.officer import duty_of
from models.store import Store
from models.tables import handovers, incidents, notices, shifts, unit_statuses
from tests.models.actions.looking import names, rows
from tests.models.actions.test_units import status_of
from tests.support.city import AUX, CHEN, LI, WANG, YUCHENG, ZHANG, Asked, ask
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell

UNPLANNED_SECONDS = 57_600


async def at_the_scene(store: Store, clock: FakeClock) -> Asked:
    """Zhang is at the scene; Li has just come to relieve him."""
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    await act(store, asked.id, Accept(), ZHANG)
    clock.advance(60)
    await act(store, asked.id, Arrive(), ZHANG)
    await duty.set_duty(store, LI, True, YUCHENG)
    return asked


async def incident_row(store: Store, incident_id: str) -> Any:
    (row,) = await rows(store, select(incidents).where(incidents.c.id == incident_id))
    return row


async def test_a_colleague_takes_over_by_name_and_the_first_instants_stay(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    asked = await at_the_scene(store, clock)
    before = await incident_row(store, asked.id)
    made = await relief.ask(store, ZHANG, asked.id, LI.service_number, "车主十分钟后到")
    seen = (await duty_of(store, LI))["handovers"]
    assert [(one["from"], one["mine"], one["note"]) for one in seen] == [
        (ZHANG.service_number, False, "车主十分钟后到")
    ]
    assert (await duty_of(store, ZHANG))["handovers"][0]["mine"] is True
    clock.advance(30)
    await relief.answer(store, LI, made["id"], "accepted")
    row = await incident_row(store, asked.id)
    assert (row.officer_number, row.status) == (LI.service_number, "accepted")
    assert (row.accepted_at, row.arrived_at) == (before.accepted_at, before.arrived_at)
    assert (await status_of(store, ZHANG.id), await status_of(store, LI.id)) == ("available", "en_route")
    assert names(bell)[-2:] == ["relief_asked", "relieved"]
    told = [entry.officer for entry in bell.entries if entry.officer is not None]
    assert told[-2:] == [LI.id, ZHANG.id]
    await duty.sign_off(store, ZHANG, {})
    assert (await duty_of(store, ZHANG))["on_duty"] is False


async def test_nobody_signs_off_without_a_word_about_what_he_has(store: Store, clock: FakeClock) -> None:
    asked = await at_the_scene(store, clock)
    await relief.ask(store, ZHANG, asked.id, LI.service_number)
    with pytest.raises(OpenItems) as refused:
        await duty.sign_off(store, ZHANG, {})
    assert refused.value.params == {"count": 1, "incidents": asked.id}
    await duty.sign_off(store, ZHANG, {asked.id: "queue"})
    row = await incident_row(store, asked.id)
    assert (row.status, row.officer_id) == ("offered", None)
    told = await rows(store, select(notices.c.officer_id).where(notices.c.template == "officer_left"))
    assert [one.officer_id for one in told] == [CHEN.id]
    assert [one.status for one in await rows(store, select(handovers.c.status))] == ["withdrawn"]
    (shift,) = await rows(store, select(shifts).where(shifts.c.officer_id == ZHANG.id))
    assert (shift.ended_how, shift.returned) == ("self", 1)


async def test_who_sends_nothing_new_goes_off_as_ever_and_the_commander_hears_of_it(
    store: Store, clock: FakeClock
) -> None:
    asked = await at_the_scene(store, clock)
    await duty.set_duty(store, ZHANG, False, YUCHENG)
    assert (await incident_row(store, asked.id)).status == "offered"
    told = await rows(store, select(notices.c.officer_id).where(notices.c.template == "officer_left"))
    assert [one.officer_id for one in told] == [CHEN.id]


async def test_a_colleague_declines_and_another_is_asked(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    asked = await at_the_scene(store, clock)
    made = await relief.ask(store, ZHANG, asked.id, LI.service_number)
    await relief.answer(store, LI, made["id"], "declined", "还没到岗")
    assert names(bell)[-1] == "relief_declined"
    assert bell.entries[-1].officer == ZHANG.id
    await duty.set_duty(store, AUX, True, YUCHENG)
    await relief.ask(store, ZHANG, asked.id, AUX.service_number)
    assert [one["to"] for one in (await duty_of(store, ZHANG))["handovers"]] == [AUX.service_number]
    with pytest.raises(Conflict):
        await relief.answer(store, LI, made["id"], "accepted")


async def test_a_second_colleague_asked_withdraws_the_first(store: Store, clock: FakeClock) -> None:
    asked = await at_the_scene(store, clock)
    await duty.set_duty(store, AUX, True, YUCHENG)
    first = await relief.ask(store, ZHANG, asked.id, LI.service_number)
    await relief.ask(store, ZHANG, asked.id, AUX.service_number)
    assert (await duty_of(store, LI))["handovers"] == []
    with pytest.raises(Conflict) as refused:
        await relief.answer(store, LI, first["id"], "accepted")
    assert refused.value.params == {"why": "handover_ended"}


async def test_what_is_not_ones_own_is_refused(store: Store, clock: FakeClock) -> None:
    asked = await at_the_scene(store, clock)
    with pytest.raises(Forbidden):
        await relief.ask(store, LI, asked.id, ZHANG.service_number)
    for nobody in ("999999", ZHANG.service_number, AUX.service_number, WANG.service_number):
        with pytest.raises(InvalidField) as refused:
            await relief.ask(store, ZHANG, asked.id, nobody)
        assert refused.value.field == "to"
    made = await relief.ask(store, ZHANG, asked.id, LI.service_number)
    with pytest.raises(NotFound):
        await relief.answer(store, AUX, made["id"], "accepted")
    with pytest.raises(Forbidden):
        await relief.answer(store, ZHANG, made["id"], "accepted")
    with pytest.raises(Forbidden):
        await relief.answer(store, LI, made["id"], "withdrawn")


async def test_what_the_giver_gave_back_nobody_takes_over(store: Store, clock: FakeClock) -> None:
    asked = await at_the_scene(store, clock)
    made = await relief.ask(store, ZHANG, asked.id, LI.service_number)
    await act(store, asked.id, Release(reason="shift_end"), ZHANG)
    with pytest.raises(Conflict):
        await relief.answer(store, LI, made["id"], "accepted")
    assert [one.status for one in await rows(store, select(handovers.c.status))] == ["withdrawn"]


async def test_a_colleague_who_goes_off_has_declined(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    asked = await at_the_scene(store, clock)
    await relief.ask(store, ZHANG, asked.id, LI.service_number)
    await duty.set_duty(store, LI, False, YUCHENG)
    assert (await duty_of(store, ZHANG))["handovers"] == []
    assert "relief_declined" in names(bell)
    assert (await incident_row(store, asked.id)).officer_id == ZHANG.id


async def test_two_answers_at_once_have_one_effect(store: Store, clock: FakeClock) -> None:
    asked = await at_the_scene(store, clock)
    made = await relief.ask(store, ZHANG, asked.id, LI.service_number)
    results = await asyncio.gather(
        relief.answer(store, LI, made["id"], "accepted"),
        relief.answer(store, ZHANG, made["id"], "withdrawn"),
        return_exceptions=True,
    )
    assert sum(isinstance(one, dict) for one in results) == 1
    assert sum(isinstance(one, Conflict) for one in results) == 1


async def test_a_shift_past_its_grace_ends_once_and_what_is_open_returns_to_the_queue(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    asked = await at_the_scene(store, clock)
    clock.advance(UNPLANNED_SECONDS - 61)
    assert await end_overdue(store) == []
    clock.advance(1)
    ended = await asyncio.gather(*(end_overdue(store) for _ in range(3)))
    assert sum(len(each) for each in ended) == 1
    assert (await incident_row(store, asked.id)).status == "offered"
    (shift,) = await rows(store, select(shifts).where(shifts.c.officer_id == ZHANG.id))
    assert (shift.ended_how, shift.returned, shift.status) == ("grace", 1, "off_duty")
    offs = [e for e in bell.entries if e.district == "control" and '"off_duty"' in e.data]
    assert len(offs) == 1
    assert (await duty_of(store, LI))["on_duty"] is True
    told = await rows(store, select(notices.c.officer_id).where(notices.c.template == "officer_left"))
    assert [one.officer_id for one in told] == [CHEN.id]


async def test_nobody_goes_off_out_of_a_panic(store: Store, clock: FakeClock) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    async with store.database.write() as connection:
        await connection.execute(update(shifts).values(status="panic"))
    with pytest.raises(IllegalTransition):
        await duty.set_duty(store, ZHANG, False, YUCHENG)
    clock.advance(UNPLANNED_SECONDS + 1)
    assert await end_overdue(store) == []


async def test_what_left_him_with_the_end_of_the_shift_is_in_the_history(
    store: Store, clock: FakeClock
) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    for command in (Accept(), Arrive()):
        clock.advance(1)
        await act(store, asked.id, command, ZHANG)
    clock.advance(1)
    await duty.set_duty(store, ZHANG, False, YUCHENG)
    query = (
        select(unit_statuses.c.event)
        .where(unit_statuses.c.officer_id == ZHANG.id)
        .order_by(unit_statuses.c.at, unit_statuses.c.event)
    )
    assert [one.event for one in await rows(store, query)] == [
        "sign_on", "depart", "arrive", "clear", "sign_off",
    ]  # fmt: skip
