"""A roster as a CSV file: read line by line, what is wrong told with its line and column. Pure.

One line is one officer in one shift; lines of the same shift belong together. Dates and times are Beijing's, a shift
that ends earlier than it begins ends on the next day. Who people are, and who is free, is not known here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from models.duty.rosters import DUTY_ROLES, DutyRole, Span, minutes_between, span_of

MOST_LINES = 1_000
# What a column may be called, the first name being the one that refusals use.
COLUMNS: dict[str, tuple[str, ...]] = {
    "date": ("date", "日期"),
    "start": ("start", "开始", "上岗"),
    "end": ("end", "结束", "下岗"),
    "zone": ("zone", "区域", "片区"),
    "shift": ("shift", "班次"),
    "role": ("role", "职责", "岗位"),
    "officer": ("officer", "警号"),
}
_OPTIONAL = frozenset({"zone"})
_ROLES: dict[str, DutyRole] = {
    "leader": "leader",
    "带班": "leader",
    "police": "police",
    "民警": "police",
    "auxiliary": "auxiliary",
    "辅警": "auxiliary",
}
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Refused:
    """``line`` counts from 1, the header being 1; ``why`` is a stable key, ``value`` what stood there."""

    line: int
    column: str
    why: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One officer in one shift, as the file says it; ``zone`` is a code, empty for the whole district."""

    number: int
    span: Span
    zone: str
    shift: str
    role: DutyRole
    officer: str


def read(text: str, week: date) -> tuple[list[Line], list[Refused]]:
    """The sound lines of a file for the week, and why the others are refused."""
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=_delimiter(text)))
    if not rows:
        return [], [Refused(1, "date", "missing")]
    places, refused = _places(rows[0])
    if refused:
        return [], refused
    if len(rows) > MOST_LINES + 1:
        return [], [Refused(MOST_LINES + 2, "date", "too_many")]
    lines = []
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
        found = _line(number, cells, week)
        if isinstance(found, Refused):
            refused.append(found)
        else:
            lines.append(found)
    return lines, refused


def _delimiter(text: str) -> str:
    """Spreadsheets write what their language likes."""
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _places(header: Sequence[str]) -> tuple[dict[str, int], list[Refused]]:
    names = [cell.strip().lower() for cell in header]
    places = {
        column: place
        for column, called in COLUMNS.items()
        for place, name in enumerate(names)
        if name in called
    }
    missing = [name for name in COLUMNS if name not in places and name not in _OPTIONAL]
    return places, [Refused(1, name, "missing") for name in missing]


def _line(number: int, cells: dict[str, str], week: date) -> Line | Refused:
    for name in COLUMNS:
        if name not in _OPTIONAL and not cells[name]:
            return Refused(number, name, "missing")
    day, start, end = _date(cells["date"]), _time(cells["start"]), _time(cells["end"])
    role = _ROLES.get(cells["role"].lower())
    if day is None:
        return Refused(number, "date", "no_date", cells["date"])
    if not week <= day < week + timedelta(days=7):
        return Refused(number, "date", "not_this_week", cells["date"])
    if start is None:
        return Refused(number, "start", "no_time", cells["start"])
    if end is None:
        return Refused(number, "end", "no_time", cells["end"])
    if role is None or role not in DUTY_ROLES:
        return Refused(number, "role", "unknown", cells["role"])
    if len(cells["shift"]) > LONGEST_NAME:
        return Refused(number, "shift", "too_long", cells["shift"][:LONGEST_NAME])
    span = span_of(day, start.hour * 60 + start.minute, minutes_between(start, end))
    return Line(number, span, cells.get("zone", ""), cells["shift"], role, cells["officer"])


def _date(text: str) -> date | None:
    """``2026-11-30``, and as spreadsheets write it, ``2026/11/30``."""
    parts = text.replace("/", "-").split("-")
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day)
    except ValueError:
        return None


def _time(text: str) -> time | None:
    try:
        hour, minute = (int(part) for part in text.replace("：", ":").split(":")[:2])
        return time(hour, minute)
    except ValueError:
        return None
