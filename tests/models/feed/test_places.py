"""Places of many sequences taken in one statement: each once, and the rows locked in the order of their keys."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import insert, select, text, update

from models.feed.append import epoch_of
from models.feed.places import Sequences, Taken
from models.store import Store
from models.tables import epochs, heads, officers, shifts
from tests.support.city import AUX, CHEN, LI, MINGSHAN, WANG, YUCHENG, ZHANG
from tests.support.waiting import until_async

DISTRICTS = Sequences(heads.c.district, heads.c.head, beside=select(epochs.c.epoch), carried=(heads.c.hash,))
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # it locks rows
OFFICERS = Sequences(officers.c.id, officers.c.feed_offset)


async def test_the_first_place_of_each_sequence_is_told_and_what_stands_beside(store: Store) -> None:
    async with store.database.write() as connection:
        first = await DISTRICTS.take(connection, {YUCHENG: 3})
        second = await DISTRICTS.take(connection, {MINGSHAN: 1, YUCHENG: 2})
        third = await DISTRICTS.take(connection, {YUCHENG: 1, MINGSHAN: 1})
        epoch = await epoch_of(connection)
    none = {YUCHENG: (None,), MINGSHAN: (None,)}
    assert first == Taken({YUCHENG: 1}, epoch, {YUCHENG: (None,)})
    assert second == Taken({MINGSHAN: 1, YUCHENG: 4}, epoch, none)
    assert third == Taken({YUCHENG: 6, MINGSHAN: 2}, epoch, none)


async def test_what_a_sequences_row_carries_is_as_it_was_left(store: Store) -> None:
    async with store.database.write() as connection:
        left = update(heads).where(heads.c.district == YUCHENG).values(hashed=7, hash=b"seven")
        await connection.execute(left)
        carrying = Sequences(heads.c.district, heads.c.head, carried=(heads.c.hashed, heads.c.hash))
        taken = await carrying.take(connection, {MINGSHAN: 1, YUCHENG: 1})
    assert taken.carried == {YUCHENG: (7, b"seven"), MINGSHAN: (None, None)}


async def test_a_sequence_that_is_not_there_is_an_error(store: Store) -> None:
    async with store.database.write() as connection:
        with pytest.raises(KeyError, match="999999"):
            await DISTRICTS.take(connection, {YUCHENG: 1, "999999": 1})


async def test_places_taken_at_once_in_any_order_are_taken_once_each(store: Store) -> None:
    everybody = [one.id for one in (ZHANG, LI, AUX, CHEN, WANG)]

    async def take(number: int) -> list[tuple[str, int]]:
        turned = everybody[number % 5 :] + everybody[: number % 5]
        async with store.database.write() as connection:
            taken = await OFFICERS.take(connection, dict.fromkeys(turned, 2))
        return [(who, first + more) for who, first in taken.first.items() for more in (0, 1)]

    taken = [
        place for places in await asyncio.gather(*(take(number) for number in range(20))) for place in places
    ]
    assert sorted(taken) == [(who, place) for who in sorted(everybody) for place in range(1, 41)]


@ON_POSTGRESQL
async def test_whoever_waits_for_a_sequence_holds_none_that_comes_after_it(store: Store) -> None:
    first, last = CHEN.id, ZHANG.id  # which lie in the table the other way round

    async def both() -> None:
        async with store.database.write() as connection:
            await OFFICERS.take(connection, {last: 1, first: 1})

    async with asyncio.TaskGroup() as waiting, store.database.write() as holder:
        await OFFICERS.take(holder, {first: 1})
        waiting.create_task(both())
        await until_async(lambda: _somebody_waits(store), "the other to wait for the first")
        async with store.database.write() as third:
            free = select(officers.c.id).where(officers.c.id == last).with_for_update(nowait=True)
            assert (await third.execute(free)).scalar_one() == last


async def _somebody_waits(store: Store) -> bool:
    query = text("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")
    async with store.database.read() as connection:
        return bool((await connection.execute(query)).scalar_one())


@ON_POSTGRESQL
async def test_rows_that_refer_to_the_one_that_counts_are_not_held_up(store: Store) -> None:
    async with store.database.write() as holder, store.database.write() as other:
        await OFFICERS.take(holder, {ZHANG.id: 1})
        shift = {"id": "s", "officer_id": ZHANG.id, "district": YUCHENG, "started_at": store.clock.now()}
        await other.execute(text("SET LOCAL lock_timeout = '100ms'"))
        await other.execute(insert(shifts).values(shift))
