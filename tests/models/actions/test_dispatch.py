"""Officers are asked, accept, decline, go off duty; what each change leaves behind, on both databases."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from models.actions import duty
from models.actions.commands import act
from models.actions.offers import acknowledge
from models.errors import AlreadyAccepted, Forbidden
from models.incident.commands import (
    Accept,
    Answer,
    Arrive,
    Decline,
    HandOver,
    Release,
    Resolve,
)
from models.queries.incident import incident_for
from models.store import Store
from models.tables import notices, offers
from tests.models.actions.looking import due, names, owner_of, rows, time_up
from tests.support.city import AUX, CHEN, LI, YUCHENG, ZHANG, ask, on_duty
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell


async def test_at_respond_by_officers_on_duty_are_asked(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    await duty.set_duty(store, LI, True, YUCHENG)
    asked = await ask(store)
    respond = await due(store, "respond")
    clock.advance(300)
    assert await time_up(store, respond) == "fired"
    assert await time_up(store, respond) == "settled"
    assert names(bell) == ["requested", "breached", "handed_over", "offered", "offered"]
    found = await rows(store, select(offers.c.officer_id, offers.c.status).order_by(offers.c.officer_id))
    assert [(one.officer_id, one.status) for one in found] == [("051827", "pending"), ("051828", "pending")]
    view = await incident_for(store, asked.id, ZHANG)
    assert view["breached_at"] == "2026-11-02T08:05:00.000Z"


async def test_with_nobody_on_duty_the_commander_is_told_and_everybody_reads_so(
    store: Store, clock: FakeClock
) -> None:
    asked = await ask(store)
    respond = await due(store, "respond")
    clock.advance(300)
    await time_up(store, respond)
    view = await incident_for(store, asked.id, asked.requester)
    assert view["nobody_on_duty"]
    assert view["call"] == "122"
    assert view["status"] == "offered"
    told = await rows(store, select(notices.c.officer_id).where(notices.c.template == "nobody_on_duty"))
    assert [one.officer_id for one in told] == [CHEN.id]


async def test_who_comes_on_duty_is_asked_about_what_everybody_else_let_lapse(
    store: Store, clock: FakeClock
) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    await act(store, asked.id, HandOver(), asked.requester)
    offer = await due(store, "offer")
    clock.advance(60)
    await time_up(store, offer)
    await duty.set_duty(store, LI, True, YUCHENG)
    found = await rows(store, select(offers.c.officer_id, offers.c.status).order_by(offers.c.officer_id))
    assert [(one.officer_id, one.status) for one in found] == [(ZHANG.id, "lapsed"), (LI.id, "pending")]


async def test_two_officers_accept_at_once_and_one_wins(store: Store) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    await duty.set_duty(store, LI, True, YUCHENG)
    asked = await ask(store)
    results = await asyncio.gather(
        act(store, asked.id, Accept(), ZHANG), act(store, asked.id, Accept(), LI), return_exceptions=True
    )
    losers = [one for one in results if isinstance(one, AlreadyAccepted)]
    winners = [one for one in results if isinstance(one, dict)]
    assert len(losers) == len(winners) == 1
    assert losers[0].params["by"] == winners[0]["officer"]


async def test_an_officer_goes_there_and_resolves_it(store: Store, bell: RecordingBell) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    for command in (Accept(), Arrive(), Resolve(note="warned")):
        await act(store, asked.id, command, ZHANG)
    assert names(bell) == ["requested", "accepted", "arrived", "resolved"]
    public = await incident_for(store, asked.id, asked.requester)
    assert public["unit"] == "雨城一中队"
    assert "officer" not in public
    assert all("note" not in one["detail"] for one in public["timeline"])


async def test_nobody_is_asked_twice_while_his_first_offer_waits(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    second = await due(store, "step:2")
    clock.advance(120)
    await time_up(store, second)
    await act(store, asked.id, HandOver(), asked.requester)
    assert names(bell) == ["requested", "escalated", "offered", "handed_over"]


async def test_when_an_incident_is_given_back_the_others_are_asked_again(store: Store) -> None:
    await on_duty(store, ZHANG, LI)
    asked = await ask(store)
    await act(store, asked.id, HandOver(), asked.requester)
    await act(store, asked.id, Accept(), ZHANG)
    await act(store, asked.id, Release(reason="too far"), ZHANG)
    found = await rows(store, select(offers.c.officer_id, offers.c.status).order_by(offers.c.offered_at))
    assert sorted((one.officer_id, one.status) for one in found) == [
        (ZHANG.id, "accepted"),
        (LI.id, "pending"),
        (LI.id, "withdrawn"),
    ]


async def test_a_declined_offer_asks_the_next_officer(store: Store, bell: RecordingBell) -> None:
    await on_duty(store, ZHANG, LI)
    asked = await ask(store)
    await act(store, asked.id, HandOver(), asked.requester)
    await duty.set_duty(store, AUX, True, YUCHENG)
    await act(store, asked.id, Decline(reason="busy"), ZHANG)
    found = await rows(store, select(offers.c.officer_id, offers.c.status))
    assert {one.officer_id: one.status for one in found} == {
        ZHANG.id: "declined",
        LI.id: "pending",
        AUX.id: "pending",
    }
    assert names(bell) == ["requested", "handed_over", "offered", "offered", "declined", "offered"]


async def test_an_offer_nobody_answers_lapses_and_the_commander_hears_of_it(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    await act(store, asked.id, HandOver(), asked.requester)
    offer = await due(store, "offer")
    clock.advance(60)
    await time_up(store, offer)
    assert names(bell) == ["requested", "handed_over", "offered", "lapsed", "escalated"]
    told = await rows(store, select(notices.c.officer_id).where(notices.c.template == "nobody_accepted"))
    assert [one.officer_id for one in told] == [CHEN.id]


async def test_received_and_seen_are_recorded_once_each(store: Store, clock: FakeClock) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    await act(store, asked.id, HandOver(), asked.requester)
    (offer,) = await rows(store, select(offers.c.id))
    clock.advance(1)
    assert await acknowledge(store, ZHANG.id, [(offer.id, "received")]) == 1
    clock.advance(1)
    assert await acknowledge(store, ZHANG.id, [(offer.id, "seen"), (offer.id, "received")]) == 1
    assert await acknowledge(store, LI.id, [(offer.id, "seen")]) == 0
    (row,) = await rows(store, select(offers))
    assert row.status == "seen"
    assert (row.seen_at - row.received_at).total_seconds() == 1


async def test_who_goes_off_duty_gives_his_incident_back(store: Store, bell: RecordingBell) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    await duty.set_duty(store, LI, True, YUCHENG)
    asked = await ask(store)
    await act(store, asked.id, Accept(), ZHANG)
    await duty.set_duty(store, ZHANG, False, YUCHENG)
    view = await incident_for(store, asked.id, LI)
    assert (view["status"], view["officer"]) == ("offered", None)
    assert names(bell) == ["requested", "accepted", "released", "offered"]


async def test_only_the_officer_who_has_it_arrives_releases_or_resolves(store: Store) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    await duty.set_duty(store, LI, True, YUCHENG)
    asked = await ask(store)
    await act(store, asked.id, Accept(), ZHANG)
    for command in (Arrive(), Release(), Resolve()):
        with pytest.raises(Forbidden):
            await act(store, asked.id, command, LI)


async def test_the_ladder_tells_the_second_contact_and_then_asks_an_officer(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    await ask(store)
    first, second = await due(store, "step:1"), await due(store, "step:2")
    clock.advance(60)
    await time_up(store, first)
    clock.advance(60)
    await time_up(store, second)
    assert names(bell) == ["requested", "escalated", "escalated", "offered"]
    told = await rows(store, select(notices.c.contact_id).order_by(notices.c.created_at))
    assert [one.contact_id for one in told] == ["contact-one-1", "contact-one-2"]


async def test_the_ladder_rests_while_the_owner_is_coming(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    asked = await ask(store)
    await act(store, asked.id, Answer(reply="coming", minutes=3), await owner_of(store, asked.id))
    first = await due(store, "step:1")
    clock.advance(60)
    assert await time_up(store, first) == "fired"
    assert names(bell) == ["requested", "answered"]
