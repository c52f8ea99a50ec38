"""The city's calendar is changed on the record, by who has the whole city; what waits is due accordingly."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from models.actions import calendar, report_ends
from models.actions.cities import import_city
from models.actions.reviewing import Said, review
from models.city.bundle import Bundle
from models.errors import Forbidden, InvalidField, NotFound
from models.reports.calendar_lines import Day
from models.store import Store
from models.tables import audit, districts
from tests.models.actions.test_reports import reporter_of, row_of, told
from tests.support.city import MINGSHAN, YUCHENG, ZHANG, officer
from tests.support.clock import FakeClock

CITY = "511800"


async def administrator(store: Store, *codes: str) -> Any:
    if not codes:
        async with store.database.read() as connection:
            query = select(districts.c.code).where(districts.c.city_code == CITY)
            codes = tuple((await connection.execute(query)).scalars())
    return officer("051900", "administrator", *codes)


def instant(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00+08:00")


async def deeds(store: Store) -> list[tuple[str, str | None]]:
    """By what they say: all are of one instant here."""
    query = select(audit.c.action, audit.c.reason).where(audit.c.subject == f"city:{CITY}")
    async with store.database.read() as connection:
        return sorted((row.action, row.reason) for row in await connection.execute(query))


async def test_a_holiday_moves_what_waits_and_a_worked_saturday_moves_it_back(store: Store) -> None:
    admin, reported = await administrator(store), await told(store)
    # Monday, 2 November 2026: due when the 9th is over.
    assert (await row_of(store, reported.id)).due_by == instant("2026-11-10")
    done = await calendar.set_day(store, admin, CITY, date(2026, 11, 4), Day(False, "本地假日"))
    assert (done.moved, (await row_of(store, reported.id)).due_by) == (1, instant("2026-11-11"))
    done = await calendar.set_day(store, admin, CITY, date(2026, 11, 7), Day(True, None))
    assert (done.moved, (await row_of(store, reported.id)).due_by) == (1, instant("2026-11-10"))
    done = await calendar.set_day(store, admin, CITY, date(2026, 11, 7), None)
    assert (done.moved, (await row_of(store, reported.id)).due_by) == (1, instant("2026-11-11"))
    assert await deeds(store) == [
        ("set_calendar", "2026-11-04: holiday"),
        ("set_calendar", "2026-11-07: as the week says"),
        ("set_calendar", "2026-11-07: working"),
    ]


async def test_what_is_so_already_leaves_no_record_and_what_was_decided_stays(store: Store) -> None:
    admin, reported = await administrator(store), await told(store)
    await review(store, ZHANG, str(reported.id), Said("reject", reason="no_offence"))
    for _ in range(2):
        done = await calendar.set_day(store, admin, CITY, date(2026, 11, 4), Day(False, None))
        assert done.moved == 0
    assert (await row_of(store, reported.id)).due_by == instant("2026-11-10")
    assert len(await deeds(store)) == 1


async def test_an_objection_has_its_days_from_the_objection_on(store: Store, clock: FakeClock) -> None:
    admin, reported = await administrator(store), await told(store)
    await review(store, ZHANG, str(reported.id), Said("reject", reason="no_offence"))
    clock.advance(2 * 86_400)  # Wednesday
    await report_ends.object_to(store, await reporter_of(store, reported), "标线就在照片里")
    assert (await row_of(store, reported.id)).due_by == instant("2026-11-12")
    await calendar.set_day(store, admin, CITY, date(2026, 11, 3), Day(False, None))
    assert (await row_of(store, reported.id)).due_by == instant("2026-11-12")
    await calendar.set_day(store, admin, CITY, date(2026, 11, 5), Day(False, None))
    assert (await row_of(store, reported.id)).due_by == instant("2026-11-13")


FILE = "日期,结束日期,类型,名称\n2026-11-04,2026-11-05,放假,本地假日\n2026-11-07,,上班,\n"


async def test_a_file_is_all_of_its_year_and_is_tried_first(store: Store) -> None:
    admin, reported = await administrator(store), await told(store)
    await calendar.set_day(store, admin, CITY, date(2026, 11, 5), Day(False, None))
    await calendar.set_day(store, admin, CITY, date(2026, 12, 24), Day(False, None))
    await calendar.set_day(store, admin, CITY, date(2027, 1, 1), Day(False, "元旦"))
    before = (await row_of(store, reported.id)).due_by
    tried = await calendar.check(store, admin, CITY, 2026, FILE.encode())
    assert (tried.new, tried.changed, tried.ended, tried.unchanged, tried.written) == (2, 1, 1, 0, False)
    assert (await row_of(store, reported.id)).due_by == before
    done = await calendar.take_in(store, admin, CITY, 2026, FILE.encode())
    assert (done.new, done.changed, done.ended, done.written) == (2, 1, 1, True)
    async with store.database.read() as connection:
        assert await calendar.exceptions_of(connection, CITY) == {
            date(2026, 11, 4): False, date(2026, 11, 5): False, date(2026, 11, 7): True, date(2027, 1, 1): False,
        }  # fmt: skip
    # The 3rd, the 6th, the Saturday, the 9th and the 10th.
    assert (await row_of(store, reported.id)).due_by == instant("2026-11-11")
    assert (await deeds(store))[0] == ("import_calendar", "2026: 2 new, 1 changed, 1 ended")


async def test_one_bad_line_refuses_the_whole_file(store: Store) -> None:
    admin = await administrator(store)
    wrong = (FILE + "2026-13-01,,放假,\n").encode()
    for attempt in (calendar.check, calendar.take_in):
        done = await attempt(store, admin, CITY, 2026, wrong)
        assert ([(one.line, one.why) for one in done.refused], done.written) == ([(4, "date")], False)
    async with store.database.read() as connection:
        assert await calendar.exceptions_of(connection, CITY) == {}
    assert await deeds(store) == []


async def test_who_has_not_the_whole_city_changes_nothing(store: Store) -> None:
    for who in (await administrator(store, YUCHENG), ZHANG):
        with pytest.raises(Forbidden):
            await calendar.set_day(store, who, CITY, date(2026, 11, 4), Day(False, None))
        with pytest.raises(Forbidden):
            await calendar.take_in(store, who, CITY, 2026, FILE.encode())
    with pytest.raises(NotFound):
        await calendar.set_day(store, await administrator(store, MINGSHAN), "999999", date(2026, 11, 4), None)


async def test_a_day_that_no_calendar_has_is_refused(store: Store) -> None:
    with pytest.raises(InvalidField) as refused:
        await calendar.set_day(store, await administrator(store), CITY, date(1999, 12, 31), None)
    assert (refused.value.field, refused.value.params["why"]) == ("day", "out_of_range")


async def test_an_imported_bundle_moves_what_waits_like_an_administrator(store: Store) -> None:
    reported = await told(store)
    holiday = Bundle(CITY, {"calendar": {"2026-11-05": {"working": False, "name": None}}})
    async with store.database.write() as connection:
        await import_city(connection, store.ids, store.clock.now(), holiday)
    assert (await row_of(store, reported.id)).due_by == instant("2026-11-11")
