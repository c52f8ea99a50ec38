"""The steps of a report: written one by one, told in the district's feed, and when the next one is due.

A feed carries that something waits for a review and until when: neither whom it is about nor who told of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.clock import iso
from models.feed.append import Pending
from models.feed.channels import report_publication
from models.reports.working_days import due as due_on
from models.store import Change
from models.tables import calendar_days, districts
from models.tables import report_steps as steps

NOTE = "report_steps.note_sealed"
table = steps


async def due(change: Change, district: str, days: int) -> datetime:
    """The end of the ``days``-th working day by the calendar of the district's city."""
    return due_on(change.at, days, await exceptions(change.connection, district))


async def exceptions(connection: AsyncConnection, district: str) -> dict[date, bool]:
    """The days of the district's city on which it is otherwise than the week says."""
    query = (
        select(calendar_days.c.day, calendar_days.c.working)
        .join(districts, districts.c.city_code == calendar_days.c.city_code)
        .where(districts.c.code == district)
    )
    return {date.fromisoformat(row.day): row.working for row in await connection.execute(query)}


async def next_number(change: Change, report_id: str) -> int:
    """Of the report's next step; the report's row is locked."""
    query = select(func.max(steps.c.number)).where(steps.c.report_id == report_id)
    return int((await change.connection.execute(query)).scalar_one() or 0) + 1


def row(
    change: Change,
    report_id: str,
    number: int,
    command: str,
    state: str,
    by: str,
    *,
    officer_number: str | None = None,
    reason: str | None = None,
    note: str | None = None,
) -> dict[str, Any]:
    """One step; ``note`` is sealed: it is written by hand and may hold anything."""
    step_id = change.store.ids.row()
    return {
        "id": step_id,
        "report_id": report_id,
        "number": number,
        "command": command,
        "state": state,
        "by": by,
        "officer_number": officer_number,
        "reason": reason,
        "note_sealed": change.store.vault.seal(NOTE, step_id, note) if note else None,
        "at": change.at,
    }


def tell(change: Change, event: str, report: Mapping[str, Any], actor: str = "system") -> None:
    """Tells the district's officers that a report came, or moved on."""
    change.pending.append(
        Pending(
            district=report["district"],
            name=event,
            at=change.at,
            data=report_publication(event, view_of(report), iso(change.at)),
            actor=actor,
            detail={"report": report["id"]},
        )
    )


def view_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """What a feed shows of a report."""
    return {
        "id": report["id"],
        "district": report["district"],
        "state": report["state"],
        "offence": report["offence"],
        "filed_at": iso(report["filed_at"]),
        "due_by": iso(report["due_by"]),
        "people": report["people"],
        "media": report["media"],
    }
