"""A year's calendar as offices write it: a CSV file of days, or of first and last days, and what they are. Pure.

Every line that cannot be used is told; whoever takes the file in takes all of it or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from models.watching.names import plain
from models.watching.spreadsheet import ListFaulty, Row, rows_of

FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST_RANGE = 31  # days
LONGEST_NAME = 40  # characters
_COLUMNS = {
    "day": ("day", "date", "from", "日期", "开始日期", "起始日期"),
    "until": ("until", "to", "last day", "到", "至", "结束日期", "截止日期"),
    "kind": ("kind", "type", "类型", "类别"),
    "name": ("name", "holiday", "名称", "节日", "说明"),
}
_KINDS = {
    False: ("holiday", "off", "休", "休息", "放假", "节假日", "假日"),
    True: ("working", "work", "班", "上班", "补班", "调休上班", "工作日"),
}
_COLUMN_OF = {plain(word): name for name, words in _COLUMNS.items() for word in words}
_KIND_OF = {plain(word): working for working, words in _KINDS.items() for word in words}
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]0?0:00(?::00)?)?")


@dataclass(frozen=True, slots=True)
class Refusal:
    """``why`` is stable: that of ``ListFaulty``, or date, year, order, unknown, too_long, twice."""

    line: int
    why: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    working: bool
    name: str | None


@dataclass(frozen=True, slots=True)
class Calendar:
    days: Mapping[date, Day]
    refused: tuple[Refusal, ...]


class _Refused(Exception):
    def __init__(self, why: str, value: str) -> None:
        super().__init__(why)
        self.why, self.value = why, value


def read(content: bytes, year: int) -> Calendar:
    """The days of ``year`` that a file names; a line of another year is refused."""
    try:
        header, *rows = rows_of(content)
        places = _places(header)
    except ListFaulty as faulty:
        return Calendar({}, (Refusal(faulty.line or 1, faulty.why, faulty.column),))
    days: dict[date, Day] = {}
    refused = []
    for row in rows:
        try:
            for day, what in _line(row, places, year):
                if days.setdefault(day, what) != what:
                    raise _Refused("twice", day.isoformat())
        except _Refused as wrong:
            refused.append(Refusal(row.line, wrong.why, wrong.value[:LONGEST_NAME]))
    return Calendar(days, tuple(refused))


def _places(header: Row) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(header.cells):
        name = _COLUMN_OF.get(plain(cell))
        if name is not None:
            found.setdefault(name, at)
    for name in ("day", "kind"):
        if name not in found:
            raise ListFaulty("missing" if found else "no_header", line=header.line, column=name)
    return found


def _line(row: Row, places: Mapping[str, int], year: int) -> list[tuple[date, Day]]:
    def cell(name: str) -> str:
        at = places.get(name, len(row.cells))
        return row.cells[at].strip() if at < len(row.cells) else ""

    first = _date(cell("day"), year)
    last = _date(cell("until"), year) if cell("until") else first
    if not 0 <= (last - first).days < LONGEST_RANGE:
        raise _Refused("order", cell("until"))
    working = _KIND_OF.get(plain(cell("kind")))
    if working is None:
        raise _Refused("unknown", cell("kind"))
    name = cell("name")
    if len(name) > LONGEST_NAME:
        raise _Refused("too_long", name)
    what = Day(working, name or None)
    return [(first + timedelta(days=n), what) for n in range((last - first).days + 1)]


def _date(text: str, year: int) -> date:
    found = _DATE.fullmatch(text)
    try:
        day = date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise _Refused("date", text)
    if day.year != year:
        raise _Refused("year", text)
    return day
