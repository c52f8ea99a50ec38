"""What a commander orders: units by name, duplicates, the neighbouring district; on both databases."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from models.actions import duty
from models.actions.commands import act
from models.caller import Participant
from models.errors import AlreadyAccepted, Conflict, Forbidden, IllegalTransition, InvalidField
from models.geography import Location
from models.incident.commands import (
    Accept,
    Arrive,
    Assign,
    Decline,
    HandOver,
    Merge,
    Reassign,
    Release,
    Reopen,
    Settle,
    Transfer,
)
from models.queries.board import board
from models.queries.desk import desk
from models.queries.incident import incident_for
from models.store import Store
from models.tables import audit, deadlines, events, notices, offers, participants
from tests.models.actions.looking import due, names, rows, time_up
from tests.support.city import CHEN, LI, MINGSHAN, WANG, YUCHENG, ZHANG, ask, joins, officer, on_duty
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell

ASSIGN = Assign(officer=ZHANG.id, reason="nearest")


async def offers_of(store: Store) -> list[tuple[str, str, str]]:
    found = await rows(store, select(offers.c.officer_id, offers.c.kind, offers.c.status))
    return sorted((one.officer_id, one.kind, one.status) for one in found)


async def test_an_order_gives_it_to_the_officer_who_is_told_and_confirms(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    view = await act(store, asked.id, ASSIGN, CHEN)
    assert (view["status"], view["officer"], view["to_confirm"]) == ("accepted", ZHANG.id, True)
    assert view["accepted_at"] is None  # his word, and he has not given it
    told = next(entry for entry in bell.entries if entry.officer == ZHANG.id)
    offer = json.loads(told.offer or "")
    assert offer["kind"] == "assign"
    assert offer["why"] == {"stage": "order", "by": CHEN.id, "reason": "nearest"}
    clock.advance(5)
    confirmed = await act(store, asked.id, Accept(), ZHANG)
    assert (confirmed["accepted_at"], confirmed["to_confirm"]) == ("2026-11-02T08:00:05.000Z", False)
    assert names(bell) == ["requested", "assigned", "accepted"]
    assert await offers_of(store) == [(ZHANG.id, "assign", "accepted")]


async def test_an_order_names_a_reason_and_somebody_who_is_on_duty_here(store: Store) -> None:
    await duty.set_duty(store, WANG, True, MINGSHAN)
    asked = await ask(store)
    with pytest.raises(InvalidField) as nowhere:
        await act(store, asked.id, ASSIGN, CHEN)
    assert (nowhere.value.field, nowhere.value.params["why"]) == ("officer", "not_on_duty")
    with pytest.raises(InvalidField):
        await act(store, asked.id, Assign(officer=WANG.id, reason="nearest"), CHEN)
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    with pytest.raises(InvalidField) as unsaid:
        await act(store, asked.id, Assign(officer=ZHANG.id, reason="  "), CHEN)
    assert unsaid.value.field == "reason"
    with pytest.raises(Forbidden):
        await act(store, asked.id, ASSIGN, ZHANG)


async def test_who_was_sent_may_give_it_back_with_a_reason_and_is_not_asked_again(store: Store) -> None:
    await on_duty(store, ZHANG, LI)
    asked = await ask(store)
    await act(store, asked.id, ASSIGN, CHEN)
    view = await act(store, asked.id, Release(reason="cannot_reach"), ZHANG)
    assert (view["status"], view["officer"], view["to_confirm"]) == ("offered", None, False)
    assert await offers_of(store) == [(ZHANG.id, "assign", "declined"), (LI.id, "take", "pending")]
    reason = (await rows(store, select(offers.c.reason).where(offers.c.officer_id == ZHANG.id)))[0].reason
    assert reason == "cannot_reach"


async def test_an_order_that_is_not_confirmed_stays_and_the_commander_hears_of_it(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    await act(store, asked.id, ASSIGN, CHEN)
    clock.advance(60)
    await time_up(store, await due(store, "offer"))
    assert names(bell) == ["requested", "assigned", "lapsed", "escalated"]
    assert (await incident_for(store, asked.id, CHEN))["officer"] == ZHANG.id
    told = await rows(store, select(notices.c.officer_id).where(notices.c.template == "not_confirmed"))
    assert [one.officer_id for one in told] == [CHEN.id]


async def test_what_was_ordered_and_not_confirmed_in_time_is_breached(store: Store, clock: FakeClock) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    respond = await due(store, "respond")
    await act(store, asked.id, ASSIGN, CHEN)
    clock.advance(300)
    await time_up(store, respond)
    view = await incident_for(store, asked.id, CHEN)
    assert (view["status"], view["breached_at"]) == ("accepted", "2026-11-02T08:05:00.000Z")


async def test_a_commander_takes_it_from_one_and_gives_it_to_another(
    store: Store, bell: RecordingBell
) -> None:
    await on_duty(store, ZHANG, LI)
    asked = await ask(store)
    await act(store, asked.id, Accept(), ZHANG)
    await act(store, asked.id, Arrive(), ZHANG)
    view = await act(store, asked.id, Reassign(officer=LI.id, reason="shift_end"), CHEN)
    assert (view["status"], view["officer"], view["to_confirm"]) == ("accepted", LI.id, True)
    with pytest.raises(Forbidden):
        await act(store, asked.id, Release(), ZHANG)
    with pytest.raises(AlreadyAccepted):
        await act(store, asked.id, Accept(), ZHANG)
    with pytest.raises(Conflict):
        await act(store, asked.id, Reassign(officer=LI.id, reason="again"), CHEN)
    assert names(bell) == ["requested", "accepted", "arrived", "reassigned"]


async def test_each_order_is_in_the_audit_with_its_reason(store: Store) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    await act(store, asked.id, ASSIGN, CHEN)
    await act(store, asked.id, Transfer(district=MINGSHAN, reason="beyond_border"), CHEN)
    found = await rows(store, select(audit.c.action, audit.c.subject, audit.c.reason).order_by(audit.c.at))
    assert [tuple(one) for one in found if one.action in {"assign", "transfer"}] == [
        ("assign", f"incident:{asked.id}", "nearest"),
        ("transfer", f"incident:{asked.id}", "beyond_border"),
    ]


async def test_who_declined_is_not_asked_twice_and_the_commander_hears_when_nobody_is_left(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    clock.advance(120)
    await time_up(store, await due(store, "step:2"))
    with pytest.raises(InvalidField):
        await act(store, asked.id, Decline(), ZHANG)
    await act(store, asked.id, Decline(reason="too_far"), ZHANG)
    await act(store, asked.id, HandOver(), asked.requester)
    assert await offers_of(store) == [(ZHANG.id, "take", "declined")]
    # He may still take it by himself.
    assert (await act(store, asked.id, Accept(), ZHANG))["officer"] == ZHANG.id


async def test_the_offer_and_the_desk_say_why_he_was_asked(store: Store, clock: FakeClock) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG, Location(lat=29.9896, lng=103.0133))
    clock.advance(12)
    asked = await ask(store)
    await act(store, asked.id, HandOver(), asked.requester)
    (offer,) = (await desk(store, YUCHENG))["offers"][asked.id]
    assert offer["why"] == {
        "stage": "handed_over",
        "nth": 1,
        "metres": 222,
        "position_age_seconds": 12,
        "fresh": True,
        "busy": False,
        "ring_m": None,
        "in_zone": False,
        "load": 0,
    }
    assert (offer["received_at"], offer["seen_at"], offer["accepted_at"]) == (None, None, None)


async def test_a_duplicate_is_closed_and_its_requesters_go_along(store: Store, bell: RecordingBell) -> None:
    first, second = await ask(store, "one"), await ask(store, "two")
    view = await act(store, second.id, Merge(into=first.id, reason="same_car"), CHEN)
    assert (view["status"], view["outcome"], view["merged_into"]) == ("closed", "duplicate", first.id)
    survivor = await incident_for(store, first.id, CHEN)
    assert (survivor["requesters"], survivor["status"]) == (2, "waiting")
    assert names(bell) == ["requested", "requested", "merged", "absorbed"]
    # The second requester's old address leads to what goes on, and he has his say there.
    moved = Participant(second.requester.id, first.id, "requester")
    assert (await incident_for(store, second.id, moved))["id"] == first.id
    assert (await act(store, second.id, Settle(), moved))["id"] == first.id
    assert await rows(store, select(deadlines.c.id).where(deadlines.c.status == "open")) == []
    owners = await rows(
        store, select(participants.c.incident_id).where(participants.c.role == "owner").distinct()
    )
    assert {one.incident_id for one in owners} <= {first.id, second.id}


async def test_what_was_merged_is_not_opened_again(store: Store) -> None:
    first, second = await ask(store, "one"), await ask(store, "two")
    await act(store, second.id, Merge(into=first.id, reason="same_car"), CHEN)
    with pytest.raises(Conflict) as refused:
        await act(store, second.id, Reopen(reason="not_over"), CHEN)
    assert refused.value.params["why"] == "merged"


async def test_it_is_merged_into_an_open_one_of_the_same_district_only(store: Store) -> None:
    first, second, third = [await ask(store, car) for car in ("one", "two", "three")]
    await act(store, first.id, Settle(), first.requester)
    await act(store, third.id, Transfer(district=MINGSHAN, reason="agreed"), CHEN)
    for into, why in (
        (second.id, "itself"), (first.id, "closed"), (third.id, "not_here"), ("nothing", "not_here"),
    ):  # fmt: skip
        with pytest.raises(InvalidField) as refused:
            await act(store, second.id, Merge(into=into, reason="same_car"), CHEN)
        assert (refused.value.field, refused.value.params["why"]) == ("into", why)
    assert (await incident_for(store, second.id, CHEN))["status"] == "waiting"


async def test_near_ones_are_suggested_as_duplicates(store: Store, clock: FakeClock) -> None:
    first = await ask(store, "one")
    clock.advance(40)
    second = await ask(store, "two")
    clock.advance(31 * 60)
    await ask(store, "three")
    (one,) = (await desk(store, YUCHENG))["duplicates"]
    assert (one["duplicate"], one["into"], one["metres"], one["seconds_apart"]) == (
        second.id,
        first.id,
        0,
        40,
    )


async def publications(store: Store, district: str) -> list[dict[str, Any]]:
    query = select(events.c.data).where(events.c.district == district).order_by(events.c.offset)
    return [json.loads(row.data) for row in await rows(store, query)]


async def test_the_neighbour_has_it_with_its_deadlines_and_its_officers_are_asked(
    store: Store, bell: RecordingBell
) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    await duty.set_duty(store, WANG, True, MINGSHAN)
    asked = await ask(store)
    await act(store, asked.id, HandOver(), asked.requester)
    open_before = {
        one.id for one in await rows(store, select(deadlines.c.id).where(deadlines.c.kind == "respond"))
    }
    await act(store, asked.id, Transfer(district=MINGSHAN, reason="beyond_border"), CHEN)
    assert (await board(store, YUCHENG))["incidents"] == []
    (there,) = (await board(store, MINGSHAN))["incidents"]
    assert (there["id"], there["status"]) == (asked.id, "offered")
    assert await offers_of(store) == [(ZHANG.id, "take", "withdrawn"), (WANG.id, "take", "pending")]
    still = await rows(
        store, select(deadlines.c.id, deadlines.c.district).where(deadlines.c.kind == "respond")
    )
    assert {one.id for one in still} == open_before
    assert {one.district for one in still} == {MINGSHAN}
    out, into = (await publications(store, YUCHENG))[-1], (await publications(store, MINGSHAN))[0]
    assert out == into
    assert (out["event"], out["incident"]["district"]) == ("transferred", MINGSHAN)
    # Its own channel has it once, without a hole.
    mine = await rows(
        store,
        select(events.c.incident_offset)
        .where(events.c.incident_id == asked.id)
        .order_by(events.c.incident_offset),
    )
    assert [one.incident_offset for one in mine] == list(range(1, len(mine) + 1))
    assert (await act(store, asked.id, Accept(), WANG))["officer"] == WANG.id


async def test_a_transfer_to_where_nobody_is_on_duty_tells_both_feeds_the_same(store: Store) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    await act(store, asked.id, Accept(), ZHANG)
    await act(store, asked.id, Transfer(district=MINGSHAN, reason="agreed"), CHEN)
    view = await incident_for(store, asked.id, asked.requester)
    assert (view["status"], view["nobody_on_duty"]) == ("offered", True)
    out, into = (await publications(store, YUCHENG))[-1], (await publications(store, MINGSHAN))[0]
    assert out == into
    told = await rows(store, select(notices.c.template).where(notices.c.officer_id == CHEN.id))
    assert sorted(one.template for one in told) == ["nobody_on_duty", "transferred"]


async def test_it_is_given_to_another_district_of_the_city_only(store: Store) -> None:
    asked = await ask(store)
    for district, why in ((YUCHENG, "itself"), ("513424", "not_here")):
        with pytest.raises(InvalidField) as refused:
            await act(store, asked.id, Transfer(district=district, reason="agreed"), CHEN)
        assert (refused.value.field, refused.value.params["why"]) == ("district", why)
    elsewhere = officer("052009", "commander", MINGSHAN)
    await joins(store, elsewhere)
    with pytest.raises(Forbidden):
        await act(store, asked.id, Transfer(district=MINGSHAN, reason="agreed"), elsewhere)


async def test_an_order_with_the_version_of_an_old_view_changes_nothing(store: Store) -> None:
    first, second = await ask(store, "one"), await ask(store, "two")
    for order in (Merge(into=first.id, reason="same_car"), Transfer(district=MINGSHAN, reason="agreed")):
        with pytest.raises(Exception, match="version_conflict"):
            await act(store, second.id, order, CHEN, version=7)
    assert (await incident_for(store, first.id, CHEN))["version"] == 1
    with pytest.raises(IllegalTransition):
        await act(store, first.id, Reassign(officer=ZHANG.id, reason="closer"), CHEN)
