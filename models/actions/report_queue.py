"""Which report an officer has before him: the one that is due first, for ten minutes, and nobody else meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from models.actions.incident_change import until_saved
from models.actions.reviewing import check_may
from models.caller import Officer
from models.errors import Conflict, NotFound
from models.reports.states import OPEN
from models.store import Change, Store
from models.tables import reports
from models.writes import Stale

LEASE = timedelta(minutes=10)


async def take(store: Store, officer: Officer, report_id: str | None = None) -> str | None:
    """Gives the officer a report for ten minutes: ``report_id``, or the one that is due first; None where none waits.

    What he has before him already is his again. Raises Forbidden, NotFound; Conflict where another one has it.
    """
    check_may(officer)

    async def work(change: Change) -> str | None:
        query = select(reports).where(_his(officer), reports.c.state.in_(sorted(OPEN)))
        query = query.where(_free(officer, change) if report_id is None else reports.c.id == report_id)
        query = (
            query.order_by(reports.c.due_by, reports.c.filed_at, reports.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = (await change.connection.execute(query)).first()
        if row is None:
            if report_id is not None:
                raise NotFound
            return None
        if row.reviewer_id not in {None, officer.id} and row.reviewed_until > change.at:
            raise Conflict(why="reviewed_by_another")
        await _lease(change, row, officer)
        return str(row.id)

    return await until_saved(lambda: store.run(work))


async def put_back(store: Store, officer: Officer, report_id: str) -> None:
    """He closes it without a word: the next one may have it."""
    async with store.database.write() as connection:
        await connection.execute(
            update(reports)
            .where(reports.c.id == report_id, reports.c.reviewer_id == officer.id)
            .values(reviewer_id=None, reviewed_until=None)
        )


def _his(officer: Officer) -> ColumnElement[bool]:
    """Of his districts; what he verified waits for somebody else, and so does an objection to what he decided."""
    return and_(
        reports.c.district.in_(sorted(officer.districts)),
        or_(reports.c.state != "second", reports.c.verified_by != officer.id),
        or_(reports.c.state != "objected", reports.c.decided_by != officer.id),
    )


def _free(officer: Officer, change: Change) -> ColumnElement[bool]:
    return or_(
        reports.c.reviewer_id.is_(None),
        reports.c.reviewer_id == officer.id,
        reports.c.reviewed_until <= change.at,
    )


async def _lease(change: Change, row: Any, officer: Officer) -> None:
    taken = await change.connection.execute(
        update(reports)
        .where(reports.c.id == row.id, reports.c.version == row.version)
        .values(reviewer_id=officer.id, reviewed_until=change.at + LEASE)
    )
    if taken.rowcount != 1:
        raise Stale
