"""Figures about vehicles, each with its n, as the mission defines them; counts of vehicles, never of one, no plates.

- *Repeat share* (S57): of the vehicles that were notified at least once in the window, the share that was notified
  again in it. The window ends with the period; how many days it has is a rule (the table ``figures``).
- *Left after notice* (S56): of the notices in the period, one per incident, the share after which the car had left, by
  its owner's own doing, before an officer had to deal with it.

A vehicle is *notified* when the first notice of an incident has gone out to its owner's phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.channels.states import TOLD
from models.clock import iso
from models.store import Store
from models.tables import incidents, notices


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``n``; no share where there is nothing to share."""

    count: int
    n: int

    @property
    def view(self) -> dict[str, int | float | None]:
        return {
            "count": self.count,
            "n": self.n,
            "share": None if self.n == 0 else round(self.count / self.n, 4),
        }


async def vehicle_figures(store: Store, district: str, since: datetime, until: datetime) -> dict[str, Any]:
    """The figures of ``since <= notified < until``, and of as long a time before it."""
    days = window_days(store, district, until)
    async with store.database.read() as connection:
        before = since - (until - since)
        return {
            "district": district,
            "since": iso(since),
            "until": iso(until),
            "window_days": days,
            "now": await _figures(connection, district, since, until, days),
            "before": await _figures(connection, district, before, since, days),
        }


def window_days(store: Store, district: str, at: datetime) -> int:
    """How many days back a vehicle counts as notified before."""
    version = store.rules.in_force("figures", district, at)
    days: int = version.compiled.ask({"figure": "repeat_share"}).result["days"]
    return days


async def _figures(
    connection: AsyncConnection, district: str, since: datetime, until: datetime, days: int
) -> dict[str, Any]:
    repeat = await _repeat(connection, district, until - timedelta(days=days), until)
    left = await _left(connection, district, since, until)
    return {"repeat": repeat.view, "left": left.view}


def _notified() -> Any:
    """One row an incident: when its owner was notified first."""
    return (
        select(notices.c.incident_id, func.min(notices.c.sent_at).label("at"))
        .where(notices.c.contact_id.is_not(None), notices.c.status.in_(TOLD))
        .group_by(notices.c.incident_id)
        .subquery()
    )


def _within(told: Any, district: str, since: datetime, until: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        incidents.c.kind == "move_car",
        incidents.c.district == district,
        incidents.c.vehicle_id.is_not(None),
        told.c.at >= since,
        told.c.at < until,
    )


async def _repeat(connection: AsyncConnection, district: str, since: datetime, until: datetime) -> Share:
    told = _notified()
    by_vehicle = (
        select(incidents.c.vehicle_id, func.count().label("times"))
        .join(told, told.c.incident_id == incidents.c.id)
        .where(*_within(told, district, since, until))
        .group_by(incidents.c.vehicle_id)
        .subquery()
    )
    again = func.coalesce(func.sum(case((by_vehicle.c.times > 1, 1), else_=0)), 0)
    row = (
        await connection.execute(
            select(func.count().label("n"), again.label("again")).select_from(by_vehicle)
        )
    ).one()
    return Share(int(row.again), int(row.n))


async def _left(connection: AsyncConnection, district: str, since: datetime, until: datetime) -> Share:
    told = _notified()
    gone = (incidents.c.outcome == "settled") & (incidents.c.moved_at >= told.c.at)
    query = (
        select(func.count().label("n"), func.coalesce(func.sum(case((gone, 1), else_=0)), 0).label("left"))
        .select_from(incidents)
        .join(told, told.c.incident_id == incidents.c.id)
        .where(*_within(told, district, since, until))
    )
    row = (await connection.execute(query)).one()
    return Share(int(row.left), int(row.n))
