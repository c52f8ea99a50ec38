"""A city's calendar of working days as an administrator sees it: a year's days, and which year is missing."""

from __future__ import annotations

from models.actions.calendar import of_city
from models.caller import Officer
from models.clock import BEIJING
from models.errors import NotFound
from models.incident.views import View
from models.queries.rules import places
from models.reports.working_days import unannounced
from models.store import Store


async def calendar(store: Store, by: Officer, city: str | None, year: int | None) -> View:
    """Of one of the administrator's cities, his first if none is named; of this year in Beijing. Raises NotFound."""
    async with store.database.read() as connection:
        there = [place for place in await places(connection, by) if place.kind == "city"]
        chosen = next((place for place in there if city in (None, place.code)), None)
        if chosen is None:
            raise NotFound(field="city")
        days = await of_city(connection, chosen.code)
    today = store.clock.now().astimezone(BEIJING).date()
    shown, years = year or today.year, {day.year for day in days}
    return {
        "cities": [
            {"code": one.code, "name": one.name, "name_en": one.name_en, "may_change": one.may_change}
            for one in there
        ],
        "city": chosen.code,
        "year": shown,
        "years": sorted({*years, today.year, today.year + 1}),
        "missing": unannounced(today, years),
        "days": [
            {"day": day.isoformat(), "working": what.working, "name": what.name}
            for day, what in days.items()
            if day.year == shown
        ],
    }
