"""Working days by the calendar of a city, counted by hand."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from models.clock import BEIJING
from models.reports.working_days import due, is_working_day, left, recounted, unannounced


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BEIJING)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("began", "days", "ends"),
    [
        # A Wednesday: Thursday, Friday, Monday, Tuesday, Wednesday.
        (at(2026, 11, 25, 10, 0), 5, at(2026, 12, 3, 0, 0)),
        # A Saturday counts from Monday.
        (at(2026, 11, 28, 23, 59), 1, at(2026, 12, 1, 0, 0)),
        (at(2026, 11, 30, 0, 0), 1, at(2026, 12, 2, 0, 0)),
    ],
)
def test_the_day_itself_does_not_count_and_weekends_do_not(
    began: datetime, days: int, ends: datetime
) -> None:
    assert due(began, days, {}) == ends


def test_a_holiday_is_none_and_the_saturday_that_is_worked_for_it_is_one() -> None:
    calendar = {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}
    assert due(at(2026, 9, 30, 9, 0), 1, calendar) == at(2026, 10, 9, 0, 0)
    assert due(at(2026, 9, 30, 9, 0), 3, calendar) == at(2026, 10, 11, 0, 0)
    assert is_working_day(date(2026, 10, 10), calendar)
    assert not is_working_day(date(2026, 10, 1), calendar)


def test_the_day_is_beijings_whatever_the_zone_of_the_instant() -> None:
    friday_evening_in_london = datetime.fromisoformat("2026-11-27T17:00:00+00:00")
    assert due(friday_evening_in_london, 1, {}) == at(2026, 12, 1, 0, 0)


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_number_of_days_that_no_rule_has_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="working days"):
        due(at(2026, 11, 25, 10, 0), days, {})


def test_what_is_left_counts_working_days_after_today_and_ends_with_the_last_one() -> None:
    friday = datetime.fromisoformat("2026-11-06T09:00:00+08:00")
    until = due(friday, 2, {})
    assert until == datetime.fromisoformat("2026-11-11T00:00:00+08:00")
    assert left(friday, until, {}) == 2
    assert left(friday, until, {date(2026, 11, 9): False}) == 1
    assert left(datetime.fromisoformat("2026-11-10T23:59:00+08:00"), until, {}) == 0
    assert left(until, until, {}) is None


def test_what_was_given_five_working_days_has_five_by_the_new_calendar() -> None:
    filed = at(2026, 9, 24, 10, 0)  # a Thursday
    plain = due(filed, 5, {})
    assert plain == at(2026, 10, 2, 0, 0)
    calendar = {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 9, 25): False}
    # The 28th to the 30th, then the 8th and the 9th of October.
    assert recounted(filed, plain, {}, calendar) == at(2026, 10, 10, 0, 0)
    # A Sunday that is worked comes first: the 27th, the 28th to the 30th, the 8th.
    worked = calendar | {date(2026, 9, 27): True}
    assert recounted(filed, plain, {}, worked) == at(2026, 10, 9, 0, 0)
    assert recounted(filed, at(2026, 10, 9, 0, 0), worked, {}) == plain


@pytest.mark.parametrize(
    ("today", "known", "missing"),
    [
        (date(2026, 10, 31), {2026}, []),
        (date(2026, 11, 1), {2026}, [2027]),
        (date(2026, 11, 28), {2026, 2027}, []),
        (date(2027, 1, 1), {2026}, [2027]),
        (date(2026, 12, 31), set(), [2026, 2027]),
    ],
)
def test_a_calendar_is_missed_for_this_year_and_from_november_on_for_the_next(
    today: date, known: set[int], missing: list[int]
) -> None:
    assert unannounced(today, known) == missing
