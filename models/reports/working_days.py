"""Working days, as the procedure counts them: 2, 3, 5, 7, 10 and 15 days are working days (程序规定 81). Pure.

Which days are none is data: the State Council moves holidays, and Saturdays become working days for them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta

from models.clock import BEIJING

_SATURDAY = 5
LONGEST = 366  # working days; nothing in the procedure is longer


def is_working_day(day: date, exceptions: Mapping[date, bool]) -> bool:
    """``exceptions``: True makes a day a working day, False a holiday; without one Monday to Friday are."""
    return exceptions.get(day, day.weekday() < _SATURDAY)


def left(now: datetime, due_by: datetime, exceptions: Mapping[date, bool]) -> int | None:
    """How many working days after today are left before ``due_by``; 0 on the last one, None once it is past."""
    if now >= due_by:
        return None
    day, last = (
        now.astimezone(BEIJING).date(),
        (due_by - timedelta(microseconds=1)).astimezone(BEIJING).date(),
    )
    days = (day + timedelta(days=n) for n in range(1, (last - day).days + 1))
    return sum(is_working_day(one, exceptions) for one in days)


def due(began_at: datetime, days: int, exceptions: Mapping[date, bool]) -> datetime:
    """The end of the ``days``-th working day after the day of ``began_at``, in Beijing: the midnight that ends it.

    The day on which it begins does not count. Aware in, aware out. Raises ValueError unless 1 to 366 days.
    """
    if not 1 <= days <= LONGEST:
        raise ValueError(f"{days} working days")
    day, left = began_at.astimezone(BEIJING).date(), days
    while left:
        day += timedelta(days=1)
        left -= is_working_day(day, exceptions)
    return datetime.combine(day + timedelta(days=1), time(), BEIJING)


def recounted(
    began_at: datetime, due_by: datetime, before: Mapping[date, bool], after: Mapping[date, bool]
) -> datetime:
    """When what had so many working days by the calendar ``before`` is due by the calendar ``after``."""
    first = began_at.astimezone(BEIJING).date()
    last = (due_by - timedelta(microseconds=1)).astimezone(BEIJING).date()
    between = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    days = sum(is_working_day(day, before) for day in between)
    return due(began_at, days, after) if days else due_by


ANNOUNCED_BY = (
    11  # the month: the State Council tells a year's holidays in the November before it, or earlier
)


def unannounced(today: date, known: Collection[int]) -> list[int]:
    """Of which years a calendar should be there and is not: this one, and from November on the next.

    ``known``: the years of which any day is named.
    """
    wanted = [today.year, *([today.year + 1] if today.month >= ANNOUNCED_BY else [])]
    return [year for year in wanted if year not in known]
