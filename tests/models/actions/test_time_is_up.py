"""Deadlines that are due together: fired in one transaction, each once, and each for itself."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from models.actions import duty
from models.actions.commands import act
from models.actions.deadlines import BETWEEN_PAUSES, fire
from models.actions.requests import request_move
from models.ids import RandomIds
from models.incident.commands import Cancel
from models.store import Store
from models.tables import deadlines, events, incidents, notices, offers
from tests.models.actions.looking import due, names, rows
from tests.support.city import CHEN, LI, YUCHENG, ZHANG, ask, on_duty
from tests.support.clock import FakeClock
from tests.support.parked import park
from tests.support.recording import RecordingBell


async def ask_many(store: Store, count: int) -> list[str]:
    """The ids of so many new incidents."""
    asked = [await request_move(store, request) for request in await park(store, count)]
    return [one.view["id"] for one in asked]


async def responds(store: Store) -> dict[str, str]:
    """The open deadlines of the response time, by incident."""
    query = select(deadlines).where(deadlines.c.kind == "respond", deadlines.c.status == "open")
    return {row.incident_id: row.id for row in await rows(store, query)}


async def happened(store: Store, incident_id: str) -> list[str]:
    query = (
        select(events.c.name).where(events.c.incident_id == incident_id).order_by(events.c.incident_offset)
    )
    return [row.name for row in await rows(store, query)]


async def statuses(store: Store) -> Counter[str]:
    query = select(deadlines.c.status).where(deadlines.c.kind == "respond")
    return Counter(row.status for row in await rows(store, query))


async def test_all_that_are_due_are_handed_over_in_one_transaction(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask_many(store, 5)
    ids = await responds(store)
    bell.entries.clear()
    clock.advance(300)
    assert await fire(store, list(ids.values())) == dict.fromkeys(ids.values(), "fired")
    for incident_id in asked:
        assert await happened(store, incident_id) == ["requested", "breached", "handed_over", "offered"]
    offsets = [entry.offset for entry in bell.entries]
    assert offsets == list(range(offsets[0], offsets[0] + 15))
    assert [entry.officer_offset for entry in bell.entries if entry.officer] == [1, 2, 3, 4, 5]
    # Every hub is told that they are no longer open.
    closed = {name for entry in bell.entries for name, due_at in entry.deadlines if due_at is None}
    assert closed == set(ids.values())


async def test_one_that_the_rules_cannot_judge_fails_alone(store: Store, clock: FakeClock) -> None:
    await ask_many(store, 3)
    ids = list((await responds(store)).values())
    async with store.database.write() as connection:
        await connection.execute(update(deadlines).where(deadlines.c.id == ids[1]).values(kind="step:none"))
    clock.advance(300)
    assert await fire(store, ids) == {ids[0]: "fired", ids[1]: "failed", ids[2]: "fired"}
    (row,) = await rows(store, select(deadlines.c.status).where(deadlines.c.id == ids[1]))
    assert row.status == "open"


async def test_one_that_the_database_refuses_fails_alone(store: Store, clock: FakeClock) -> None:
    """A notice of the very key that its hand-over would write is there already."""
    asked = await ask_many(store, 5)
    ids = await responds(store)
    spoilt = asked[3]
    async with store.database.write() as connection:
        for version in range(1, 9):
            key = f"{spoilt}:{version}:nobody_on_duty:officer:{CHEN.id}:wecom"
            await connection.execute(insert(notices).values(**_notice(store, key)))
    clock.advance(300)
    outcomes = await fire(store, list(ids.values()))
    assert {name for name, outcome in outcomes.items() if outcome == "failed"} == {ids[spoilt]}
    assert await happened(store, spoilt) == ["requested"]
    for incident_id in set(asked) - {spoilt}:
        assert (await happened(store, incident_id))[:3] == ["requested", "breached", "handed_over"]
    async with store.database.write() as connection:
        await connection.execute(delete(notices).where(notices.c.key.startswith(spoilt)))
    assert await fire(store, [ids[spoilt]]) == {ids[spoilt]: "fired"}


def _notice(store: Store, key: str) -> dict[str, Any]:
    at = store.clock.now()
    return {
        "id": store.ids.new(),
        "key": key,
        "template": "nobody_on_duty",
        "params": "{}",
        "channel": "simulator",
        "status": "sent",
        "created_at": at,
        "due_at": at,
    }


async def test_several_of_one_incident_follow_each_other_and_each_sees_what_came_before(
    store: Store, clock: FakeClock
) -> None:
    await on_duty(store, ZHANG, LI)
    asked = await ask(store)
    all_of_it = [await due(store, kind) for kind in ("respond", "step:4", "step:3", "step:2", "step:1")]
    clock.advance(3_600)
    assert set((await fire(store, all_of_it)).values()) == {"fired"}
    said = await happened(store, asked.id)
    assert [name for name in said if name != "offered"] == [
        "requested",
        *["escalated"] * 4,
        "breached",
        "handed_over",
    ]
    # Nobody is asked twice: the second step asked one, the third the other, the end of the time nobody.
    found = await rows(store, select(offers.c.officer_id))
    assert sorted(row.officer_id for row in found) == [ZHANG.id, LI.id]


async def test_what_is_closed_or_fired_already_is_settled(store: Store, clock: FakeClock) -> None:
    asked = await ask(store)
    other = await ask(store, "two")
    ids = await responds(store)
    await act(store, asked.id, Cancel(), asked.requester)
    clock.advance(300)
    assert await fire(store, [ids[asked.id], ids[other.id], "unknown"]) == {
        ids[asked.id]: "settled",
        ids[other.id]: "fired",
        "unknown": "settled",
    }
    assert await fire(store, [ids[other.id]]) == {ids[other.id]: "settled"}


class HastyClock(FakeClock):
    """An hour ahead of the database, and does not know it."""

    async def asked(self, connection: object) -> datetime:
        return self.now() - timedelta(hours=1)


async def test_a_process_that_is_ahead_of_the_database_fires_nothing_early(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    asked = await ask(store)
    respond = await due(store, "respond")
    hasty = HastyClock(clock.now())
    ahead = replace(store, clock=hasty)
    hasty.advance(300 + 3_599)
    assert await fire(ahead, [respond]) == {respond: "early"}
    assert await happened(store, asked.id) == ["requested"]
    hasty.advance(1)
    assert await fire(ahead, [respond]) == {respond: "fired"}
    # And the record has the database's time, not the process's.
    (row,) = await rows(store, select(incidents.c.breached_at, incidents.c.respond_by))
    assert row.breached_at == row.respond_by


async def test_two_hubs_that_fire_the_same_group_at_once_fire_each_once(
    store: Store, clock: FakeClock
) -> None:
    asked = await ask_many(store, 12)
    ids = list((await responds(store)).values())
    clock.advance(300)
    other = Store.open(store.settings, bell=RecordingBell(), clock=clock)
    outcomes = await asyncio.gather(fire(store, ids), fire(other, ids[::-1]), fire(other, ids[3:9]))
    await other.close()
    fired = Counter(name for each in outcomes for name, outcome in each.items() if outcome == "fired")
    assert fired == dict.fromkeys(ids, 1)
    assert {outcome for each in outcomes for outcome in each.values()} <= {"fired", "settled", "busy"}
    assert await statuses(store) == {"fired": 12}
    for incident_id in asked:
        assert (await happened(store, incident_id)).count("breached") == 1


@asynccontextmanager
async def locked(store: Store, incident_id: str) -> AsyncIterator[None]:
    """Somebody is at it, and takes his time."""
    async with store.database.write() as connection:
        await connection.execute(
            select(incidents.c.id).where(incidents.c.id == incident_id).with_for_update()
        )
        yield


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_one_that_somebody_has_locked_holds_up_nobody_and_waits_when_it_is_alone(
    store: Store, clock: FakeClock
) -> None:
    asked = await ask_many(store, 3)
    ids = await responds(store)
    clock.advance(300)
    async with locked(store, asked[0]):
        outcomes = await fire(store, list(ids.values()))
        assert outcomes.pop(ids[asked[0]]) == "busy"
        assert set(outcomes.values()) == {"fired"}
        alone = asyncio.ensure_future(fire(store, [ids[asked[0]]]))
        done, _ = await asyncio.wait([alone], timeout=0.1)
        assert not done
    assert await alone == {ids[asked[0]]: "fired"}


async def test_what_is_fired_in_a_group_is_what_is_fired_alone(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    """The same incidents, told of by the same publications but for their ids."""
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    first, second, third = await ask_many(store, 3)
    ids = await responds(store)
    clock.advance(300)
    bell.entries.clear()
    await fire(store, [ids[first], ids[second]])
    await fire(store, [ids[third]])
    told: dict[str, list[Any]] = {}
    for entry in bell.entries:
        data = json.loads(entry.data)
        data["incident"] |= {"id": "", "plate": ""}
        told.setdefault(str(entry.incident), []).append(data)
    assert told[first] == told[second] == told[third]
    assert names(bell).count("handed_over") == 3


class NotingIds(RandomIds):
    """Notes in which turn of the loop an id was made that people see (an offer's, say)."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = 0
        self.turns: set[int] = set()
        self._go_on()

    def _go_on(self) -> None:
        self.turn += 1
        asyncio.get_running_loop().call_soon(self._go_on)

    def new(self) -> str:
        self.turns.add(self.turn)
        return super().new()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_between_the_members_of_a_large_group_the_loop_goes_on(store: Store, clock: FakeClock) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    await ask_many(store, 3 * BETWEEN_PAUSES)
    ids = await responds(store)
    clock.advance(301)
    noting = NotingIds()
    said = await fire(replace(store, ids=noting), sorted(ids.values()))
    assert set(said.values()) == {"fired"}
    assert len(noting.turns) == 3
