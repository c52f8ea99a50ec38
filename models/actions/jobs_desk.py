"""What an operator does with work that failed: again, or never more; with a reason, on the record."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import func, select, update

from models.actions import audit, climbing
from models.actions.idempotency import Keeping
from models.actions.reasoned import given_reason
from models.caller import Officer
from models.errors import Conflict, NotFound
from models.store import Change, Store
from models.tables import agency_filings, cities, districts, incidents, notices

Deed = Literal["retry", "drop"]
FAILED_NOTICES = ("failed", "unknown")


async def decide(
    store: Store,
    by: Officer,
    kind: str,
    job_id: str,
    deed: Deed,
    reason: str,
    *,
    then: Keeping[None] | None = None,
) -> None:
    """Raises NotFound for what is not there, not failed any more or another city's, Conflict for a notice that matters

    no more (it is not sent again), InvalidField for no reason.
    """
    reason = given_reason(reason)

    async def work(change: Change) -> None:
        await (_notice if kind == "notice" else _filing)(change, by, job_id, deed)
        await audit.write(
            change.connection,
            store.ids,
            change.at,
            actor=by.subject,
            role=by.role,
            action="retry_job" if deed == "retry" else "drop_job",
            subject=f"{kind}:{job_id}",
            reason=reason,
        )
        if then is not None:
            await then(change, None)

    await store.run(work)


async def _notice(change: Change, by: Officer, notice_id: str, deed: Deed) -> None:
    query = (
        select(
            notices,
            incidents.c.status.label("incident_status"),
            incidents.c.answered_at.label("owner_answered_at"),
            notices.c.created_at.label("began_at"),
        )
        .outerjoin(incidents, incidents.c.id == notices.c.incident_id)
        .outerjoin(districts, districts.c.code == incidents.c.district)
        .where(notices.c.id == notice_id, notices.c.status.in_(FAILED_NOTICES), within(by))
    )
    row: Any = (await change.connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound
    if deed == "retry" and climbing.is_over(row):
        raise Conflict(field="job", why="not_awaited")
    values: dict[str, Any] = {"status": "cancelled"}
    if deed == "retry":
        values = {
            "status": "queued",
            "due_at": change.at,
            "attempts": 0,
            "asked_at": None,
            "held_since": None,
        }
        change.notices_written = True
    await change.connection.execute(
        update(notices)
        .where(notices.c.id == notice_id, notices.c.status == row["status"])
        .values(**values, lease=None, lease_until=None)
    )


def within(by: Officer) -> Any:
    """Of the cities of the officer's districts; what is of no city is the first one's."""
    mine = select(districts.c.city_code).where(districts.c.code.in_(sorted(by.districts)))
    first = select(func.min(cities.c.code)).scalar_subquery()
    return func.coalesce(districts.c.city_code, notices.c.city_code, first).in_(mine)


async def _filing(change: Change, by: Officer, filing_id: str, deed: Deed) -> None:
    query = (
        select(agency_filings.c.id)
        .join(incidents, incidents.c.id == agency_filings.c.incident_id)
        .where(
            agency_filings.c.id == filing_id,
            agency_filings.c.status == "failed",
            incidents.c.district.in_(sorted(by.districts)),
        )
    )
    if (await change.connection.execute(query)).first() is None:
        raise NotFound
    values: dict[str, Any] = {"status": "ended"}
    if deed == "retry":
        values = {"status": "due", "attempts": 0, "due_at": change.at, "lease_until": None}
    await change.connection.execute(
        update(agency_filings)
        .where(agency_filings.c.id == filing_id, agency_filings.c.status == "failed")
        .values(**values)
    )
