"""The story of requester and owner in the database: what each change leaves behind, on both databases."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from models.actions import duty
from models.actions.commands import act
from models.actions.requests import MoveRequest, request_move
from models.errors import Conflict, Forbidden, NotOnDuty, PlateTailWrong, VersionConflict
from models.incident.commands import (
    Accept,
    Answer,
    Cancel,
    HandOver,
    Rate,
    Settle,
)
from models.queries.board import board, figures
from models.queries.incident import incident_for
from models.queries.vehicle_shares import VehicleShares
from models.store import Store
from models.tables import deadlines, notices, offers
from tests.models.actions.looking import due, names, owner_of, rows, time_up
from tests.support.city import MINGSHAN, WANG, YUCHENG, ZHANG, ask
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell


async def test_a_request_tells_the_owner_at_once_and_sets_the_clock(
    store: Store, bell: RecordingBell
) -> None:
    asked = await ask(store)
    assert asked.result.view["status"] == "waiting"
    assert asked.result.view["respond_by"] == "2026-11-02T08:05:00.000Z"
    assert asked.result.view["plate"] == "川TA***5"
    (notice,) = await rows(store, select(notices))
    assert (notice.template, notice.contact_id, notice.status) == ("move_request", "contact-one-1", "queued")
    assert notice.due_at == store.clock.now()
    assert bell.notices_rung == 1
    assert names(bell) == ["requested"]


async def test_who_keeps_the_place_to_himself_lets_the_owner_wait_half_a_minute(store: Store) -> None:
    await ask(store, place=None)
    (notice,) = await rows(store, select(notices))
    assert (notice.due_at - store.clock.now()).total_seconds() == 30


async def test_a_second_scanner_joins_the_same_incident_and_sees_the_same_clock(store: Store) -> None:
    first, second = await ask(store), await ask(store, reason="space")
    assert second.result.joined
    assert second.id == first.id
    assert second.result.view["respond_by"] == first.result.view["respond_by"]
    assert second.result.view["requesters"] == 2
    assert second.result.token != first.result.token


async def test_scanners_at_the_same_moment_share_one_incident(store: Store) -> None:
    asked = await asyncio.gather(*(ask(store) for _ in range(8)))
    assert len({one.id for one in asked}) == 1
    assert sorted(one.result.view["requesters"] for one in asked) == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_a_wrong_tail_changes_nothing(store: Store, bell: RecordingBell) -> None:
    with pytest.raises(PlateTailWrong):
        await request_move(store, MoveRequest("sticker-one", "999", "blocking"))
    assert bell.entries == []
    assert await rows(store, select(notices)) == []


async def test_each_requester_withdraws_only_himself(store: Store, bell: RecordingBell) -> None:
    first, second = await ask(store), await ask(store)
    view = await act(store, first.id, Cancel(), first.requester)
    assert (view["status"], view["requesters"]) == ("waiting", 1)
    view = await act(store, first.id, Cancel(), second.requester)
    assert (view["status"], view["outcome"]) == ("closed", "cancelled")
    assert names(bell) == ["requested", "joined", "withdrawn", "cancelled"]


async def test_who_withdrew_has_no_say_any_more(store: Store) -> None:
    first, _second = await ask(store), await ask(store)
    await act(store, first.id, Cancel(), first.requester)
    for command in (Cancel(), Settle(), HandOver()):
        with pytest.raises(Conflict):
            await act(store, first.id, command, first.requester)


async def test_the_owner_comes_and_the_requester_says_so(store: Store, clock: FakeClock) -> None:
    asked = await ask(store)
    owner = await owner_of(store, asked.id)
    clock.advance(30)
    await act(store, asked.id, Answer(reply="coming", minutes=3), owner)
    clock.advance(100)
    view = await act(store, asked.id, Settle(), asked.requester)
    assert view["moved_at"] == "2026-11-02T08:02:10.000Z"
    assert [row.status for row in await rows(store, select(deadlines.c.status))] == ["cancelled"] * 5
    await act(store, asked.id, Rate(stars=5), asked.requester)
    seen = await incident_for(store, asked.id, asked.requester)
    assert [one["event"] for one in seen["timeline"]] == ["requested", "answered", "settled", "rated"]
    assert [one["by"] for one in seen["timeline"]] == ["requester", "owner", "requester", "requester"]
    assert seen["you"]["stars"] == 5


async def test_two_hubs_firing_at_once_breach_once(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    await ask(store)
    respond = await due(store, "respond")
    clock.advance(300)
    results = await asyncio.gather(*(time_up(store, respond) for _ in range(4)))
    assert sorted(results) == ["fired", "settled", "settled", "settled"]
    assert names(bell).count("breached") == 1


async def test_the_first_officer_to_come_on_duty_is_asked_about_what_waits(
    store: Store, clock: FakeClock
) -> None:
    asked = await ask(store)
    respond = await due(store, "respond")
    clock.advance(300)
    await time_up(store, respond)
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    found = await rows(store, select(offers.c.officer_id))
    assert [one.officer_id for one in found] == [ZHANG.id]
    view = await incident_for(store, asked.id, asked.requester)
    assert not view["nobody_on_duty"]


async def test_nobody_commands_what_is_not_his(store: Store) -> None:
    first, other = await ask(store), await ask(store, "two")
    with pytest.raises(Forbidden):
        await act(store, first.id, Settle(), other.requester)
    with pytest.raises(Forbidden):
        await act(store, first.id, Answer(reply="moved"), first.requester)
    with pytest.raises(NotOnDuty):
        await act(store, first.id, Accept(), ZHANG)
    await duty.set_duty(store, WANG, True, MINGSHAN)
    with pytest.raises(Forbidden):
        await act(store, first.id, Accept(), WANG)
    with pytest.raises(Forbidden):
        await duty.set_duty(store, WANG, True, YUCHENG)


async def test_a_version_that_was_seen_long_ago_is_refused(store: Store) -> None:
    asked = await ask(store)
    await ask(store)
    with pytest.raises(VersionConflict) as refused:
        await act(store, asked.id, Settle(), asked.requester, version=1)
    assert refused.value.params == {"version": 2}


async def test_the_board_holds_what_is_open_and_where_the_feed_stands(store: Store) -> None:
    one, two = await ask(store), await ask(store, "two")
    await act(store, one.id, Settle(), one.requester)
    shown = await board(store, YUCHENG)
    assert [incident["id"] for incident in shown["incidents"]] == [two.id]
    assert shown["offset"] == 3
    counted = (await figures(store, YUCHENG, VehicleShares(store)))["day"]
    assert (counted["requests"], counted["kept"], counted["moved"], counted["closed"]) == (2, 1, 1, 1)
