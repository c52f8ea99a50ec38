"""The automatic way back: what crosses a guard, who looks, and what counts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError

from models.actions import rollouts
from models.actions.guarding import APART, look_at_guards
from models.actions.requests import MoveRequest, request_move
from models.errors import Conflict, Forbidden, InvalidField, PlateTailWrong
from models.flags.content import Stage
from models.flags.guards import Guard
from models.queries.rollouts import compared
from models.store import Store
from models.tables import incidents, notices, participants
from tests.support.city import MINGSHAN, YUCHENG, ask, officer
from tests.support.clock import FakeClock
from tests.support.pilots import (
    ADMIN,
    GUARD,
    PHOTOS,
    made,
    off,
    records,
    stage,
    started,
    status_of,
)


async def test_a_pilot_that_crosses_a_guard_is_rolled_back_by_the_service(
    store: Store, clock: FakeClock
) -> None:
    rollout = await started(store, guards=(GUARD,))
    await made(store, "on", 40, breached=20, at=clock.now())
    await made(store, "off", 100, breached=5, at=clock.now())
    clock.advance(APART.total_seconds())
    assert await look_at_guards(store) == [rollout.id]
    row = await status_of(store, rollout)
    assert (row.status, row.ended_by, row.reason) == ("rolled_back", "system", "guard:breached")
    assert await stage(store, PHOTOS, YUCHENG) == Stage("off")
    assert ("system", "roll_back_rollout", f"rollout:{rollout.id}") in await records(store)
    clock.advance(APART.total_seconds())
    assert await look_at_guards(store) == []


async def test_a_pilot_that_does_no_worse_goes_on(store: Store, clock: FakeClock) -> None:
    rollout = await started(store, guards=(GUARD,))
    await made(store, "on", 40, breached=3, at=clock.now())
    await made(store, "off", 100, breached=5, at=clock.now())
    clock.advance(APART.total_seconds())
    assert await look_at_guards(store) == []
    seen = await compared(store, rollout)
    assert (seen.pilot["breached"].n, seen.pilot["breached"].value) == (40, 3 / 40)
    assert (seen.control["breached"].n, seen.control["breached"].value) == (100, 5 / 100)
    assert seen.pilot["kept"].value == 37 / 40
    assert (await status_of(store, rollout)).status == "running"


async def test_what_was_before_the_rollout_or_in_another_district_is_nobody_s_case(
    store: Store, clock: FakeClock
) -> None:
    rollout = await started(store, guards=(GUARD,))
    await made(store, "on", 40, breached=40, at=clock.now() - timedelta(seconds=1))
    await made(store, "off", 40, breached=0, at=clock.now())
    async with store.database.write() as connection:
        await connection.execute(
            update(incidents).where(incidents.c.id.like("off-%")).values(district=MINGSHAN)
        )
    seen = await compared(store, rollout)
    assert (seen.pilot["breached"].n, seen.control["breached"].n) == (0, 0)


async def test_one_worker_looks_at_a_time_and_any_of_them_will_do(store: Store, clock: FakeClock) -> None:
    rollout = await started(store, guards=(GUARD,))
    await made(store, "on", 40, breached=20, at=clock.now())
    await made(store, "off", 100, breached=5, at=clock.now())
    others = [replace(store) for _ in range(4)]
    clock.advance(APART.total_seconds())
    found = await asyncio.gather(*(look_at_guards(one) for one in others))
    assert sorted(found) == [[], [], [], [rollout.id]]
    assert [action for _, action, _ in await records(store)].count("roll_back_rollout") == 1


async def test_guards_are_changed_while_a_pilot_runs_and_from_then_on_they_count(
    store: Store, clock: FakeClock
) -> None:
    rollout = await started(store, guards=(Guard("breached", worse_by=0.60, least_n=20),))
    await made(store, "on", 40, breached=20, at=clock.now())
    await made(store, "off", 100, breached=5, at=clock.now())
    clock.advance(APART.total_seconds())
    assert await look_at_guards(store) == []
    changed = await rollouts.set_guards(store, rollout.id, (GUARD,), ADMIN, "更谨慎")
    assert changed.guards == (GUARD,)
    assert ("officer:051900", "set_guards", f"rollout:{rollout.id}") in await records(store)
    clock.advance(APART.total_seconds())
    assert await look_at_guards(store) == [rollout.id]
    with pytest.raises(Conflict) as ended:
        await rollouts.set_guards(store, rollout.id, (GUARD,), ADMIN, "太晚")
    assert ended.value.params["why"] == "rollout_rolled_back"


async def test_guards_that_could_never_be_crossed_are_refused(store: Store) -> None:
    wrong = (Guard("breached", worse_by=5.0),)
    rollout = await started(store)
    for attempt in (
        rollouts.set_guards(store, rollout.id, wrong, ADMIN, "-"),
        rollouts.start(store, PHOTOS, [MINGSHAN], 10, ADMIN, guards=wrong),
    ):
        with pytest.raises(InvalidField) as refused:
            await attempt
        assert (refused.value.field, refused.value.params["why"]) == (
            "guards.breached.worse_by",
            "out_of_range",
        )
    with pytest.raises(Forbidden):
        await rollouts.set_guards(store, rollout.id, (GUARD,), officer("1", "commander", YUCHENG), "-")


async def test_the_figures_are_those_of_the_rows_worked_out_by_hand(store: Store, clock: FakeClock) -> None:
    """Twenty of the pilot: two breached; two whose notice failed, one of them twice; answers after 1 to 20 s."""
    rollout = await started(store, guards=())
    await made(store, "on", 20, breached=2, at=clock.now())
    await made(store, "off", 10, breached=0, at=clock.now())
    async with store.database.write() as connection:
        for number in range(20):
            at = clock.now() + timedelta(seconds=number + 1)
            one = incidents.c.id == f"on-{number}"
            await connection.execute(update(incidents).where(one).values(answered_at=at))
        await connection.execute(insert(notices), [notice(clock, *each) for each in FAILED])
        stars = zip(range(10), (1, 2, 3, 5, 5, 5, 4, 5, 3, 5), strict=True)
        await connection.execute(insert(participants), [requester(clock, f"on-{n}", s) for n, s in stars])
    seen = await compared(store, rollout)
    found = {name: (one.n, one.value) for name, one in seen.pilot.items()}
    assert found == {
        "kept": (20, 18 / 20),
        "breached": (20, 2 / 20),
        "errors": (20, 2 / 20),
        "complaints": (10, 2 / 10),
        "answer_p90": (20, 18.0),
        "accept_p90": (0, None),
    }
    # Wilson's of 2 of 20, and of 2 of 10; of the p90 the 15th of 20: P(X <= 14) = 0.0113, P(X <= 15) = 0.0432.
    assert [seen.pilot["errors"].low, seen.pilot["errors"].high] == pytest.approx([0.0279, 0.3010], abs=5e-5)
    assert [seen.pilot["complaints"].low, seen.pilot["complaints"].high] == pytest.approx(
        [0.0567, 0.5098], abs=5e-5
    )
    assert (seen.pilot["answer_p90"].low, seen.pilot["answer_p90"].high) == (15.0, None)
    assert (seen.control["errors"].n, seen.control["errors"].value) == (10, 0.0)


FAILED = (("a", "on-0", "failed"), ("b", "on-0", "failed"), ("c", "on-1", "failed"), ("d", "on-2", "sent"))


def notice(clock: FakeClock, name: str, incident: str, status: str) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": name, "key": name, "incident_id": incident, "template": "reminder", "params": "{}",
        "channel": "sms", "status": status, "created_at": now, "due_at": now,
    }  # fmt: skip


def requester(clock: FakeClock, incident: str, stars: int) -> dict[str, Any]:
    return {
        "id": f"of-{incident}", "incident_id": incident, "role": "requester", "joined_at": clock.now(),
        "token_hash": incident.encode(), "stars": stars,
    }  # fmt: skip


async def test_requests_that_fail_by_our_own_fault_are_errors_of_their_variant(
    store: Store, clock: FakeClock
) -> None:
    """A table is gone, as after half an upgrade; and what is refused rightly is no fault."""
    await off(store, PHOTOS, YUCHENG)
    clock.advance(30)
    rollout = await rollouts.start(store, PHOTOS, [YUCHENG], 100, ADMIN)
    await store.configuration.refresh()
    with pytest.raises(PlateTailWrong):
        await request_move(store, MoveRequest("sticker-one", "000", "blocking"))
    async with store.database.write() as connection:
        await connection.execute(text("ALTER TABLE deadlines RENAME TO elsewhere"))
    for seconds in (10, 30, 0, 60):  # the first within the minute in which it began
        clock.advance(seconds)
        with pytest.raises(DBAPIError):
            await ask(store, "one")
    errors = (await compared(store, rollout)).pilot["errors"]
    assert (errors.n, errors.value) == (3, 1.0)
    assert (await compared(store, rollout)).control["errors"].n == 0
