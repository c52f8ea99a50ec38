"""The board of a district: what is open, with its exact position; its figures, and who is on duty."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.clock import iso, iso_or_none
from models.errors import NotFound
from models.feed.append import epoch_of
from models.incident.incident import STATUSES, from_row
from models.incident.panic import from_row as panic_of
from models.incident.panic import panic_view
from models.incident.views import View, district_view
from models.queries.vehicle_shares import VehicleShares
from models.store import Store
from models.tables import districts, heads, incidents, officers, panics, shifts

DAY = timedelta(hours=24)
CLOSED_SHOWN = 100  # closed incidents in the list of the day, newest first


async def board(store: Store, district: str) -> dict[str, Any]:
    """``{"incidents", "panics", "offset", "epoch"}``: what is open, and where the feed stood. Raises NotFound."""
    async with store.database.read() as connection:
        offset = await _head(connection, district)
        query = (
            select(incidents)
            .where(incidents.c.district == district, incidents.c.status != "closed")
            .order_by(incidents.c.respond_by, incidents.c.id)
        )
        call = store.texts.call(district)
        views = [district_view(from_row(row), call) for row in (await connection.execute(query)).mappings()]
        alarms = await open_panics(connection, district)
        epoch = await epoch_of(connection)
        return {"incidents": views, "panics": alarms, "offset": offset, "epoch": epoch}


async def open_panics(connection: AsyncConnection, district: str) -> list[View]:
    """The alarms that no commander has cleared yet, the newest first."""
    query = (
        select(panics)
        .where(panics.c.district == district, panics.c.status != "cleared")
        .order_by(panics.c.raised_at.desc(), panics.c.id)
    )
    return [panic_view(panic_of(row)) for row in (await connection.execute(query)).mappings()]


async def closed_of_day(store: Store, district: str, *, officer_id: str | None = None) -> list[View]:
    """What was closed in the last 24 hours, newest first; with ``officer_id`` only what that officer had."""
    since = store.clock.now() - DAY
    query = (
        select(incidents)
        .where(incidents.c.district == district, incidents.c.closed_at >= since)
        .order_by(incidents.c.closed_at.desc())
        .limit(CLOSED_SHOWN)
    )
    if officer_id is not None:
        query = query.where(incidents.c.officer_id == officer_id)
    call = store.texts.call(district)
    async with store.database.read() as connection:
        return [district_view(from_row(row), call) for row in (await connection.execute(query)).mappings()]


async def _head(connection: AsyncConnection, district: str) -> int:
    query = (
        select(heads.c.head)
        .join(districts, districts.c.code == heads.c.district)
        .where(heads.c.district == district)
    )
    offset: int | None = (await connection.execute(query)).scalar_one_or_none()
    if offset is None:
        raise NotFound(field="district")
    return offset


async def figures(store: Store, district: str, shares: VehicleShares) -> dict[str, Any]:
    """The figures of the last 24 hours, and who is on duty now.

    Shares are given as counts with their n, of requests to move a car, to which the promise is made: ``kept`` moved or
    accepted within the response time, ``answered`` and ``accepted`` likewise, of ``due`` requests whose time is over
    or that are closed. ``vehicles``: the shares of the last 30 days.
    """
    now = store.clock.now()
    vehicles = await shares.of(district)
    async with store.database.read() as connection:
        return {
            "district": district,
            "at": iso(now),
            "statuses": await _statuses(connection, district),
            "day": await _day(connection, district, now),
            "vehicles": vehicles,
            "on_duty": await on_duty(connection, district),
        }


async def _statuses(connection: AsyncConnection, district: str) -> dict[str, int]:
    query = (
        select(incidents.c.status, func.count().label("n"))
        .where(incidents.c.district == district, incidents.c.status != "closed")
        .group_by(incidents.c.status)
    )
    counted = {row.status: row.n for row in await connection.execute(query)}
    return {status: counted.get(status, 0) for status in STATUSES if status != "closed"}


async def _day(connection: AsyncConnection, district: str, now: datetime) -> dict[str, Any]:
    # The promise is made to those who wait: an officer's own notice is not counted with it.
    asked = (incidents.c.origin != "officer") | (incidents.c.requesters > 0)
    of_day = (
        incidents.c.district == district,
        incidents.c.kind == "move_car",
        incidents.c.requested_at >= now - DAY,
        asked,
    )
    over = (incidents.c.respond_by <= now) | (incidents.c.status == "closed")
    moved = incidents.c.moved_at <= incidents.c.respond_by
    accepted = incidents.c.accepted_at <= incidents.c.respond_by
    answered = incidents.c.answered_at <= incidents.c.respond_by

    def count(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    query = select(
        func.count().label("requests"),
        count(over).label("due"),
        count(over & (moved | accepted)).label("kept"),
        count(over & answered).label("answered"),
        count(over & accepted).label("accepted"),
        count(over & moved).label("moved"),
        count(incidents.c.breached_at.is_not(None)).label("breached"),
        count(incidents.c.status == "closed").label("closed"),
    ).where(*of_day)
    row = (await connection.execute(query)).mappings().one()
    median = await _median_answer(connection, of_day)
    return {**{name: int(value) for name, value in row.items()}, "median_answer_seconds": median}


async def _median_answer(connection: AsyncConnection, of_day: tuple[Any, ...]) -> float | None:
    query = (
        select(incidents.c.requested_at, incidents.c.answered_at)
        .where(*of_day, incidents.c.answered_at.is_not(None))
        .limit(5_000)
    )
    seconds: list[float] = sorted(
        (row.answered_at - row.requested_at).total_seconds() for row in await connection.execute(query)
    )
    if not seconds:
        return None
    middle = len(seconds) // 2
    return seconds[middle] if len(seconds) % 2 else (seconds[middle - 1] + seconds[middle]) / 2


async def on_duty(connection: AsyncConnection, district: str) -> list[dict[str, Any]]:
    """Officers on duty by service number: what they are doing, busy or free, and where they were last (WGS-84)."""
    busy = exists().where(
        incidents.c.officer_id == officers.c.id, incidents.c.status.in_(("accepted", "on_scene"))
    )
    query = (
        select(officers.c.service_number, officers.c.unit, officers.c.role, busy.label("busy"), shifts)
        .join(shifts, shifts.c.officer_id == officers.c.id)
        .where(shifts.c.district == district, shifts.c.ended_at.is_(None))
        .order_by(officers.c.service_number)
    )
    return [
        {
            "officer": row["service_number"],
            "unit": row["unit"],
            "role": row["role"],
            "busy": bool(row["busy"]),
            "status": row["status"],
            "status_at": iso_or_none(row["status_at"]),
            "since": iso(row["started_at"]),
            "lat": row["lat"],
            "lng": row["lng"],
            "position_at": iso_or_none(row["position_at"]),
        }
        for row in (await connection.execute(query)).mappings()
    ]
