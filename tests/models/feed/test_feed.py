"""Entries: the same whether heard or read; what channels show of them; places taken without holes."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import msgspec
import pytest

from models.actions import duty
from models.actions.commands import act
from models.feed.channels import incident_data, officer_data
from models.feed.entries import Entry, from_bell, to_bell
from models.incident.commands import HandOver
from models.queries.log import entries_after, position_of, replay
from models.store import Store
from tests.support.city import MINGSHAN, YUCHENG, ZHANG, ask
from tests.support.recording import RecordingBell

ENTRY = Entry(
    district="511802",
    offset=7,
    epoch="Xy1",
    data='{"event":"offered","incident":{"id":"i","officer":"051827","unit":"一中队"},"at":"2026-11-23T10:37:12.000Z"}',
    incident="i",
    incident_offset=3,
    officer="o",
    officer_offset=1,
    offer='{"id":"f","status":"pending"}',
    deadlines=(("d1", datetime(2026, 11, 23, 10, 38, 12, 45_678, tzinfo=UTC)), ("d2", None)),
)


def test_an_entry_is_the_same_after_the_doorbell() -> None:
    assert from_bell(to_bell([ENTRY, ENTRY])) == [ENTRY, ENTRY]


def test_what_is_no_entry_is_refused_whole() -> None:
    with pytest.raises(msgspec.DecodeError):
        from_bell(b'[["511802",7]]')


def test_the_people_concerned_see_the_unit_and_not_the_officer() -> None:
    shown = json.loads(incident_data(ENTRY.data))
    assert shown["incident"] == {"id": "i", "unit": "一中队"}


def test_the_officers_channel_carries_his_offer() -> None:
    shown = json.loads(officer_data(ENTRY.data, ENTRY.offer))
    assert shown["offer"] == {"id": "f", "status": "pending"}
    assert shown["event"] == "offered"


async def test_what_was_rung_is_what_the_log_holds(store: Store, bell: RecordingBell) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    await act(store, asked.id, HandOver(), asked.requester)
    async with store.database.read() as connection:
        read = await entries_after(connection, YUCHENG, 0, 100)
    assert read == [entry for entry in bell.entries if entry.district == YUCHENG]
    assert [entry.offset for entry in read] == [1, 2, 3]


async def test_offsets_have_no_holes_however_many_write_at_once(store: Store) -> None:
    asked = await asyncio.gather(*(ask(store, car) for car in ("one", "two", "three") for _ in range(4)))
    async with store.database.read() as connection:
        entries = await entries_after(connection, YUCHENG, 0, 100)
        ends = {one.id: await position_of(connection, f"incident:{one.id}") for one in asked}
    assert [entry.offset for entry in entries] == list(range(1, 13))
    assert sorted(ends.values()) == [4, 4, 4]  # type: ignore[type-var]


async def test_a_channel_replays_exactly_what_was_missed(store: Store) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    await act(store, asked.id, HandOver(), asked.requester)
    async with store.database.read() as connection:
        incident = await replay(connection, f"incident:{asked.id}", 1, most_entries=10, most_bytes=100_000)
        officer = await replay(connection, f"officer:{ZHANG.id}", 0, most_entries=10, most_bytes=100_000)
    assert incident is not None
    assert incident.complete
    assert [offset for offset, _ in incident.publications] == [2, 3]
    assert officer is not None
    assert [json.loads(text)["event"] for _, text in officer.publications] == ["offered"]


async def test_a_replay_is_whole_or_not_at_all(store: Store) -> None:
    for car in ("one", "two", "three"):
        await ask(store, car)
    async with store.database.read() as connection:
        too_many = await replay(connection, f"district:{YUCHENG}", 0, most_entries=2, most_bytes=100_000)
        too_long = await replay(connection, f"district:{YUCHENG}", 0, most_entries=10, most_bytes=100)
        ahead = await replay(connection, f"district:{YUCHENG}", 9, most_entries=10, most_bytes=100_000)
        unknown = await replay(connection, "district:999999", 0, most_entries=10, most_bytes=100)
        control = await replay(connection, "district:control", 0, most_entries=10, most_bytes=100)
    for refused in (too_many, too_long, ahead):
        assert refused is not None
        assert (refused.complete, refused.publications, refused.offset) == (False, [], 3)
    assert unknown is None
    assert control is None


async def test_districts_have_sequences_of_their_own(store: Store) -> None:
    await ask(store)
    async with store.database.read() as connection:
        assert await position_of(connection, f"district:{YUCHENG}") == 1
        assert await position_of(connection, f"district:{MINGSHAN}") == 0
