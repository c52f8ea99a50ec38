"""What is done once a period: by whoever is alive, caught up after an outage, and never twice."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from models.actions import periods
from models.actions.notice_days import roll_up
from models.actions.periods import Periodic, catch_up
from models.clock import iso
from models.store import Change, Store
from models.tables import notice_days
from models.tables import notices as notices_table
from models.tables import periods as periods_table
from tests.support.clock import FakeClock

HOUR = 3_600


class Counted:
    """Periodic work that counts, and fails as often as it is told to."""

    def __init__(self, fails: int = 0) -> None:
        self.days: list[str] = []
        self.fails = fails
        self.what = Periodic("counted", self.work, timedelta(hours=1), catches_up=5)

    async def work(self, change: Change, begins_at: datetime, ends_at: datetime) -> None:
        assert ends_at - begins_at == timedelta(days=1)
        if self.fails:
            self.fails -= 1
            raise RuntimeError("not now")
        self.days.append(iso(begins_at))


async def rows(store: Store) -> list[Any]:
    async with store.database.read() as connection:
        query = select(periods_table).order_by(periods_table.c.begins_at)
        return list((await connection.execute(query)).all())


async def test_a_day_of_beijings_is_done_an_hour_after_it_is_over_and_once(
    store: Store, clock: FakeClock
) -> None:
    counted = Counted()
    # The clock of the tests begins on 2 November at 16:00 in Beijing.
    assert await catch_up(store, [counted.what]) == 1
    assert counted.days == ["2026-10-31T16:00:00.000Z"]
    clock.advance(8 * HOUR)
    assert await catch_up(store, [counted.what]) == 0
    clock.advance(HOUR)
    assert await catch_up(store, [counted.what]) == 1
    assert await catch_up(store, [counted.what]) == 0
    assert counted.days == ["2026-10-31T16:00:00.000Z", "2026-11-01T16:00:00.000Z"]


async def test_two_workers_at_once_do_it_once(store: Store, clock: FakeClock) -> None:
    counted = Counted()
    done = await asyncio.gather(*(catch_up(store, [counted.what]) for _ in range(4)))
    assert sum(done) == 1
    assert len(counted.days) == 1


async def test_after_an_outage_every_day_is_caught_up_the_oldest_first_up_to_a_bound(
    store: Store, clock: FakeClock
) -> None:
    counted = Counted()
    await catch_up(store, [counted.what])
    clock.advance(3 * 24 * HOUR)
    assert await catch_up(store, [counted.what]) == 3
    assert counted.days == sorted(counted.days)
    clock.advance(30 * 24 * HOUR)
    assert await catch_up(store, [counted.what]) == 5
    assert counted.days[-1] == "2026-12-03T16:00:00.000Z"


async def test_what_fails_leaves_nothing_and_is_tried_again_later_each_time_after_twice_as_long(
    store: Store, clock: FakeClock
) -> None:
    counted = Counted(fails=2)
    assert await catch_up(store, [counted.what]) == 0
    assert [(row.tries, row.error, row.done_at) for row in await rows(store)] == [(1, "RuntimeError", None)]
    clock.advance(59)
    assert await catch_up(store, [counted.what]) == 0
    assert counted.fails == 1
    clock.advance(1)
    assert await catch_up(store, [counted.what]) == 0
    clock.advance(119)
    assert await catch_up(store, [counted.what]) == 0
    clock.advance(1)
    assert await catch_up(store, [counted.what]) == 1
    assert [(row.tries, row.error) for row in await rows(store)] == [(3, None)]


async def test_a_worker_that_dies_in_the_middle_has_done_nothing_and_another_does_it_whole(
    store: Store, clock: FakeClock
) -> None:
    async def die(change: Change, begins_at: datetime, ends_at: datetime) -> None:
        await roll_up(change, begins_at, ends_at)
        raise asyncio.CancelledError

    await write_notices(store, clock.now() - timedelta(days=1))
    with pytest.raises(asyncio.CancelledError):
        await catch_up(store, [Periodic("notice_days", die, timedelta(hours=1), 5)])
    assert await counts(store) == {}
    assert await catch_up(store) == 1
    assert await counts(store) == {("2026-11-01", "sms", "failed"): 1, ("2026-11-01", "sms", "sent"): 2}


async def write_notices(store: Store, at: datetime) -> None:
    values = [
        {
            "id": f"notice-{number}",
            "key": f"key-{number}",
            "template": "binding_code",
            "params": "{}",
            "phone_sealed": b"x",
            "city_code": "511800",
            "channel": "sms",
            "status": status,
            "created_at": at,
            "due_at": at,
        }
        for number, status in enumerate(("sent", "sent", "failed"))
    ]
    async with store.database.write() as connection:
        await connection.execute(insert(notices_table), values)


async def counts(store: Store) -> dict[tuple[str, str, str], int]:
    async with store.database.read() as connection:
        found = (await connection.execute(select(notice_days))).all()
    return {(row.day, row.channel, row.state): row.notices for row in found}


def test_the_program_has_periodic_work() -> None:
    assert [one.what for one in periods.ALL] == ["notice_days"]
