"""What one agency has to mend, as a file of a day, a week or a month: the same as the staff's list shows of it.

Periods are days of the city's time. Leaves to others: who may fetch it, and how it is written down.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import exists, select

from models.clock import BEIJING, iso
from models.errors import InvalidField, NotFound, PayloadTooLarge
from models.incident.views import View
from models.queries.hazards import hazard_view, listing
from models.store import Store
from models.tables import agencies, events, hazards, incidents

MOST_IN_FILE = 5_000  # hazards: a city's agency has some hundreds a month
OPEN = "open"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WEEK = re.compile(r"(\d{4})-W(\d\d)")
_MONTH = re.compile(r"(\d{4})-(\d\d)")


@dataclass(frozen=True, slots=True)
class Period:
    """From ``since`` on, before ``until``; both with a zone."""

    name: str
    since: datetime
    until: datetime


def period_of(name: str) -> Period:
    """``2026-11-28``, ``2026-W48`` (ISO 8601, Monday to Sunday) or ``2026-11``. Raises InvalidField."""
    try:
        first, after = _days(name)
    except (ValueError, OverflowError):
        raise InvalidField(field="period", why="unknown") from None
    return Period(name, *(datetime.combine(day, time(), BEIJING) for day in (first, after)))


def _days(name: str) -> tuple[date, date]:
    """The first day, and the first one after the last."""
    if _DAY.fullmatch(name):
        day = date.fromisoformat(name)
        return day, day + timedelta(days=1)
    if week := _WEEK.fullmatch(name):
        monday = date.fromisocalendar(int(week[1]), int(week[2]), 1)
        return monday, monday + timedelta(days=7)
    if month := _MONTH.fullmatch(name):
        first = date(int(month[1]), int(month[2]), 1)
        return first, (first + timedelta(days=31)).replace(day=1)
    raise ValueError(name)


async def file_of(store: Store, agency_id: str, period: Period | None) -> View:
    """Every hazard that the agency has in whose record something happened in the period, as it stands now.

    Without a period: all that are open. Raises NotFound for an agency that is gone or a period that has not begun,
    PayloadTooLarge beyond ``MOST_IN_FILE``.
    """
    now = store.clock.now()
    if period is not None and period.since > now:
        raise NotFound(field="period")
    query = (
        listing().where(hazards.c.agency_id == agency_id).order_by(incidents.c.requested_at, incidents.c.id)
    )
    query = query.where(incidents.c.status != "closed" if period is None else _happened(period))
    async with store.database.read() as connection:
        agency = (await connection.execute(_agency(agency_id))).one_or_none()
        if agency is None:
            raise NotFound(field="agency")
        rows = (await connection.execute(query.limit(MOST_IN_FILE + 1))).mappings().all()
    if len(rows) > MOST_IN_FILE:
        raise PayloadTooLarge(limit=MOST_IN_FILE)
    return {
        "agency": agency.code,
        "name": agency.name,
        "period": OPEN if period is None else period.name,
        "since": None if period is None else iso(period.since),
        "until": None if period is None else iso(period.until),
        "complete": period is None or period.until <= now,
        "made_at": iso(now),
        "hazards": [hazard_view(row, now) for row in rows],
    }


def _happened(period: Period) -> Any:
    return exists().where(
        events.c.incident_id == incidents.c.id, events.c.at >= period.since, events.c.at < period.until
    )


def _agency(agency_id: str) -> Any:
    return select(agencies.c.code, agencies.c.name).where(agencies.c.id == agency_id, agencies.c.active)
