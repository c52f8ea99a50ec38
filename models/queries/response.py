"""Response figures: of one incident, and of a district's over a period, from the events of the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.clock import iso, iso_or_none
from models.errors import InvalidField
from models.incident.response import FIGURES, Fact, Figures, figures, median, p90
from models.queries.service_numbers import service_numbers
from models.store import Store
from models.tables import events, incidents

LONGEST_PERIOD = timedelta(days=92)
MOST_INCIDENTS = 50_000  # of one question; a district has some 200 a day
_READ_AT_ONCE = 2_000  # events
_ASKED_AT_ONCE = 500  # incidents: a statement's parameters are bounded

_FACTS = select(
    events.c.incident_id, events.c.name, events.c.at, events.c.actor, events.c.officer_id
).order_by(events.c.incident_id, events.c.incident_offset)


async def response_of(connection: AsyncConnection, incident_id: str) -> dict[str, Any]:
    """The figures of one incident, in seconds, None where an instant was not recorded; and each unit's part."""
    rows = (await connection.execute(_FACTS.where(events.c.incident_id == incident_id))).all()
    found = figures([Fact(row.name, row.at, row.actor, row.officer_id) for row in rows])
    numbers = await service_numbers(connection, (f"officer:{one.officer_id}" for one in found.units))
    units = [
        {
            "officer": numbers.get(f"officer:{one.officer_id}"),
            "dispatched_at": iso(one.dispatched_at),
            "en_route_at": iso_or_none(one.en_route_at),
            "on_scene_at": iso_or_none(one.on_scene_at),
            "clear_at": iso_or_none(one.clear_at),
        }
        for one in found.units
    ]
    return {
        **{name: getattr(found, name) for name in FIGURES},
        "self_initiated": found.self_initiated,
        "cancelled_before_dispatch": found.cancelled_before_dispatch,
        "units": units,
    }


async def response_of_district(
    store: Store, district: str, since: datetime, until: datetime
) -> dict[str, Any]:
    """Median and 90th percentile, each with its n, of the incidents that were requested in ``[since, until)``.

    Self-initiated ones and those that were over before anybody was sent are left out and counted apart. Raises
    InvalidField for a period that is none, or is longer than 92 days.
    """
    if until <= since:
        raise InvalidField(field="until", why="out_of_range")
    if until - since > LONGEST_PERIOD:
        raise InvalidField(field="since", why="too_far", limit=LONGEST_PERIOD.days)
    async with store.database.read() as connection:
        found = await _figures(connection, district, since, until)
    counted = [one for one in found if one.counts]
    return {
        "district": district,
        "since": iso(since),
        "until": iso(until),
        "incidents": len(found),
        "self_initiated": sum(one.self_initiated for one in found),
        "cancelled_before_dispatch": sum(one.cancelled_before_dispatch for one in found),
        **{name: _spread(counted, name) for name in FIGURES},
    }


async def _figures(
    connection: AsyncConnection, district: str, since: datetime, until: datetime
) -> list[Figures]:
    chosen = (
        select(incidents.c.id)
        .where(
            incidents.c.district == district,
            incidents.c.requested_at >= since,
            incidents.c.requested_at < until,
        )
        .order_by(incidents.c.requested_at)
        .limit(MOST_INCIDENTS)
    )
    found: list[Figures] = []
    rows: list[Any] = []
    query = _FACTS.where(events.c.incident_id.in_(chosen)).execution_options(yield_per=_READ_AT_ONCE)
    async with connection.stream(query) as stream:
        async for page in stream.partitions():
            rows.extend(page)
            # The last incident of a page may go on in the next one.
            last = rows[-1].incident_id
            found += _of_rows([row for row in rows if row.incident_id != last])
            rows = [row for row in rows if row.incident_id == last]
    return found + _of_rows(rows)


def _of_rows(rows: Iterable[Any]) -> list[Figures]:
    return list(_by_incident(rows).values())


def _by_incident(rows: Iterable[Any]) -> dict[str, Figures]:
    return {
        incident_id: figures([Fact(row.name, row.at, row.actor, row.officer_id) for row in of_one])
        for incident_id, of_one in groupby(rows, key=lambda row: row.incident_id)
    }


async def figures_of(connection: AsyncConnection, incident_ids: Sequence[str]) -> dict[str, Figures]:
    """The figures of each of some incidents, by its id; some hundred at a time are asked for together."""
    found: dict[str, Figures] = {}
    for first in range(0, len(incident_ids), _ASKED_AT_ONCE):
        asked = incident_ids[first : first + _ASKED_AT_ONCE]
        found |= _by_incident(await connection.execute(_FACTS.where(events.c.incident_id.in_(asked))))
    return found


def _spread(found: list[Figures], name: str) -> dict[str, Any]:
    values = [value for one in found if (value := getattr(one, name)) is not None]
    return {"median": median(values), "p90": p90(values), "n": len(values)}
