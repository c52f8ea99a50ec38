"""A year's calendar in a file: as offices write it, and each line that cannot be used told by its number."""

from __future__ import annotations

from datetime import date

import pytest

from models.reports.calendar_lines import Day, Refusal, read


def test_days_and_ranges_are_read_in_chinese_and_english() -> None:
    chinese = read(
        "日期,结束日期,类型,名称\n2027/10/1,2027年10月2日,放假,国庆节\n2027-10-9,,上班,\n".encode("gb18030"),
        2027,
    )
    assert chinese.days == {
        date(2027, 10, 1): Day(False, "国庆节"),
        date(2027, 10, 2): Day(False, "国庆节"),
        date(2027, 10, 9): Day(True, None),
    }
    assert read(b"day;kind\n2027-10-09;working\n", 2027).days == {date(2027, 10, 9): Day(True, None)}
    assert chinese.refused == ()


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("2027-02-29,,放假,", Refusal(2, "date", "2027-02-29")),
        ("明天,,放假,", Refusal(2, "date", "明天")),
        ("2026-10-01,,放假,", Refusal(2, "year", "2026-10-01")),
        ("2027-10-07,2027-10-01,放假,", Refusal(2, "order", "2027-10-01")),
        ("2027-10-01,2027-11-01,放假,", Refusal(2, "order", "2027-11-01")),
        ("2027-10-01,,串休,", Refusal(2, "unknown", "串休")),
        ("2027-10-01,,放假," + "节" * 41, Refusal(2, "too_long", "节" * 40)),
        ("2027-10-01,,放假,\n\n2027-10-01,,上班,", Refusal(4, "twice", "2027-10-01")),
    ],
)
def test_a_line_that_cannot_be_used_is_told_by_its_number(text: str, refused: Refusal) -> None:
    assert read(f"日期,结束日期,类型,名称\n{text}\n".encode(), 2027).refused == (refused,)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"PK\x03\x04", "not_text"),
        ("车牌,类别\n".encode(), "missing"),
        (b"2027-10-01,2027-10-07\n", "no_header"),
        ("日期\n2027-10-01\n".encode(), "missing"),
    ],
)
def test_a_file_of_which_nothing_can_be_used_says_why(content: bytes, why: str) -> None:
    assert [one.why for one in read(content, 2027).refused] == [why]


def test_the_same_day_twice_with_the_same_words_is_one_day() -> None:
    found = read("日期,类型\n2027-10-01,放假\n2027-10-01,休\n".encode(), 2027)
    assert (len(found.days), found.refused) == (1, ())
