"""A city's calendar of working days: one day changed, or a year's file taken in, audited; and what is due follows it.

When a report is due is law (five working days, 程序规定 19), not a promise of ours: a holiday that is announced later
moves it, and so does a Saturday that is worked. Leaves to others: what a working day is (``models.reports``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import audit, citywide
from models.actions.idempotency import Keeping
from models.actions.incident_change import until_saved
from models.caller import Officer
from models.errors import InvalidField
from models.reports import calendar_lines
from models.reports.calendar_lines import FIRST_YEAR, LAST_YEAR, LONGEST_NAME, Day, Refusal
from models.reports.states import OPEN
from models.reports.working_days import recounted
from models.store import Change, Store
from models.tables import calendar_days, districts, reporters, reports

Exceptions = Mapping[date, bool]


@dataclass(frozen=True, slots=True)
class TakenIn:
    """``moved``: open reports that are due on another day. ``written``: False for a dry run, or what was refused."""

    new: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0
    moved: int = 0
    refused: tuple[Refusal, ...] = ()
    written: bool = False


async def of_city(connection: AsyncConnection, city: str) -> dict[date, Day]:
    """Every day of the city's calendar that is otherwise than the week says."""
    query = select(calendar_days).where(calendar_days.c.city_code == city).order_by(calendar_days.c.day)
    rows = (await connection.execute(query)).all()
    return {date.fromisoformat(row.day): Day(row.working, row.name) for row in rows}


async def exceptions_of(connection: AsyncConnection, city: str) -> dict[date, bool]:
    """The same days: whether each is worked."""
    return _working(await of_city(connection, city))


async def set_day(
    store: Store,
    by: Officer,
    city: str,
    day: date,
    what: Day | None,
    *,
    then: Keeping[TakenIn] | None = None,
) -> TakenIn:
    """From now on ``day`` is so; None: as the week says. What is so already leaves no record.

    Raises NotFound (no such city), Forbidden (one's own are not all of its districts), InvalidField.
    """
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidField(field="day", why="out_of_range")
    if what is not None and len(what.name or "") > LONGEST_NAME:
        raise InvalidField(field="name", why="too_long", limit=LONGEST_NAME)

    async def work(change: Change) -> TakenIn:
        await citywide.check(change.connection, by, city)
        before = await of_city(change.connection, city)
        after = {one: is_so for one, is_so in before.items() if one != day}
        if what is not None:
            after[day] = what
        done = await _write(change, city, before, after)
        if before != after:
            kind = "as the week says" if what is None else "working" if what.working else "holiday"
            await audit.record(change, by, "set_calendar", f"city:{city}", reason=f"{day}: {kind}")
        if then is not None:
            await then(change, done)
        return done

    return await until_saved(lambda: store.run(work))


async def check(store: Store, by: Officer, city: str, year: int, content: bytes) -> TakenIn:
    """What taking in the file would change. Raises as ``take_in``."""
    wanted = _read(content, year)
    async with store.database.read() as connection:
        await citywide.check(connection, by, city)
        before = await of_city(connection, city)
        if wanted.refused:
            return TakenIn(refused=wanted.refused)
        moved = len(
            await _moves(connection, city, _working(before), _working(_with(before, wanted.days, year)))
        )
    counted = _counts(before, _with(before, wanted.days, year), year)
    return TakenIn(*counted, moved=moved)


async def take_in(
    store: Store, by: Officer, city: str, year: int, content: bytes, *, then: Keeping[TakenIn] | None = None
) -> TakenIn:
    """The file is all of the city's calendar for ``year``. One bad line refuses it whole: half a year misleads.

    Raises NotFound, Forbidden, InvalidField.
    """
    wanted = _read(content, year)

    async def work(change: Change) -> TakenIn:
        await citywide.check(change.connection, by, city)
        before = await of_city(change.connection, city)
        after = _with(before, wanted.days, year)
        done = TakenIn(refused=wanted.refused)
        if not wanted.refused:
            done = await _write(change, city, before, after, year)
            told = f"{year}: {done.new} new, {done.changed} changed, {done.ended} ended"
            await audit.record(change, by, "import_calendar", f"city:{city}", reason=told)
        if then is not None:
            await then(change, done)
        return done

    return await until_saved(lambda: store.run(work))


def _read(content: bytes, year: int) -> calendar_lines.Calendar:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidField(field="year", why="out_of_range")
    return calendar_lines.read(content, year)


def _with(before: Mapping[date, Day], days: Mapping[date, Day], year: int) -> dict[date, Day]:
    return {day: what for day, what in before.items() if day.year != year} | dict(days)


def _counts(before: Mapping[date, Day], after: Mapping[date, Day], year: int) -> tuple[int, int, int, int]:
    old = {day: what for day, what in before.items() if day.year == year}
    new = {day: what for day, what in after.items() if day.year == year}
    both = old.keys() & new.keys()
    same = sum(old[day] == new[day] for day in both)
    return len(new.keys() - old.keys()), len(both) - same, len(old.keys() - new.keys()), same


def _working(days: Mapping[date, Day]) -> dict[date, bool]:
    return {day: what.working for day, what in days.items()}


async def _write(
    change: Change, city: str, before: Mapping[date, Day], after: Mapping[date, Day], year: int | None = None
) -> TakenIn:
    connection, here = change.connection, calendar_days.c.city_code == city
    gone = [day.isoformat() for day in before if after.get(day) != before[day]]
    come = [
        {"city_code": city, "day": day.isoformat(), "working": what.working, "name": what.name}
        for day, what in after.items()
        if before.get(day) != what
    ]
    if gone:
        await connection.execute(delete(calendar_days).where(here, calendar_days.c.day.in_(gone)))
    if come:
        await connection.execute(insert(calendar_days), come)
    moved = await follow(connection, city, _working(before), _working(after))
    counts = (0, 0, 0, 0) if year is None else _counts(before, after, year)
    return TakenIn(*counts, moved=moved, written=True)


async def follow(connection: AsyncConnection, city: str, before: Exceptions, after: Exceptions) -> int:
    """What waits is due when the new calendar says so, with as many working days as it had; returns how many moved."""
    moves = await _moves(connection, city, before, after)
    if moves:
        await connection.execute(
            update(reports).where(reports.c.id == bindparam("report")).values(due_by=bindparam("due")),
            [{"report": report, "due": due} for report, due in moves],
        )
    return len(moves)


async def _moves(
    connection: AsyncConnection, city: str, before: Exceptions, after: Exceptions
) -> Sequence[tuple[str, datetime]]:
    if before == after:
        return []
    objected = (
        select(func.max(reporters.c.objected_at, type_=reporters.c.objected_at.type))
        .where(reporters.c.report_id == reports.c.id)
        .scalar_subquery()
    )
    query = (
        select(
            reports.c.id, reports.c.state, reports.c.filed_at, reports.c.due_by, objected.label("objected_at")
        )
        .join(districts, districts.c.code == reports.c.district)
        .where(districts.c.city_code == city, reports.c.state.in_(sorted({*OPEN, "more"})))
        .order_by(reports.c.id)
    )
    rows: Sequence[Any] = (await connection.execute(query)).all()
    moves = []
    for row in rows:
        began = row.objected_at if row.state == "objected" else row.filed_at
        due = recounted(began or row.filed_at, row.due_by, before, after)
        if due != row.due_by:
            moves.append((row.id, due))
    return moves
