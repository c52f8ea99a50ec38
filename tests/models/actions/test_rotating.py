"""Keys change while two processes work: nobody meets what he cannot open or find, and the old key goes when unused."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import LargeBinary, func, insert, select, update

from models.actions import ownership, resealing, rotating
from models.actions.examining import SEALED
from models.actions.plate_index import indexes_of
from models.actions.resealing import remove_leftovers, reseal_some
from models.actions.rotating import Kind, StillUsed
from models.actions.watch_flags import Watch
from models.actions.watch_flags import put as watch
from models.errors import Conflict
from models.ids import RandomIds
from models.keyring import KeyMissing, Keyring
from models.privacy import SealBroken
from models.sealing.places import END_BY_THEMSELVES, FILES, INDEXES, fields
from models.secrets_file import kept_rings
from models.store import Store
from models.tables import (
    contacts,
    leftover_files,
    metadata,
    owners,
    resealings,
    sealing_keys,
    uploads,
    watch_flags,
)
from tests.support.city import CHEN, YUCHENG
from tests.support.clock import FakeClock
from tests.support.examined import ORIGINAL, examined
from tests.support.recording import RecordingBell
from tests.support.resumable import upload_id

BOTH: tuple[Kind, Kind] = ("field", "index")


@pytest.fixture
async def other(store: Store, clock: FakeClock) -> AsyncIterator[Store]:
    """Another process of the same installation."""
    second = Store.open(store.settings, bell=RecordingBell(), clock=clock, ids=RandomIds())
    for one in (store, second):
        await one.configuration.refresh()
    await _seal_the_city(store)
    yield second
    await second.close()


async def _seal_the_city(store: Store) -> None:
    """Its contacts have numbers, sealed and indexed."""
    async with store.database.write() as connection:
        names = (await connection.execute(select(contacts.c.id).order_by(contacts.c.id))).scalars().all()
        for number, name in enumerate(names):
            phone = f"+86138000000{number:02}"
            sealed = store.vault.seal("contacts.phone_sealed", name, phone)
            values = {"phone_sealed": sealed, "phone_index": store.vault.index("phone", phone)}
            await connection.execute(update(contacts).where(contacts.c.id == name).values(values))


async def owner_of(store: Store, number: int) -> str:
    """The owner with that phone, who is made when he is new: a search by blind index, and a seal."""

    async def work(change: Any) -> str:
        return await ownership.owner(change, f"+8613912{number:06}", f"车主{number}")

    return await store.run(work)


async def original_of(store: Store, name: str) -> bytes:
    async with store.database.read() as connection:
        row = (await connection.execute(select(uploads).where(uploads.c.id == upload_id(name)))).one()
    sealed = await asyncio.to_thread(store.media.read, row.original)
    return store.vault.open_bytes(SEALED, row.id, sealed)


async def known_to(*stores: Store) -> None:
    for store in stores:
        await store.configuration.refresh()


async def begun(store: Store, clock: FakeClock, *others: Store, kinds: tuple[Kind, ...] = BOTH) -> None:
    """New keys are in use by ``store``, and known to the others."""
    for kind in kinds:
        await rotating.begin(store, kind)
    await known_to(store, *others)
    clock.advance(rotating.SETTLES.total_seconds())
    await rotating.promote_due(store)
    await known_to(store)


async def gone_through(store: Store, clock: FakeClock) -> int:
    """Everything was made anew; how many rows were."""
    done = 0
    for _ in range(3):
        while (changed := await reseal_some(store)) is not None:
            done += changed
        clock.advance(resealing.QUIET.total_seconds())
    return done


async def test_two_processes_work_on_while_keys_change_and_the_old_ones_go(
    store: Store, other: Store, clock: FakeClock
) -> None:
    both = (store, other)
    before = [await owner_of(both[number % 2], number) for number in range(6)]
    await examined(store, "before")
    old_seal = store.vault.seal("owners.name_sealed", "x", "张三")

    for kind in BOTH:
        await rotating.begin(store, kind)
    # Known to one and not to the other yet; nobody uses them.
    await known_to(store)
    assert (store.vault.newest, other.vault.newest) == ("k1", "k1")
    assert store.vault.index_key_ids == ("i1", "i2")
    await known_to(other)
    clock.advance(rotating.SETTLES.total_seconds() - 1)
    assert await rotating.promote_due(other) == []
    clock.advance(1)
    assert sorted(await rotating.promote_due(other)) == ["field:k2", "index:i2"]
    assert await rotating.promote_due(store) == []

    # One uses them and the other does not yet: each opens and finds what the other wrote.
    await known_to(store)
    assert (store.vault.newest, other.vault.newest) == ("k2", "k1")
    made = [await owner_of(both[number % 2], number) for number in range(6, 12)]
    assert [await owner_of(both[(number + 1) % 2], number) for number in range(12)] == before + made
    await known_to(other)

    # Requests go on while everything is made anew, by two workers at once.
    stop = asyncio.Event()
    found: dict[int, set[str]] = {}

    async def traffic(process: Store, first: int) -> None:
        number = first
        while not stop.is_set():
            for each in (number % 12, number % 40 + 12):
                found.setdefault(each, set()).add(await owner_of(process, each))
            assert await original_of(process, "before") == ORIGINAL
            number += 7
            await asyncio.sleep(0)

    async def worker(process: Store) -> None:
        done = 0
        while (changed := await reseal_some(process)) is not None:
            done += changed
        assert done >= 0

    async with asyncio.TaskGroup() as group:
        group.create_task(traffic(store, 0))
        group.create_task(traffic(other, 3))
        workers = [group.create_task(worker(process)) for process in both]
        await asyncio.gather(*workers)
        stop.set()
    assert all(len(ids) == 1 for ids in found.values()), "somebody was not found and made again"
    assert {number: ids for number, ids in found.items() if number < 12} == {
        number: {owner} for number, owner in enumerate(before + made) if number in found
    }

    # What nobody could have written any more counts; then nothing needs the old keys.
    with pytest.raises(StillUsed) as still:
        await rotating.retire(store, "field", "k1")
    assert still.value.uses["wait_seconds"] > 0
    assert any("not gone through" in place for place in still.value.uses)
    clock.advance(timedelta(days=1).total_seconds())
    assert await gone_through(store, clock) == 0
    assert await rotating.uses(store, "field", "k1") == {}
    await rotating.retire(store, "field", "k1")
    await rotating.retire(store, "index", "i1")
    await known_to(store, other)
    for process in both:
        assert (process.vault.newest, process.vault.index_key_ids) == ("k2", ("i2",))
        with pytest.raises(SealBroken):
            process.vault.open("owners.name_sealed", "x", old_seal)
        assert await original_of(process, "before") == ORIGINAL
    assert [await owner_of(other, number) for number in range(12)] == before + made
    async with store.database.read() as connection:
        phones = (await connection.execute(select(func.count()).select_from(contacts))).scalar_one()
        people = (await connection.execute(select(func.count()).select_from(owners))).scalar_one()
    assert phones == people + 1  # one of the city's owners has two


async def test_a_batch_that_broke_off_is_done_by_the_next_one_and_no_row_twice(
    store: Store, other: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "AT_ONCE", 2)
    await begun(store, clock, other, kinds=("field",))
    await known_to(other)
    write = resealing._write

    async def dies(*arguments: Any) -> int:
        await write(*arguments)
        raise ConnectionResetError("the worker died")

    died = 0
    for round_ in range(200):
        monkeypatch.setattr(resealing, "_write", dies if round_ % 2 else write)
        with contextlib.suppress(ConnectionResetError):
            if await reseal_some(store) is None:
                break
            continue
        died += 1
    assert died >= 2
    async with store.database.read() as connection:
        done = (await connection.execute(select(func.sum(resealings.c.done)))).scalar_one()
    assert done == 4  # contacts, each once


async def test_two_workers_at_once_make_each_row_anew_once(
    store: Store, other: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resealing, "AT_ONCE", 2)
    await begun(store, clock, other, kinds=("field",))
    await known_to(other)
    total, idle = 0, 0
    while idle < 2:
        one, two = await asyncio.gather(reseal_some(store), reseal_some(other))
        total += (one or 0) + (two or 0)
        idle = idle + 1 if one is None and two is None else 0
    assert total == 4


async def test_what_changes_while_it_is_made_anew_keeps_the_change(
    store: Store, other: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begun(store, clock, other, kinds=("field",))
    read = resealing._read

    async def changed_meanwhile(store: Store, place: Any, *more: Any) -> Any:
        batch = await read(store, place, *more)
        if place.name == "contacts.phone_sealed" and batch.changes:
            monkeypatch.setattr(resealing, "_read", read)
            anew = store.vault.seal("contacts.phone_sealed", "contact-one-1", "+8613700000000")
            async with other.database.write() as connection:
                of = contacts.c.id == "contact-one-1"
                await connection.execute(update(contacts).where(of).values(phone_sealed=anew))
        return batch

    monkeypatch.setattr(resealing, "_read", changed_meanwhile)
    await gone_through(store, clock)
    async with store.database.read() as connection:
        query = select(contacts.c.phone_sealed).where(contacts.c.id == "contact-one-1")
        sealed = (await connection.execute(query)).scalar_one()
    assert store.vault.open("contacts.phone_sealed", "contact-one-1", sealed) == "+8613700000000"


async def test_a_file_of_before_stays_while_somebody_may_read_it(
    store: Store, other: Store, clock: FakeClock
) -> None:
    await examined(store, "one")
    async with store.database.read() as connection:
        before = (await connection.execute(select(uploads.c.original))).scalar_one()
    await begun(store, clock, other, kinds=("field",))
    while await reseal_some(store) is not None:
        pass
    assert await remove_leftovers(store) == 0
    assert other.media.read(before)  # by who read the row before
    clock.advance(resealing.FILES_STAY.total_seconds())
    assert await remove_leftovers(store) == 1
    with pytest.raises(FileNotFoundError):
        store.media.read(before)
    assert await original_of(other, "one") == ORIGINAL
    async with store.database.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(leftover_files))).scalar_one() == 0


async def test_a_file_that_no_row_came_to_name_is_removed(
    store: Store, other: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await examined(store, "one")
    await begun(store, clock, other, kinds=("field",))

    async def dies(*_: Any) -> int:
        raise ConnectionResetError("the worker died")

    monkeypatch.setattr(resealing, "_write", dies)
    place = next(one for one in FILES if one.name == "uploads.original")
    monkeypatch.setattr(resealing, "places_of", lambda kind: [place])
    await reseal_some(store)  # begins
    with pytest.raises(ConnectionResetError):
        await reseal_some(store)
    assert len([name for name in store.media.names() if name.endswith(".sealed")]) == 2
    clock.advance(resealing.FILES_STAY.total_seconds())
    assert await remove_leftovers(store) == 1
    assert await original_of(store, "one") == ORIGINAL


async def test_a_row_that_cannot_be_opened_is_counted_and_holds_up_nobody(
    store: Store, other: Store, clock: FakeClock
) -> None:
    spoilt = bytearray(store.vault.seal("owners.name_sealed", "owner-one", "张三"))
    spoilt[-1] ^= 1
    async with store.database.write() as connection:
        await connection.execute(
            update(owners).where(owners.c.id == "owner-one").values(name_sealed=bytes(spoilt))
        )
    await begun(store, clock, other, kinds=("field",))
    await gone_through(store, clock)
    clock.advance(3600)
    assert await rotating.uses(store, "field", "k1") == {"owners.name_sealed": 1}


async def test_what_was_sealed_late_with_the_old_key_is_gone_through_again(
    store: Store, other: Store, clock: FakeClock
) -> None:
    late = other.vault.seal("owners.name_sealed", "owner-one", "张三")
    await begun(store, clock, other, kinds=("field",))
    await gone_through(store, clock)
    async with store.database.write() as connection:
        await connection.execute(update(owners).where(owners.c.id == "owner-one").values(name_sealed=late))
    clock.advance(3600)
    with pytest.raises(StillUsed) as still:
        await rotating.retire(store, "field", "k1")
    assert still.value.uses == {"owners.name_sealed": 1}
    assert await gone_through(store, clock) == 1
    await rotating.retire(store, "field", "k1")


async def test_flags_are_found_by_both_indexes_and_stand_once(
    store: Store, other: Store, clock: FakeClock
) -> None:
    wanted = Watch("川TA1235", "stolen", YUCHENG, "case 12", plate_class="ordinary")
    await watch(store, CHEN, wanted)
    await begun(store, clock, other, kinds=("index",))
    for process in (store, other):
        with pytest.raises(Conflict):
            await watch(process, CHEN, wanted)
    await gone_through(store, clock)
    async with store.database.read() as connection:
        index = (await connection.execute(select(watch_flags.c.plate_index))).scalar_one()
    assert bytes(index) == indexes_of(store, "川TA1235", "ordinary")[0]


async def test_an_index_that_is_of_something_else_is_left_alone(
    store: Store, other: Store, clock: FakeClock
) -> None:
    async with store.database.write() as connection:
        of = contacts.c.id == "contact-one-1"
        await connection.execute(update(contacts).where(of).values(phone_index=b"of another label"))
    await begun(store, clock, other, kinds=("index",))
    await gone_through(store, clock)
    clock.advance(timedelta(days=1).total_seconds())
    assert await rotating.uses(store, "index", "i1") == {"contacts.phone_index, damaged": 1}


async def test_a_process_without_the_key_that_seals_goes_on_with_what_it_has(
    store: Store, other: Store
) -> None:
    async with store.database.write() as connection:
        at = store.clock.now()
        row = {"kind": "field", "key_id": "k9", "state": "sealing", "known_at": at}
        await connection.execute(insert(sealing_keys).values(row))
    async with store.database.read() as connection:
        with pytest.raises(KeyMissing, match="k9"):
            await Keyring(store.settings, store.vault).load(connection)
    assert store.vault.newest == "k1"


async def test_one_key_comes_at_a_time_and_a_try_that_died_is_taken_up(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = rotating._put

    async def dies(*_: Any) -> None:
        raise ConnectionResetError("the command died")

    monkeypatch.setattr(rotating, "_put", dies)
    with pytest.raises(ConnectionResetError):
        await rotating.begin(store, "field")
    assert list(kept_rings(store.settings.home)[0]) == ["k1", "k2"]
    monkeypatch.setattr(rotating, "_put", put)
    assert await rotating.begin(store, "field") == "k2"
    assert list(kept_rings(store.settings.home)[0]) == ["k1", "k2"]
    with pytest.raises(Conflict, match="conflict"):
        await rotating.begin(store, "field")


async def test_a_process_that_has_just_started_seals_with_the_new_key_before_it_has_read_anything(
    store: Store, other: Store, clock: FakeClock
) -> None:
    await begun(store, clock)
    fields_ring, indexes_ring = kept_rings(store.settings.home)
    assert (next(iter(fields_ring)), next(iter(indexes_ring))) == ("k2", "i2")


def test_every_blind_index_is_made_anew_or_ends_by_itself() -> None:
    looks_like_one: Callable[[Any], bool] = lambda column: (  # noqa: E731
        isinstance(column.type, LargeBinary)
        and column.name.endswith(("_index", "join_digest", "subject_digest"))
    )
    there = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if looks_like_one(column)
    }
    assert there == {place.name for place in INDEXES} | (END_BY_THEMSELVES - {"bindings.code_hash"})


def test_every_sealed_column_has_one_key_to_be_known_by() -> None:
    assert len(fields()) >= 25
    for place in fields():
        assert len(place.table.primary_key.columns) == 1, place.name
