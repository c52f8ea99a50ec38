"""Incidents of a period as rows of a register: what the record says of each, and its response figures. Read in pages.

No personal data but the plate, and that only when it is asked for. Leaves to others: who may, and writing files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.incident.response import FIGURES
from models.queries.response import figures_of
from models.tables import incidents, vehicles

# The fields in this order, as docs/records.md says what each means.
FIELDS: Mapping[str, type] = MappingProxyType(
    {
        "incident": str, "kind": str, "reason": str, "status": str, "outcome": str, "origin": str,
        "district": str, "zone": str, "place": str, "lat": float, "lng": float, "accuracy_m": float,
        "plate_masked": str, "plate": str, "plate_class": str, "requesters": int, "photos": int,
        "priority": int, "escalation": int, "response_seconds": int,
        "requested_at": datetime, "respond_by": datetime, "answered_at": datetime, "reply": str,
        "promised_by": datetime, "deferred": bool, "moved_at": datetime, "breached_at": datetime,
        "handed_over_at": datetime, "accepted_at": datetime, "arrived_at": datetime, "closed_at": datetime,
        "nobody_on_duty": bool, "officer": str, "unit": str, "merged_into": str,
        "self_initiated": bool, "cancelled_before_dispatch": bool, **dict.fromkeys(FIGURES, float),
    }
)  # fmt: skip
_OF_ROW = [
    name for name in FIELDS
    if name in incidents.c and name not in {"officer", "plate"}
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """Incidents of ``district`` that were requested in ``since <= requested_at < until``; instants in UTC."""

    district: str
    since: datetime
    until: datetime

    def chosen(self, query: Select[Any]) -> Select[Any]:
        return query.where(
            incidents.c.district == self.district,
            incidents.c.requested_at >= self.since,
            incidents.c.requested_at < self.until,
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """The last incident of a page; the next one begins behind it."""

    at: datetime
    id: str


async def count(connection: AsyncConnection, period: Period) -> int:
    counted = await connection.execute(period.chosen(select(func.count()).select_from(incidents)))
    return int(counted.scalar_one())


async def page(
    connection: AsyncConnection, period: Period, after: Mark | None, most: int, *, plates: bool
) -> list[dict[str, Any]]:
    """At most ``most`` rows of ``FIELDS``, the oldest first, from behind ``after``. ``plates``: with whole ones."""
    query = period.chosen(
        select(incidents, vehicles.c.plate, vehicles.c.plate_class).outerjoin(
            vehicles, vehicles.c.id == incidents.c.vehicle_id
        )
    )
    if after is not None:
        later = incidents.c.requested_at > after.at
        same = and_(incidents.c.requested_at == after.at, incidents.c.id > after.id)
        query = query.where(or_(later, same))
    rows = (
        await connection.execute(query.order_by(incidents.c.requested_at, incidents.c.id).limit(most))
    ).all()
    times = await figures_of(connection, [row.id for row in rows])
    return [_row(row, times.get(row.id), plates) for row in rows]


def _row(row: Any, times: Any, plates: bool) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in _OF_ROW}
    found |= {"incident": row.id, "officer": row.officer_number}
    found |= {"plate": row.plate if plates else None, "plate_class": row.plate_class}
    for name in ("self_initiated", "cancelled_before_dispatch", *FIGURES):
        found[name] = None if times is None else getattr(times, name)
    return {name: found[name] for name in FIELDS}
