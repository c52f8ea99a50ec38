"""The section ``calendar``: the days that differ from the week: holidays, and Saturdays worked for them.

A day that a bundle does not name stays as it is. What the days do: ``models.reports.working_days``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.city.reading import Fields
from models.city.sections import Entries, Value, Values, Writing
from models.reports.calendar_lines import FIRST_YEAR, LAST_YEAR, LONGEST_NAME, LONGEST_RANGE
from models.tables import calendar_days

KINDS = {"holiday": False, "working": True}
MOST_DAYS = 1_000


class CalendarSection:
    """One entry a day, by its date. In a bundle days in a row that are the same stand as one range."""

    name = "calendar"
    label = "calendar day"

    def read(self, fields: Fields, city: str) -> Entries:
        found: dict[str, Values] = {}
        for one in fields.items(self.name):
            values = _values(one)
            for day in _days(one):
                if day in found:
                    one.wrong("day", f"{day} stands here twice")
                found[day] = values
            one.end()
        if len(found) > MOST_DAYS:
            fields.wrong(self.name, f"a calendar names at most {MOST_DAYS} days")
        return found

    async def held(self, connection: AsyncConnection, city: str, wanted: Entries | None = None) -> Entries:
        query = select(calendar_days).where(calendar_days.c.city_code == city).order_by(calendar_days.c.day)
        return {
            row.day: {"working": row.working, "name": row.name} for row in await connection.execute(query)
        }

    def shown(self, entries: Entries) -> Any:
        return [_shown(*one) for one in _ranges(entries)]

    async def conflicts(self, connection: AsyncConnection, city: str, wanted: Entries) -> list[str]:
        return []

    async def write(self, writing: Writing, key: str, values: Values, *, new: bool) -> None:
        if new:
            row = {"city_code": writing.city, "day": key, **values}
            await writing.connection.execute(insert(calendar_days).values(**row))
        else:
            mine = (calendar_days.c.city_code == writing.city, calendar_days.c.day == key)
            await writing.connection.execute(update(calendar_days).where(*mine).values(**values))


def _values(one: Fields) -> dict[str, Value]:
    kind = one.text("kind", longest=10)
    if kind and kind not in KINDS:
        one.wrong("kind", f"{kind!r} is none of {', '.join(KINDS)}")
    return {"working": KINDS.get(kind, False), "name": one.optional_text("name", longest=LONGEST_NAME)}


def _days(one: Fields) -> Iterator[str]:
    """Each day from ``day`` to ``until``, both included."""
    first = _date(one, "day", one.text("day", longest=10))
    until = one.optional_text("until", longest=10)
    last = first if until is None else _date(one, "until", until)
    if first is None or last is None:
        return
    if not 0 <= (last - first).days < LONGEST_RANGE:
        one.wrong("until", f"a range ends on its first day or within {LONGEST_RANGE} days")
        return
    for n in range((last - first).days + 1):
        yield (first + timedelta(days=n)).isoformat()


def _date(one: Fields, name: str, text: str) -> date | None:
    if not text:
        return None  # told as missing
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or len(text) != 10 or not FIRST_YEAR <= found.year <= LAST_YEAR:
        one.wrong(name, f"{text!r} is no date from {FIRST_YEAR}-01-01 to {LAST_YEAR}-12-31")
        return None
    return found


def _ranges(entries: Entries) -> Iterator[tuple[str, str, Values]]:
    first = last = ""
    held: Values | None = None
    for day, values in sorted(entries.items()):
        follows = last and (date.fromisoformat(day) - date.fromisoformat(last)).days == 1
        if held is not None and (values != held or not follows or day[:4] != first[:4]):
            yield first, last, held
            first = day
        first, last, held = first if held is not None else day, day, values
    if held is not None:
        yield first, last, held


def _shown(first: str, last: str, values: Values) -> dict[str, Any]:
    shown: dict[str, Any] = {"day": first}
    if last != first:
        shown["until"] = last
    shown["kind"] = "working" if values["working"] else "holiday"
    if values["name"] is not None:
        shown["name"] = values["name"]
    return shown
