"""A merge is taken back within its time: both incidents go on as they stood, whatever happened meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.actions import duty
from models.actions.commands import act
from models.caller import Participant
from models.clock import parse_iso
from models.errors import Conflict, Forbidden, InvalidField
from models.incident.commands import (
    Accept,
    Arrive,
    Cancel,
    HandOver,
    Merge,
    Settle,
    Unmerge,
)
from models.queries.incident import incident_for
from models.store import Store
from models.tables import audit, deadlines, notices, offers, participants, shifts
from tests.models.actions.looking import due, names, rows, time_up
from tests.support.city import CHEN, LI, YUCHENG, ZHANG, Asked, ask, on_duty
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell

BACK = Unmerge(reason="another_car")


async def merged(store: Store) -> tuple[Asked, Asked]:
    """Two requests, of which the second was merged into the first."""
    first, second = await ask(store, "one"), await ask(store, "two")
    await act(store, second.id, Merge(into=first.id, reason="same_place"), CHEN)
    return first, second


async def open_deadlines(store: Store, incident: str) -> list[tuple[str, Any]]:
    query = select(deadlines.c.kind, deadlines.c.due_at).where(
        deadlines.c.incident_id == incident, deadlines.c.status == "open"
    )
    return sorted((row.kind, row.due_at) for row in await rows(store, query))


async def incident_of(store: Store, asked: Asked) -> str:
    """Where the requester's own row stands."""
    (row,) = await rows(store, select(participants).where(participants.c.id == asked.requester.id))
    assert row.expires_at is None
    return str(row.incident_id)


async def status_of(store: Store, officer: str) -> str:
    (row,) = await rows(store, select(shifts.c.status).where(shifts.c.officer_id == officer))
    return str(row.status)


async def test_both_go_on_as_they_stood_with_their_requesters_and_deadlines(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    first, second = await ask(store, "one"), await ask(store, "two")
    before = await incident_for(store, second.id, CHEN)
    due_before = await open_deadlines(store, second.id)
    await act(store, second.id, Merge(into=first.id, reason="same_place"), CHEN)
    clock.advance(30)
    view = await act(store, second.id, BACK, CHEN)
    changing = {"version", "offset", "now", "timeline", "notices", "epoch"}
    after = await incident_for(store, second.id, CHEN)
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    assert (view["status"], view["respond_by"]) == ("waiting", before["respond_by"])
    assert await open_deadlines(store, second.id) == due_before
    assert await incident_of(store, second) == second.id
    assert await incident_of(store, first) == first.id
    assert (await incident_for(store, first.id, CHEN))["requesters"] == 1
    assert names(bell) == ["requested", "requested", "merged", "absorbed", "unmerged", "detached"]
    assert (await act(store, second.id, Settle(), second.requester))["status"] == "closed"
    assert (await incident_for(store, first.id, CHEN))["status"] == "waiting"


async def test_the_log_and_the_audit_say_who_took_it_back_and_why(store: Store) -> None:
    first, second = await merged(store)
    await act(store, second.id, BACK, CHEN)
    entry = (await incident_for(store, second.id, CHEN))["timeline"][-1]
    assert (entry["event"], entry["by"]) == ("unmerged", "commander")
    assert entry["detail"] == {"reason": "another_car", "into": first.id}
    # What is kept to take it back by names people, and is nobody's to read.
    assert all(
        "before" not in one["detail"] for one in (await incident_for(store, second.id, CHEN))["timeline"]
    )
    found = await rows(store, select(audit.c.reason).where(audit.c.action == "unmerge"))
    assert [one.reason for one in found] == ["another_car"]


async def test_who_joined_the_other_meanwhile_stays_there_and_who_withdrew_has_withdrawn(
    store: Store,
) -> None:
    first, second = await merged(store)
    third = await ask(store, "one")
    await act(store, first.id, Cancel(), Participant(second.requester.id, first.id, "requester"))
    await act(store, second.id, BACK, CHEN)
    assert (await incident_for(store, first.id, CHEN))["requesters"] == 2
    assert (await incident_for(store, second.id, CHEN))["requesters"] == 0
    (gone,) = await rows(store, select(participants).where(participants.c.id == second.requester.id))
    assert (gone.incident_id, gone.withdrawn_at is None) == (second.id, False)
    assert third.id == first.id


async def test_what_only_stood_for_those_who_go_is_over(store: Store) -> None:
    first, second = await merged(store)
    await act(store, first.id, Cancel(), first.requester)
    assert (await incident_for(store, first.id, CHEN))["status"] == "waiting"
    await act(store, second.id, BACK, CHEN)
    view = await incident_for(store, first.id, CHEN)
    assert (view["status"], view["outcome"]) == ("closed", "cancelled")
    assert await open_deadlines(store, first.id) == []
    assert (await incident_for(store, second.id, CHEN))["status"] == "waiting"


async def test_the_other_may_be_over_by_then(store: Store) -> None:
    first, second = await merged(store)
    await act(store, first.id, Settle(), first.requester)
    await act(store, second.id, BACK, CHEN)
    assert (await incident_for(store, first.id, CHEN))["outcome"] == "settled"
    assert await incident_of(store, second) == second.id
    assert (await act(store, second.id, HandOver(), CHEN))["status"] == "offered"


async def test_what_came_due_meanwhile_comes_due_now_and_is_recorded_as_late_as_it_is(
    store: Store, clock: FakeClock
) -> None:
    _, second = await merged(store)
    clock.advance(400)
    await act(store, second.id, BACK, CHEN)
    query = select(deadlines.c.id).where(
        deadlines.c.incident_id == second.id, deadlines.c.kind == "respond", deadlines.c.status == "open"
    )
    (respond,) = await rows(store, query)
    assert await time_up(store, respond.id) == "fired"
    view = await incident_for(store, second.id, CHEN)
    assert (view["status"], view["breached_at"]) == ("offered", "2026-11-02T08:06:40.000Z")
    assert view["respond_by"] == "2026-11-02T08:05:00.000Z"


async def test_the_officer_who_had_it_has_it_again_where_he_was(store: Store, clock: FakeClock) -> None:
    await on_duty(store, ZHANG)
    first, second = await ask(store, "one"), await ask(store, "two")
    await act(store, second.id, Accept(), ZHANG)
    clock.advance(60)
    await act(store, second.id, Arrive(), ZHANG)
    await act(store, second.id, Merge(into=first.id, reason="same_place"), CHEN)
    assert await status_of(store, ZHANG.id) == "available"
    clock.advance(60)
    view = await act(store, second.id, BACK, CHEN)
    assert (view["status"], view["officer"]) == ("on_scene", ZHANG.id)
    assert view["arrived_at"] == "2026-11-02T08:01:00.000Z"
    assert await status_of(store, ZHANG.id) == "on_scene"
    response = (await incident_for(store, second.id, CHEN))["response"]
    assert (response["response"], response["total"]) == (60, None)


async def test_when_he_has_gone_on_to_something_else_the_others_are_asked(
    store: Store, bell: RecordingBell
) -> None:
    await on_duty(store, ZHANG)
    first, second = await ask(store, "one"), await ask(store, "two")
    await act(store, second.id, Accept(), ZHANG)
    await act(store, second.id, Merge(into=first.id, reason="same_place"), CHEN)
    await act(store, first.id, Accept(), ZHANG)
    await on_duty(store, LI)
    view = await act(store, second.id, BACK, CHEN)
    assert (view["status"], view["officer"]) == ("offered", None)
    asked = await rows(
        store,
        select(offers.c.officer_id).where(offers.c.incident_id == second.id, offers.c.status == "pending"),
    )
    assert [one.officer_id for one in asked] == [LI.id]
    assert names(bell)[-4:] == ["unmerged", "released", "offered", "detached"]


async def test_who_was_being_asked_is_asked_again(store: Store, clock: FakeClock) -> None:
    await on_duty(store, ZHANG)
    first, second = await ask(store, "one"), await ask(store, "two")
    await act(store, second.id, HandOver(), CHEN)
    await act(store, second.id, Merge(into=first.id, reason="same_place"), CHEN)
    clock.advance(5)
    await act(store, second.id, BACK, CHEN)
    found = await rows(
        store,
        select(offers.c.status).where(offers.c.incident_id == second.id).order_by(offers.c.offered_at),
    )
    assert [one.status for one in found] == ["withdrawn", "pending"]
    assert await due(store, "offer")


async def test_a_notice_that_was_not_sent_yet_is_sent_after_all(store: Store) -> None:
    first = await ask(store, "one")
    second = await ask(store, "two", place=None)  # told later, because the place is hidden
    await act(store, second.id, Merge(into=first.id, reason="same_place"), CHEN)
    states = select(notices.c.status).where(notices.c.incident_id == second.id)
    assert [one.status for one in await rows(store, states)] == ["cancelled"]
    await act(store, second.id, BACK, CHEN)
    assert [one.status for one in await rows(store, states)] == ["queued"]


async def test_after_ten_minutes_it_stays_merged(store: Store, clock: FakeClock) -> None:
    _, second = await merged(store)
    closed_at = (await incident_for(store, second.id, CHEN))["closed_at"]
    clock.advance(600)
    assert parse_iso(closed_at) + timedelta(minutes=10) == clock.now()
    clock.advance(1)
    with pytest.raises(Conflict) as late:
        await act(store, second.id, BACK, CHEN)
    assert late.value.params == {"why": "unmerge_late", "minutes": 10}


async def test_a_car_that_was_asked_for_anew_has_an_incident_of_its_own(store: Store) -> None:
    _, second = await merged(store)
    await ask(store, "two")
    with pytest.raises(Conflict) as refused:
        await act(store, second.id, BACK, CHEN)
    assert refused.value.params["why"] == "asked_again"
    assert (await incident_for(store, second.id, CHEN))["status"] == "closed"


async def test_merges_are_taken_back_the_last_one_first(store: Store) -> None:
    first, second = await merged(store)
    third = await ask(store, "three")
    await act(store, first.id, Merge(into=third.id, reason="same_place"), CHEN)
    with pytest.raises(Conflict) as refused:
        await act(store, second.id, BACK, CHEN)
    assert refused.value.params["why"] == "merged_on"
    await act(store, first.id, BACK, CHEN)
    await act(store, second.id, BACK, CHEN)
    counts = [(await incident_for(store, one.id, CHEN))["requesters"] for one in (first, second, third)]
    assert counts == [1, 1, 1]


async def test_only_a_commander_takes_it_back_with_a_reason_and_only_a_merge(store: Store) -> None:
    first, second = await merged(store)
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    with pytest.raises(Forbidden):
        await act(store, second.id, BACK, ZHANG)
    with pytest.raises(InvalidField):
        await act(store, second.id, Unmerge(reason=" "), CHEN)
    await act(store, first.id, Settle(), first.requester)
    with pytest.raises(Conflict) as refused:
        await act(store, first.id, BACK, CHEN)
    assert refused.value.params["why"] == "not_merged"
