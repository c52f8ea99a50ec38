"""An old snapshot and the events since are the new snapshot: for any run of commands, on both databases."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import duty
from models.actions.commands import act
from models.actions.deadlines import fire
from models.caller import Caller, Participant
from models.errors import WufenError
from models.incident.commands import (
    Accept,
    Answer,
    Arrive,
    Assign,
    AssignSupport,
    Backup,
    Cancel,
    Command,
    Decline,
    HandOver,
    Merge,
    Reassign,
    Release,
    Reopen,
    Resolve,
    Settle,
    Support,
    Transfer,
)
from models.queries.board import board
from models.queries.log import entries_after, open_deadlines, read_heads
from models.store import Store
from models.tables import events
from tests.support.city import CHEN, LI, MINGSHAN, PLATES, WANG, YUCHENG, ZHANG, Asked, ask
from tests.support.clock import FakeClock

Board = dict[str, dict[str, Any]]
MERGE = Merge(into="", reason="same_car")  # into the one that was asked for before

COMMANDS: list[Command] = [
    Answer(reply="coming", minutes=10),
    Answer(reply="cannot"),
    Settle(),
    Cancel(),
    HandOver(),
    Accept(),
    Decline(reason="other_call"),
    Arrive(),
    Release(),
    Resolve(),
    Reopen(reason="again"),
    Assign(officer=LI.id, reason="nearest"),
    Reassign(officer=ZHANG.id, reason="closer"),
    AssignSupport(officer=LI.id, reason="danger"),
    Transfer(district=MINGSHAN, reason="agreed"),
    Transfer(district=YUCHENG, reason="agreed"),
    Backup(units=2),
    Support(),
    MERGE,
]


def fold(snapshot: dict[str, Any], publications: list[dict[str, Any]], district: str = YUCHENG) -> Board:
    """What a page does: replace by version, forget what is closed, let go what another district has."""
    shown: Board = {one["id"]: one for one in snapshot["incidents"]}
    for publication in publications:
        incident = publication["incident"]
        known = shown.get(incident["id"])
        if known is not None and known["version"] >= incident["version"]:
            continue
        if incident["status"] == "closed" or incident["district"] != district:
            shown.pop(incident["id"], None)
        else:
            shown[incident["id"]] = incident
    return shown


async def publications_after(store: Store, offset: int, district: str = YUCHENG) -> list[dict[str, Any]]:
    async with store.database.read() as connection:
        entries = await entries_after(connection, district, offset, 10_000)
    assert [entry.offset for entry in entries] == list(range(offset + 1, offset + 1 + len(entries)))
    return [json.loads(entry.data) for entry in entries]


async def known_deadlines(connection: AsyncConnection) -> dict[str, datetime]:
    """The open deadlines, as a hub that starts now would read them."""
    return {name: due_at async for page in open_deadlines(connection) for name, due_at in page}


class Town:
    """Commands chosen at random, most of them refused; whatever happens, it happens through the actions."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store = store
        self.clock = clock
        self.asked: list[Asked] = []

    async def scan(self, choice: int) -> None:
        self.asked.append(await ask(self.store, list(PLATES)[choice % len(PLATES)]))

    async def shift(self, choice: int) -> None:
        who = (ZHANG, LI, WANG)[choice % 3]
        district = MINGSHAN if who is WANG else YUCHENG
        await duty.set_duty(self.store, who, choice % 4 != 0, district)

    async def command(self, choice: int) -> None:
        if not self.asked:
            return
        one = self.asked[choice % len(self.asked)]
        owner = Participant("nobody", one.id, "owner")
        callers: list[Caller] = [one.requester, owner, ZHANG, LI, CHEN, WANG]
        command = COMMANDS[choice % len(COMMANDS)]
        if command is MERGE:
            command = Merge(into=self.asked[choice % len(self.asked) - 1].id, reason="same_car")
        await act(self.store, one.id, command, callers[(choice // len(COMMANDS)) % len(callers)])

    async def time(self, choice: int) -> None:
        self.clock.advance(choice % 97)
        async with self.store.database.read() as connection:
            due = [name for name, at in (await known_deadlines(connection)).items() if at <= self.clock.now()]
        outcomes = await fire(self.store, due)
        assert set(outcomes) == set(due)
        assert set(outcomes.values()) <= {"fired", "settled"}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["scan", "shift", "command", "command", "command", "time"]), st.integers(0, 10_000)
    ),
    min_size=5,
    max_size=40,
)


async def play(town: Town, steps: list[tuple[str, int]]) -> None:
    for name, choice in steps:
        step: Callable[[int], Awaitable[None]] = getattr(town, name)
        try:
            await step(choice)
        except WufenError:
            continue


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(before=STEPS, since=STEPS)
async def test_an_old_snapshot_and_the_events_since_are_the_new_snapshot(
    store: Store, clock: FakeClock, before: list[tuple[str, int]], since: list[tuple[str, int]]
) -> None:
    town = Town(store, clock)
    await play(town, before)
    old = await board(store, YUCHENG)
    await play(town, since)
    new = await board(store, YUCHENG)
    folded = fold(old, await publications_after(store, old["offset"]))
    assert folded == {one["id"]: one for one in new["incidents"]}


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(before=STEPS, since=STEPS, first=st.booleans())
async def test_who_follows_two_districts_has_each_incident_once_whichever_feed_is_ahead(
    store: Store, clock: FakeClock, before: list[tuple[str, int]], since: list[tuple[str, int]], first: bool
) -> None:
    town = Town(store, clock)
    await play(town, before)
    old = {code: await board(store, code) for code in (YUCHENG, MINGSHAN)}
    await play(town, since)
    order = (YUCHENG, MINGSHAN) if first else (MINGSHAN, YUCHENG)
    told = [one for code in order for one in await publications_after(store, old[code]["offset"], code)]
    # One map for both, as a city's wall or its commander has it: each version counts once, the newest stands.
    shown: Board = {one["id"]: one for snapshot in old.values() for one in snapshot["incidents"]}
    for publication in told:
        incident = publication["incident"]
        known = shown.get(incident["id"])
        if known is None or known["version"] < incident["version"]:
            shown[incident["id"]] = incident
    there = [one for one in shown.values() if one["status"] != "closed"]
    new = {one["id"]: one for code in order for one in (await board(store, code))["incidents"]}
    assert {one["id"]: one for one in there} == new
    # And each channel of an incident is whole: 1, 2, 3 …, whichever sequences its events are in.
    async with store.database.read() as connection:
        rows = await connection.execute(
            select(events.c.incident_id, events.c.incident_offset).where(events.c.incident_id.is_not(None))
        )
        places: dict[str, list[int]] = {}
        for row in rows:
            places.setdefault(row.incident_id, []).append(row.incident_offset)
    assert all(sorted(taken) == list(range(1, len(taken) + 1)) for taken in places.values())


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(steps=STEPS)
async def test_a_hub_that_only_reads_the_log_knows_every_open_deadline(
    store: Store, clock: FakeClock, steps: list[tuple[str, int]]
) -> None:
    async with store.database.read() as connection:
        start = (await read_heads(connection)).offsets
        known = await known_deadlines(connection)
    await play(Town(store, clock), steps)
    async with store.database.read() as connection:
        entries = [
            entry
            for district in (YUCHENG, MINGSHAN)
            for entry in await entries_after(connection, district, start[district], 10_000)
        ]
        still_open = await known_deadlines(connection)
    for entry in entries:
        for name, due_at in entry.deadlines:
            if due_at is None:
                known.pop(name, None)
            else:
                known[name] = due_at
    # A deadline that fired and changed nothing has no event: a hub forgets it when it finds it settled.
    assert still_open.items() <= known.items()
