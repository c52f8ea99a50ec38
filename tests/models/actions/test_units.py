"""What units do: set by hand, following the assignment, kept for the figures, and asked only when available."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from models.actions import duty
from models.actions.commands import act
from models.duty.units import UnitStatus
from models.errors import Conflict, InvalidField, NotOnDuty
from models.incident.commands import Accept, Arrive, HandOver, Release, Resolve
from models.queries.officer import duty_of
from models.store import Store
from models.tables import notices, offers, shifts, unit_statuses
from tests.models.actions.looking import due, names, rows, time_up
from tests.support.city import LI, YUCHENG, ZHANG, ask, on_duty
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell


async def status_of(store: Store, officer_id: str) -> str:
    query = select(shifts.c.status).where(shifts.c.officer_id == officer_id, shifts.c.ended_at.is_(None))
    ((status,),) = await rows(store, query)
    return str(status)


async def history(store: Store) -> list[tuple[str, str]]:
    query = select(unit_statuses.c.event, unit_statuses.c.status).order_by(unit_statuses.c.at)
    return [tuple(row) for row in await rows(store, query)]


async def test_status_follows_the_assignment_and_each_step_is_kept(store: Store, clock: FakeClock) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    seen = []
    for command in (Accept(), Arrive(), Resolve()):
        clock.advance(10)
        await act(store, asked.id, command, ZHANG)
        seen.append(await status_of(store, ZHANG.id))
    assert seen == ["en_route", "on_scene", "available"]
    assert await history(store) == [
        ("sign_on", "available"),
        ("depart", "en_route"),
        ("arrive", "on_scene"),
        ("clear", "available"),
    ]


async def test_a_unit_that_never_arrived_is_freed_and_not_cleared(store: Store, clock: FakeClock) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    await act(store, asked.id, Accept(), ZHANG)
    clock.advance(10)
    await act(store, asked.id, Release(reason="too far"), ZHANG)
    assert (await history(store))[-1] == ("free", "available")


async def test_with_two_incidents_in_hand_the_further_one_counts(store: Store) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    first, second = await ask(store), await ask(store, "two")
    for incident in (first, second):
        await act(store, incident.id, Accept(), ZHANG)
    await act(store, first.id, Arrive(), ZHANG)
    assert await status_of(store, ZHANG.id) == "on_scene"
    await act(store, first.id, Resolve(), ZHANG)
    assert await status_of(store, ZHANG.id) == "en_route"


async def test_two_commands_at_once_leave_the_right_status(store: Store) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    first, second = await ask(store), await ask(store, "two")
    await act(store, first.id, Accept(), ZHANG)
    await asyncio.gather(act(store, first.id, Resolve(), ZHANG), act(store, second.id, Accept(), ZHANG))
    assert await status_of(store, ZHANG.id) == "en_route"


async def test_a_break_and_an_acceptance_at_once_end_under_way(store: Store) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    for car in ("one", "two", "three"):
        asked = await ask(store, car)
        ends = await asyncio.gather(
            duty.set_status(store, ZHANG, "break"),
            act(store, asked.id, Accept(), ZHANG),
            return_exceptions=True,
        )
        assert ends[0] is None or isinstance(ends[0], Conflict)
        assert not isinstance(ends[1], BaseException)
        assert await status_of(store, ZHANG.id) == "en_route"
        await act(store, asked.id, Resolve(), ZHANG)
        assert await status_of(store, ZHANG.id) == "available"


@pytest.mark.parametrize("status", ["break", "busy", "out_of_service"])
async def test_nobody_is_asked_who_is_not_available(store: Store, status: UnitStatus) -> None:
    await on_duty(store, ZHANG, LI)
    await duty.set_status(store, ZHANG, status)
    asked = await ask(store)
    await act(store, asked.id, HandOver(), asked.requester)
    found = await rows(store, select(offers.c.officer_id))
    assert [one.officer_id for one in found] == [LI.id]


async def test_an_officer_under_way_is_asked_only_when_nobody_is_available(store: Store) -> None:
    await on_duty(store, ZHANG, LI)
    first, second = await ask(store), await ask(store, "two")
    await act(store, first.id, Accept(), ZHANG)
    await act(store, second.id, HandOver(), second.requester)
    found = await rows(store, select(offers.c.officer_id))
    assert [one.officer_id for one in found] == [LI.id]
    await act(store, second.id, Accept(), LI)
    third = await ask(store, "three")
    await act(store, third.id, HandOver(), third.requester)
    found = await rows(store, select(offers.c.officer_id).where(offers.c.incident_id == third.id))
    assert sorted(one.officer_id for one in found) == [ZHANG.id, LI.id]


async def test_with_everybody_on_a_break_the_commander_is_told_and_who_is_back_is_asked(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    await duty.set_status(store, ZHANG, "break")
    asked = await ask(store)
    respond = await due(store, "respond")
    clock.advance(300)
    await time_up(store, respond)
    told = await rows(store, select(notices.c.template).where(notices.c.officer_id.is_not(None)))
    assert [one.template for one in told] == ["nobody_accepted"]
    assert names(bell) == ["requested", "breached", "handed_over", "escalated"]
    await duty.set_status(store, ZHANG, "available")
    found = await rows(store, select(offers.c.incident_id, offers.c.officer_id))
    assert [tuple(one) for one in found] == [(asked.id, ZHANG.id)]


async def test_who_takes_an_incident_by_his_own_hand_leaves_his_break(store: Store) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    await duty.set_status(store, ZHANG, "break")
    asked = await ask(store)
    await act(store, asked.id, Accept(), ZHANG)
    assert await status_of(store, ZHANG.id) == "en_route"


async def test_no_break_with_an_incident_in_hand_and_no_status_off_duty(store: Store) -> None:
    with pytest.raises(NotOnDuty):
        await duty.set_status(store, ZHANG, "break")
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    with pytest.raises(InvalidField):
        await duty.set_status(store, ZHANG, "on_scene")
    asked = await ask(store)
    await act(store, asked.id, Accept(), ZHANG)
    with pytest.raises(Conflict) as refused:
        await duty.set_status(store, ZHANG, "break")
    assert refused.value.params == {"why": "has_incident"}


async def test_going_off_duty_ends_the_status_and_hubs_hear_of_each_change(
    store: Store, bell: RecordingBell
) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    await duty.set_status(store, ZHANG, "break")
    await duty.set_status(store, ZHANG, "break")
    await duty.set_duty(store, ZHANG, False, YUCHENG)
    told = [entry for entry in bell.entries if entry.district == "control"]
    assert ['"on_duty"' in told[0].data, '"unit_status"' in told[1].data, '"off_duty"' in told[2].data] == [
        True
    ] * 3
    assert len(told) == 3
    assert (await duty_of(store, ZHANG))["status"] == "off_duty"
    assert (await history(store))[-1] == ("sign_off", "off_duty")
