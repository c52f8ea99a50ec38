"""Shifts across midnight in Beijing time, who fits which role, and what a roster's file may hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from models.duty.consent import may_locate, standing
from models.duty.roster_file import read
from models.duty.rosters import (
    Span,
    bounds,
    check_needs,
    minutes_between,
    monday,
    overlap,
    readiness,
    span_of,
    week_of,
)
from models.errors import InvalidField

WEEK = date(2026, 11, 30)
HEAD = "date,start,end,zone,shift,role,officer"


def utc(day: int, hour: int, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def test_a_night_begins_on_one_day_of_beijing_and_ends_on_the_next() -> None:
    night = span_of(date(2026, 12, 1), 22 * 60, 480)
    assert (night.starts_at, night.ends_at) == (utc(1, 14), utc(1, 22))
    assert night.ends_at.astimezone(UTC) == utc(1, 22)
    day = span_of(date(2026, 12, 1), 6 * 60, 480)
    assert (day.starts_at, day.ends_at) == (datetime(2026, 11, 30, 22, tzinfo=UTC), utc(1, 6))


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [("22:00", "06:00", 480), ("08:00", "16:00", 480), ("00:00", "00:00", 1440), ("06:30", "06:15", 1425)],
)
def test_a_shift_that_ends_earlier_than_it_begins_ends_on_the_next_day(
    start: str, end: str, minutes: int
) -> None:
    assert minutes_between(time.fromisoformat(start), time.fromisoformat(end)) == minutes


def test_a_week_is_beijings_from_monday_to_monday() -> None:
    span = bounds(WEEK)
    assert (span.starts_at, span.ends_at) == (
        datetime(2026, 11, 29, 16, tzinfo=UTC),
        datetime(2026, 12, 6, 16, tzinfo=UTC),
    )
    assert week_of(span.starts_at) == WEEK
    assert week_of(datetime(2026, 12, 6, 15, 59, tzinfo=UTC)) == WEEK
    assert week_of(span.ends_at) == date(2026, 12, 7)
    for wrong, why in (("2026-12-01", "not_monday"), ("1.12.2026", "no_date"), ("", "no_date")):
        with pytest.raises(InvalidField) as refused:
            monday(wrong)
        assert refused.value.params["why"] == why


def test_shifts_that_follow_each_other_do_not_overlap() -> None:
    early, late, between = (
        Span(utc(1, 6), utc(1, 14)),
        Span(utc(1, 14), utc(1, 22)),
        Span(utc(1, 13), utc(1, 15)),
    )
    assert not overlap(early, late)
    assert overlap(early, between)
    assert overlap(late, between)


def test_required_against_rostered_against_signed_on() -> None:
    needs = check_needs({"police": 2, "auxiliary": 0, "leader": 1})
    assert needs == {"leader": 1, "police": 2}
    places = [("police", True), ("police", False), ("auxiliary", True)]
    told = [
        (one.role, one.required, one.rostered, one.signed_on, one.missing) for one in readiness(needs, places)
    ]
    assert told == [("leader", 1, 0, 0, 1), ("police", 2, 2, 1, 1), ("auxiliary", 0, 1, 1, 0)]
    for wrong in ({"chief": 1}, {"police": -1}, {"police": 100}):
        with pytest.raises(InvalidField):
            check_needs(wrong)


def test_a_file_in_chinese_from_a_spreadsheet_is_read() -> None:
    text = "\ufeff日期;开始;结束;区域;班次;职责;警号\r\n2026/12/1;22:00;06:00;north;夜班;带班;051827\r\n;;;;;;\r\n"
    lines, refused = read(text, WEEK)
    assert refused == []
    (line,) = lines
    assert (line.span.starts_at, line.span.ends_at) == (utc(1, 14), utc(1, 22))
    assert (line.number, line.zone, line.shift, line.role, line.officer) == (
        2,
        "north",
        "夜班",
        "leader",
        "051827",
    )


@pytest.mark.parametrize(
    ("line", "column", "why"),
    [
        ("2026-11-31,22:00,06:00,,夜班,police,1", "date", "no_date"),
        ("2026-12-07,22:00,06:00,,夜班,police,1", "date", "not_this_week"),
        ("2026-12-01,25:00,06:00,,夜班,police,1", "start", "no_time"),
        ("2026-12-01,22:00,6,,夜班,police,1", "end", "no_time"),
        ("2026-12-01,22:00,06:00,,夜班,chief,1", "role", "unknown"),
        ("2026-12-01,22:00,06:00,,,police,1", "shift", "missing"),
        ("2026-12-01,22:00,06:00", "shift", "missing"),
        (f"2026-12-01,22:00,06:00,,{'x' * 41},police,1", "shift", "too_long"),
    ],
)
def test_a_line_that_is_wrong_is_refused_with_its_column(line: str, column: str, why: str) -> None:
    good = "2026-12-01,22:00,06:00,,夜班,police,2"
    lines, refused = read(f"{HEAD}\n{good}\n{line}\n", WEEK)
    assert [one.number for one in lines] == [2]
    assert [(one.line, one.column, one.why) for one in refused] == [(3, column, why)]


def test_a_file_without_its_columns_or_with_too_many_lines_is_refused_as_a_whole() -> None:
    assert [(one.line, one.column) for one in read("date,start,end\n", WEEK)[1]] == [
        (1, "shift"),
        (1, "role"),
        (1, "officer"),
    ]
    assert read("", WEEK)[1][0].why == "missing"
    many = "\n".join([HEAD, *["2026-12-01,22:00,06:00,,夜班,police,1"] * 1001])
    assert [one.why for one in read(many, WEEK)[1]] == ["too_many"]


def test_consent_counts_for_the_wording_that_was_shown_and_a_refusal_for_all() -> None:
    assert [standing(None, None), standing("1", True), standing("1", False)] == [
        "unasked",
        "given",
        "refused",
    ]
    assert [standing("0", True), standing("0", False)] == ["unasked", "refused"]
    assert [may_locate("unasked"), may_locate("given"), may_locate("refused")] == [True, True, False]
