"""Records of whole periods, on both databases: written file by file, by whoever is alive, and each incident once."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.actions import bulk_export, bulk_writing
from models.actions.bulk_export import Wanted
from models.actions.commands import act
from models.actions.requests import request_move
from models.errors import Conflict, Forbidden, InvalidField, NotFound, TooManyRequests
from models.incident.commands import Accept
from models.media import Folder
from models.queries import incident_rows
from models.queries.incident_rows import Period
from models.store import Store
from models.tables import audit, bulk_exports, bulk_files
from tests.models.actions.looking import rows
from tests.support.city import AUX, CHEN, MINGSHAN, WANG, YUCHENG, ZHANG, on_duty
from tests.support.clock import FakeClock
from tests.support.parked import park

TWO_A_FILE = 2


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_writing, "ROWS_A_FILE", TWO_A_FILE)


async def requests(store: Store, count: int) -> list[str]:
    """So many incidents at the same instant: only their ids tell where a page ends."""
    return [
        (await request_move(store, replace(one, reason="fire_lane"))).view["id"]
        for one in await park(store, count)
    ]


def wanted(clock: FakeClock, *, period: Period | None = None, plates: bool = False) -> Wanted:
    today = Period(YUCHENG, clock.now() - timedelta(days=1), clock.now() + timedelta(hours=1))
    return Wanted(period or today, "csv", plates, "月报")


async def read_all(store: Store, export_id: str) -> list[dict[str, str]]:
    fetched = await bulk_export.fetch(store, CHEN, export_id)
    found: list[dict[str, str]] = []
    async for _, content in bulk_export.each_opened(store, fetched):
        found += csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
    return found


async def test_each_incident_of_the_period_is_written_once_in_files_of_a_bounded_length(
    store: Store, clock: FakeClock
) -> None:
    asked = await requests(store, 5)
    export_id = await bulk_export.ask(store, CHEN, wanted(clock))
    turns = [await bulk_writing.write_next(store) for _ in range(4)]
    assert turns == [True, True, True, False]
    found = await read_all(store, export_id)
    assert sorted(row["incident"] for row in found) == sorted(asked)
    assert {row["plate"] for row in found} == {""}
    files = await rows(store, select(bulk_files.c.number, bulk_files.c.rows).order_by(bulk_files.c.number))
    assert [tuple(one) for one in files] == [(1, 2), (2, 2), (3, 1)]


async def test_whole_plates_and_response_times_are_in_it_when_they_are_asked_for(
    store: Store, clock: FakeClock
) -> None:
    await on_duty(store, ZHANG)
    (asked,) = await requests(store, 1)
    clock.advance(301)
    await act(store, asked, Accept(), ZHANG)
    export_id = await bulk_export.ask(store, CHEN, wanted(clock, plates=True))
    await bulk_writing.write_next(store)
    (row,) = await read_all(store, export_id)
    assert (row["plate"], row["officer"], row["queue"]) == ("川Z00000", ZHANG.service_number, "301.0")


async def test_a_worker_that_died_at_a_file_leaves_it_to_the_next_and_nothing_twice(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await requests(store, 3)
    export_id = await bulk_export.ask(store, CHEN, wanted(clock))
    await bulk_writing.write_next(store)

    def full_disk(*_: object) -> str:
        raise OSError("no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Folder, "keep", full_disk)
        with pytest.raises(OSError, match="no space"):
            await bulk_writing.write_next(store)
    assert not await bulk_writing.anything_due(store)  # its lease is still out
    clock.advance(61)
    assert await bulk_writing.write_next(store)
    assert sorted(row["incident"] for row in await read_all(store, export_id)) == sorted(asked)


async def test_who_wakes_up_after_somebody_else_wrote_the_file_adds_nothing(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await requests(store, 1)
    export_id = await bulk_export.ask(store, CHEN, wanted(clock))
    reading = incident_rows.page

    async def slow(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(incident_rows, "page", reading)
        clock.advance(61)
        assert await bulk_writing.write_next(store)  # the other worker
        return await reading(*args, **more)

    monkeypatch.setattr(incident_rows, "page", slow)
    assert await bulk_writing.write_next(store)
    assert len(await read_all(store, export_id)) == 1


async def test_what_fails_again_and_again_has_failed(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await requests(store, 1)
    export_id = await bulk_export.ask(store, CHEN, wanted(clock))

    def full_disk(*_: object) -> str:
        raise OSError("no space left on device")

    monkeypatch.setattr(Folder, "keep", full_disk)
    for _ in range(bulk_writing.TRIES):
        with pytest.raises(OSError, match="no space"):
            await bulk_writing.write_next(store)
        clock.advance(61)
    await bulk_writing.write_next(store)
    (row,) = await rows(store, select(bulk_exports.c.status, bulk_exports.c.failure))
    assert tuple(row) == ("failed", "given_up")
    assert not await bulk_writing.anything_due(store)
    with pytest.raises(NotFound):
        await bulk_export.fetch(store, CHEN, export_id)


async def test_a_period_in_which_nothing_happened_is_ready_and_empty(store: Store, clock: FakeClock) -> None:
    export_id = await bulk_export.ask(store, CHEN, wanted(clock))
    await bulk_writing.write_next(store)
    assert await read_all(store, export_id) == []


async def test_only_a_commander_of_the_district_asks_and_fetches(store: Store, clock: FakeClock) -> None:
    for who in (ZHANG, AUX, WANG):
        with pytest.raises(Forbidden):
            await bulk_export.ask(store, who, wanted(clock))
    export_id = await bulk_export.ask(store, CHEN, wanted(clock))
    await bulk_writing.write_next(store)
    with pytest.raises(Forbidden):
        await bulk_export.fetch(store, ZHANG, export_id)


@pytest.mark.parametrize(
    ("since", "until", "field"), [(0, 0, "until"), (1, 0, "until"), (-367, 0, "since"), (0, 3, "until")]
)
async def test_a_period_that_is_none_too_long_or_ahead_is_refused(
    store: Store, clock: FakeClock, since: int, until: int, field: str
) -> None:
    now = clock.now()
    period = Period(YUCHENG, now + timedelta(days=since), now + timedelta(days=until))
    with pytest.raises(InvalidField) as refused:
        await bulk_export.ask(store, CHEN, wanted(clock, period=period))
    assert refused.value.field == field


async def test_three_of_a_district_are_written_at_a_time(store: Store, clock: FakeClock) -> None:
    for _ in range(bulk_export.AT_ONCE):
        await bulk_export.ask(store, CHEN, wanted(clock))
    with pytest.raises(TooManyRequests):
        await bulk_export.ask(store, CHEN, wanted(clock))
    elsewhere = Period(MINGSHAN, clock.now() - timedelta(days=1), clock.now())
    assert await bulk_export.ask(store, CHEN, wanted(clock, period=elsewhere))


async def test_one_that_was_given_up_is_written_no_further_and_its_files_go(
    store: Store, clock: FakeClock
) -> None:
    await requests(store, 3)
    export_id = await bulk_export.ask(store, CHEN, wanted(clock))
    await bulk_writing.write_next(store)
    (file,) = await rows(store, select(bulk_files.c.file))
    await bulk_export.cancel(store, CHEN, export_id)
    assert not await bulk_writing.anything_due(store)
    assert await bulk_writing.clear(store) == 1
    with pytest.raises(FileNotFoundError):
        store.media.read(file.file)
    with pytest.raises(Conflict):
        await bulk_export.cancel(store, CHEN, export_id)


async def test_after_a_week_the_files_go_and_the_record_of_them_stays(store: Store, clock: FakeClock) -> None:
    await requests(store, 1)
    export_id = await bulk_export.ask(store, CHEN, wanted(clock))
    await bulk_writing.write_next(store)
    clock.advance(bulk_writing.KEPT.total_seconds() - 1)
    assert await bulk_writing.clear(store) == 0
    clock.advance(1)
    assert await bulk_writing.clear(store) == 1
    (row,) = await rows(store, select(bulk_exports.c.status, bulk_exports.c.reason))
    assert tuple(row) == ("expired", "月报")
    with pytest.raises(NotFound):
        await bulk_export.fetch(store, CHEN, export_id)


async def test_asking_and_each_fetch_are_in_the_audit_with_the_reason(store: Store, clock: FakeClock) -> None:
    export_id = await bulk_export.ask(store, CHEN, wanted(clock))
    await bulk_writing.write_next(store)
    clock.advance(1)
    await bulk_export.fetch(store, CHEN, export_id)
    told = await rows(
        store, select(audit.c.action, audit.c.subject, audit.c.reason).order_by(audit.c.at, audit.c.id)
    )
    subject = f"bulk_export:{export_id}"
    assert [tuple(one) for one in told] == [
        ("bulk_export", subject, "月报"),
        ("fetch_bulk_export", subject, "月报"),
    ]


async def test_files_lie_sealed(store: Store, clock: FakeClock) -> None:
    await requests(store, 1)
    await bulk_export.ask(store, CHEN, wanted(clock, plates=True))
    await bulk_writing.write_next(store)
    (file,) = await rows(store, select(bulk_files.c.file))
    assert "川Z00000".encode() not in store.media.read(file.file)
