"""The automatic way back: what crosses a guard, who looks, and what counts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from models.actions.guarding import APART, look_at_guards
from models.flags.content import Stage
from models.queries.rollouts import compared
from models.store import Store
from models.tables import incidents
from tests.support.city import MINGSHAN, YUCHENG
from tests.support.clock import FakeClock
from tests.support.pilots import (
    GUARD,
    PHOTOS,
    made,
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
