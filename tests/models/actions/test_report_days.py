"""How long a report may wait: five working days across a holiday and a worked Saturday; and what lapses."""

from __future__ import annotations

import asyncio
from datetime import date, datetime

import pytest
from sqlalchemy import select

from models.actions import calendar, report_ends
from models.actions.reviewing import Said, review
from models.queries import reports as queries
from models.reports.calendar_lines import Day
from models.store import Store
from models.tables import events, report_steps
from tests.models.actions.test_calendar import CITY, administrator
from tests.models.actions.test_reports import all_of, reporter_of, row_of, sent, told
from tests.support.city import LI, ZHANG
from tests.support.clock import FakeClock
from tests.support.waiting import until_async
from workers import reports as watching

HOUR, DAY = 3600, 86_400


@pytest.fixture
async def a_holiday(store: Store) -> None:
    """Wednesday to Friday are free, and Saturday the 7th is worked for it. It is Monday, the 2nd, 16:00."""
    admin = await administrator(store)
    for day in (4, 5, 6):
        await calendar.set_day(store, admin, CITY, date(2026, 11, day), Day(False, "本地假日"))
    await calendar.set_day(store, admin, CITY, date(2026, 11, 7), Day(True, "调休"))


def until(clock: FakeClock, instant: str) -> None:
    """The clock goes on to an instant in Beijing."""
    clock.advance((datetime.fromisoformat(f"{instant}+08:00") - clock.now()).total_seconds())


async def left_and_overdue(store: Store, report_id: str | None) -> tuple[int | None, bool]:
    (listed,) = [one for one in (await queries.waiting(store, ZHANG))["reports"] if one["id"] == report_id]
    whole = await queries.one(store, ZHANG, str(report_id))
    assert whole["overdue"] == listed["overdue"]
    return whole["days_left"], whole["overdue"]


@pytest.mark.usefixtures("a_holiday")
async def test_the_days_that_are_left_pass_over_the_holiday_and_count_the_saturday(
    store: Store, clock: FakeClock
) -> None:
    reported = await told(store)
    # The 3rd, Saturday the 7th, the 9th, the 10th, the 11th.
    assert (await row_of(store, reported.id)).due_by == datetime.fromisoformat("2026-11-12T00:00:00+08:00")
    for instant, said in (
        ("2026-11-02T23:59:59", (5, False)),
        ("2026-11-03T00:00:00", (4, False)),
        ("2026-11-04T12:00:00", (4, False)),
        ("2026-11-06T12:00:00", (4, False)),
        ("2026-11-07T12:00:00", (3, False)),
        ("2026-11-08T12:00:00", (3, False)),
        ("2026-11-11T23:59:59", (0, False)),
        ("2026-11-12T00:00:00", (None, True)),
    ):
        until(clock, instant)
        assert await left_and_overdue(store, reported.id) == said, instant


async def steps_of(store: Store, report_id: str | None) -> list[tuple[str, str, str]]:
    query = select(report_steps).where(report_steps.c.report_id == report_id).order_by(report_steps.c.number)
    async with store.database.read() as connection:
        return [(row.command, row.state, row.by.partition(":")[0]) for row in await connection.execute(query)]


@pytest.mark.usefixtures("a_holiday")
async def test_what_nobody_has_looked_at_in_time_is_noted_once_told_and_waits_on(
    store: Store, clock: FakeClock
) -> None:
    reported = await told(store)
    until(clock, "2026-11-11T23:59:59")
    assert await report_ends.note_overdue(store) == 0
    until(clock, "2026-11-12T00:00:00")
    assert await report_ends.note_overdue(store) == 1
    assert await report_ends.note_overdue(store) == 0
    assert (await row_of(store, reported.id)).state == "waiting"
    assert await steps_of(store, reported.id) == [
        ("file", "waiting", "reporter"),
        ("overdue", "waiting", "system"),
    ]
    assert [one.name for one in await all_of(store, events)] == ["report_filed", "report_overdue"]
    own = await queries.own(store, await reporter_of(store, reported))
    assert own["steps"][-1]["command"] == "overdue"
    # A calendar that gives it a day more: it may be late once more.
    admin = await administrator(store)
    await calendar.set_day(store, admin, CITY, date(2026, 11, 11), Day(False, None))
    assert await report_ends.note_overdue(store) == 0
    until(clock, "2026-11-13T00:00:00")
    assert await report_ends.note_overdue(store) == 1


async def test_what_was_decided_or_is_with_its_reporter_is_nobodys_delay(
    store: Store, clock: FakeClock
) -> None:
    asked, done = await told(store), await told(store, 0x1234_5678_0000, 0x5678_1234_FFFF, plate="川TB3K71")
    await review(store, ZHANG, str(asked.id), Said("ask_more", reason="plate"))
    await review(store, ZHANG, str(done.id), Said("reject", reason="no_offence"))
    clock.advance(30 * DAY)
    assert await report_ends.note_overdue(store) == 0


@pytest.mark.usefixtures("a_holiday")
async def test_the_hours_to_send_more_are_hours_and_no_holiday_stops_them(
    store: Store, clock: FakeClock
) -> None:
    reported = await told(store)
    until(clock, "2026-11-03T18:00:00")
    await review(store, ZHANG, str(reported.id), Said("ask_more", reason="plate"))
    watcher = asyncio.ensure_future(watching.watch(store))
    try:
        # 72 hours on are Friday, the last day of the holiday (程序规定 81: hours are not working days).
        until(clock, "2026-11-06T18:00:00")

        async def lapsed() -> bool:
            return str((await row_of(store, reported.id)).state) == "lapsed"

        await until_async(lapsed, "the worker to end it")
    finally:
        watcher.cancel()
    assert (await steps_of(store, reported.id))[-1] == ("lapse", "lapsed", "system")


@pytest.mark.usefixtures("a_holiday")
async def test_an_objection_is_made_once_and_has_five_days_of_its_own(store: Store, clock: FakeClock) -> None:
    reported = await told(store)
    until(clock, "2026-11-03T09:00:00")
    await review(store, ZHANG, str(reported.id), Said("reject", reason="no_offence"))
    reporter = await reporter_of(store, reported)
    until(clock, "2026-11-06T09:00:00")
    await report_ends.object_to(store, reporter, "标线就在照片里")
    # Saturday the 7th, the 9th to the 12th.
    assert (await row_of(store, reported.id)).due_by == datetime.fromisoformat("2026-11-13T00:00:00+08:00")
    assert (
        await review(store, LI, str(reported.id), Said("uphold", reason="no_offence"))
    ).state == "rejected"
    assert not (await queries.own(store, reporter))["may_object"]


async def test_photos_that_come_in_time_do_not_begin_the_days_anew(store: Store, clock: FakeClock) -> None:
    reported = await told(store)
    await review(store, ZHANG, str(reported.id), Said("ask_more", reason="plate"))
    before = (await row_of(store, reported.id)).due_by
    clock.advance(71 * HOUR)
    photos = await sent(store, 0xBEEF)
    assert (
        await report_ends.supply(store, await reporter_of(store, reported), "pass:one", photos)
    ).state == "waiting"
    assert (await row_of(store, reported.id)).due_by == before
