"""The jobs desk: what waits, who works, what failed and why, and what is done once a period."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import examining, readings
from models.actions.jobs_desk import FAILED_NOTICES, within
from models.actions.lives import SILENT
from models.caller import Officer
from models.clock import iso, iso_or_none
from models.store import Store
from models.tables import agency_filings, clearings, districts, incidents, notices, periods, worker_lives

View = dict[str, Any]
MOST_FAILED = 100
LOOKED_BACK = timedelta(days=7)
MOST_PERIODS = 20


async def desk(store: Store, by: Officer) -> View:
    """Counts are the installation's; what failed is of the cities of the officer's districts, of seven days."""
    at, beside = store.clock.now(), await _beside(store)
    async with store.database.read() as connection:
        failed = [*await _notices(connection, by, at), *await _filings(connection, by, at)]
        return {
            "now": iso(at),
            "queues": await _queues(connection, at) + beside,
            "workers": await _workers(connection, at),
            "failed": sorted(failed, key=lambda one: str(one["at"]), reverse=True)[:MOST_FAILED],
            "periods": await _periods(connection),
        }


async def _queues(connection: AsyncConnection, at: datetime) -> list[View]:
    """Rows, not what Redis holds: a queue that Redis lost is as long as it was."""
    queued = notices.c.status == "queued"
    found = []
    for name, table, waits, since in (
        ("notices", notices, and_(queued, notices.c.due_at <= at), notices.c.due_at),
        ("later", notices, and_(queued, notices.c.due_at > at), notices.c.due_at),
        ("filings", agency_filings, agency_filings.c.status == "due", agency_filings.c.due_at),
    ):
        query = (
            select(func.count().label("n"), func.min(since).label("oldest")).select_from(table).where(waits)
        )
        row = (await connection.execute(query)).one()
        found.append({"name": name, "waiting": row.n, "oldest_at": iso_or_none(row.oldest)})
    return found


async def _beside(store: Store) -> list[View]:
    """Photos to read, uploads to examine, pictures to cover: each has a process of its own."""
    uploads, pictures = await examining.waiting(store)
    counts = {"readings": await readings.waiting(store), "uploads": uploads, "pictures": pictures}
    return [{"name": name, "waiting": n, "oldest_at": None} for name, n in counts.items()]


async def _workers(connection: AsyncConnection, at: datetime) -> list[View]:
    query = select(worker_lives).order_by(worker_lives.c.kind, worker_lives.c.name)
    return [
        {
            "name": row.name,
            "kind": row.kind,
            "started_at": iso(row.started_at),
            "heard_at": iso(row.heard_at),
            "state": "stopped" if row.stopped_at else "dead" if row.heard_at < at - SILENT else "alive",
        }
        for row in await connection.execute(query)
    ]


async def _notices(connection: AsyncConnection, by: Officer, at: datetime) -> list[View]:
    query = (
        select(notices, incidents.c.district)
        .outerjoin(incidents, incidents.c.id == notices.c.incident_id)
        .outerjoin(districts, districts.c.code == incidents.c.district)
        .where(notices.c.status.in_(FAILED_NOTICES), notices.c.created_at > at - LOOKED_BACK, within(by))
        .order_by(notices.c.created_at.desc())
        .limit(MOST_FAILED)
    )
    return [
        {
            "kind": "notice",
            "id": row.id,
            "what": row.template,
            "channel": row.channel,
            "state": row.status,
            "failure": row.failure,
            "code": row.code,
            "attempts": row.attempts,
            "at": iso(row.asked_at or row.due_at),
            "incident": row.incident_id,
        }
        for row in await connection.execute(query)
    ]


async def _filings(connection: AsyncConnection, by: Officer, at: datetime) -> list[View]:
    query = (
        select(agency_filings)
        .join(incidents, incidents.c.id == agency_filings.c.incident_id)
        .where(agency_filings.c.status == "failed", incidents.c.district.in_(sorted(by.districts)))
        .order_by(agency_filings.c.due_at.desc())
        .limit(MOST_FAILED)
    )
    return [
        {
            "kind": "filing",
            "id": row.id,
            "what": "hazard",
            "channel": "open311",
            "state": row.status,
            "failure": None,
            "code": row.error,
            "attempts": row.attempts,
            "at": iso(row.due_at),
            "incident": row.incident_id,
        }
        for row in await connection.execute(query)
    ]


async def _periods(connection: AsyncConnection) -> list[View]:
    query = select(periods).order_by(periods.c.begins_at.desc(), periods.c.what).limit(MOST_PERIODS)
    by_period = [
        {
            "what": row.what,
            "begins_at": iso(row.begins_at),
            "done_at": iso_or_none(row.done_at),
            "tries": row.tries,
            "error": row.error,
        }
        for row in await connection.execute(query)
    ]
    cleared = select(clearings).order_by(clearings.c.what)
    return by_period + [
        {
            "what": f"clear.{row.what}",
            "begins_at": iso(row.begun_at),
            "done_at": iso_or_none(row.done_at),
            "tries": 1,
            "error": None,
        }
        for row in await connection.execute(cleared)
    ]
