"""Photos that wait to be read, on both databases: claimed, read or given up, and erased."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from models.actions import parking, readings
from models.actions.parking import NewRecord
from models.actions.readings import MOST_QUEUED, Claimed
from models.parking.signs import Candidate
from models.readers import READINGS_DUE
from models.store import Store
from models.tables import captures
from tests.support.city import PLATES, ZHANG, on_duty
from tests.support.clock import FakeClock
from tests.support.parking import capture
from tests.support.recording import RecordingBell

FOUND = [Candidate("川TA2345", 0.97), Candidate("川TA2346", 0.05)]


async def row(store: Store, capture_id: str) -> Any:
    async with store.database.read() as connection:
        return (await connection.execute(select(captures).where(captures.c.id == capture_id))).one()


@pytest.fixture
async def photo(store: Store) -> str:
    """One that has arrived while a reader is there."""
    await on_duty(store, ZHANG)
    return await capture(store, ZHANG, "shot", readers=True)


async def claimed(store: Store) -> Claimed:
    found = await readings.claim(store)
    assert found is not None
    return found


async def test_what_was_read_is_sealed_and_told(store: Store, photo: str) -> None:
    assert (await row(store, photo)).reading == "queued"
    assert await readings.anything_due(store)
    mine = await claimed(store)
    assert (mine.id, await readings.claim(store)) == (photo, None), "it is being read"
    assert await readings.finish(store, mine, FOUND, 150)
    read = await row(store, photo)
    assert (read.reading, read.read_ms) == ("read", 150)
    assert "川TA2345".encode() not in bytes(read.candidates_sealed)
    assert readings.told(store, read) == FOUND
    assert not await readings.anything_due(store)


async def test_without_a_reader_nothing_waits_for_one(store: Store) -> None:
    await on_duty(store, ZHANG)
    photo = await capture(store, ZHANG, "shot")
    assert (await row(store, photo)).reading == "none"
    assert not await readings.anything_due(store)
    assert isinstance(store.bell, RecordingBell)
    assert READINGS_DUE not in [channel for channel, _ in store.bell.told]


async def test_the_doorbell_rings_for_a_photo_that_waits(store: Store, photo: str) -> None:
    assert isinstance(store.bell, RecordingBell)
    assert READINGS_DUE in [channel for channel, _ in store.bell.told]


async def test_what_is_filed_meanwhile_or_after_keeps_no_candidates(store: Store, photo: str) -> None:
    mine = await claimed(store)
    await parking.file(store, ZHANG, NewRecord(photo, PLATES["one"]))
    assert not await readings.finish(store, mine, FOUND, 150), "it is of no use any more"
    filed = await row(store, photo)
    assert (filed.reading, filed.candidates_sealed) == ("none", None)

    again = await capture(store, ZHANG, "again", readers=True)
    assert await readings.finish(store, await claimed(store), FOUND, 150)
    await parking.file(store, ZHANG, NewRecord(again, PLATES["one"]))
    filed = await row(store, again)
    assert (filed.reading, filed.candidates_sealed) == ("none", None)


async def test_a_reader_that_died_loses_its_lease_and_the_picture_is_tried_once_more(
    store: Store, clock: FakeClock, photo: str
) -> None:
    first = await claimed(store)
    clock.advance(readings.LEASE.total_seconds())
    second = await claimed(store)
    assert (second.id, second.attempts) == (photo, 2)
    assert not await readings.finish(store, first, FOUND, 9_000), "the first one is late"
    clock.advance(readings.LEASE.total_seconds())
    assert await readings.claim(store) is None
    assert (await row(store, photo)).reading == "unread"


async def test_the_newest_is_read_first_and_who_waited_too_long_has_typed_it(
    store: Store, clock: FakeClock, photo: str
) -> None:
    clock.advance(1)
    newer = await capture(store, ZHANG, "newer", readers=True)
    first = await claimed(store)
    assert first.id == newer
    await readings.finish(store, first, FOUND, 150)
    clock.advance(readings.GIVE_UP.total_seconds() - 1)
    assert await readings.anything_due(store)
    assert await readings.claim(store) is None
    assert (await row(store, photo)).reading == "unread"


async def test_so_many_wait_and_no_more(store: Store) -> None:
    await on_duty(store, ZHANG)
    for number in range(MOST_QUEUED):
        await capture(store, ZHANG, f"shot {number}", readers=True)
    one_more = await capture(store, ZHANG, "one more", readers=True)
    assert (await row(store, one_more)).reading == "none"
    assert await readings.waiting(store) == MOST_QUEUED


async def test_candidates_of_a_photo_that_nobody_files_are_erased(
    store: Store, clock: FakeClock, photo: str
) -> None:
    await readings.finish(store, await claimed(store), FOUND, 150)
    clock.advance(readings.KEPT.total_seconds() - 1)
    assert await readings.erase_old(store) == 0
    clock.advance(1)
    assert await readings.erase_old(store) == 1
    left = await row(store, photo)
    assert (left.reading, left.candidates_sealed) == ("none", None)


async def test_what_cannot_be_opened_is_not_told(store: Store, photo: str) -> None:
    await readings.finish(store, await claimed(store), FOUND, 150)
    read = await row(store, photo)
    moved = SimpleNamespace(id="another", candidates_sealed=read.candidates_sealed)
    assert readings.told(store, moved) == []
