"""The audit as an auditor reads it: what people of his districts did, by period, person and action, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.clock import iso, parse_iso
from models.errors import InvalidField
from models.queries.service_numbers import service_numbers
from models.store import Store
from models.tables import audit, districts, officer_districts, officers

PAGE = 50  # records
MOST_EXPORTED = 50_000
View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """Records from ``since`` until before ``until``; of one person, by service number; of one action; of one success.

    ``after`` goes on where a page ended.
    """

    since: datetime | None = None
    until: datetime | None = None
    person: str | None = None
    action: str | None = None
    success: bool | None = None
    after: str | None = None


async def page(store: Store, codes: Sequence[str], wanted: Filter) -> tuple[list[View], str | None]:
    """The newest first, and where the next page begins (None: nowhere). Raises InvalidField."""
    async with store.database.read() as connection:
        rows = await _rows(connection, codes, wanted, PAGE + 1)
        views = await _views(connection, rows[:PAGE])
    if len(rows) <= PAGE:
        return views, None
    last = rows[PAGE - 1]
    return views, f"{last.at.isoformat()}~{last.id}"


async def everything(store: Store, codes: Sequence[str], wanted: Filter) -> tuple[list[View], bool]:
    """All records for a file, and whether there were more than may be exported at once."""
    async with store.database.read() as connection:
        rows = await _rows(connection, codes, wanted, MOST_EXPORTED + 1)
        return await _views(connection, rows[:MOST_EXPORTED]), len(rows) > MOST_EXPORTED


async def actions(store: Store) -> list[str]:
    """What there are records of, to choose from."""
    async with store.database.read() as connection:
        return sorted((await connection.execute(select(audit.c.action).distinct())).scalars())


async def _rows(connection: AsyncConnection, codes: Sequence[str], wanted: Filter, most: int) -> list[Any]:
    query = select(audit).order_by(audit.c.at.desc(), audit.c.id.desc()).limit(most)
    for condition in await _conditions(connection, codes, wanted):
        query = query.where(condition)
    return list((await connection.execute(query)).all())


async def _conditions(
    connection: AsyncConnection, codes: Sequence[str], wanted: Filter
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    every = set((await connection.execute(select(districts.c.code))).scalars())
    if not every <= set(codes):
        # Who audits part of an installation sees its people; the operator and strangers belong to whoever has all.
        people = select(("officer:" + officer_districts.c.officer_id).label("actor")).where(
            officer_districts.c.district.in_(sorted(codes))
        )
        found.append(audit.c.actor.in_(people))
    if wanted.since is not None:
        found.append(audit.c.at >= wanted.since)
    if wanted.until is not None:
        found.append(audit.c.at < wanted.until)
    if wanted.person:
        found.append(await _person(connection, wanted.person))
    if wanted.action:
        found.append(audit.c.action == wanted.action)
    if wanted.success is not None:
        found.append(audit.c.success == wanted.success)
    if wanted.after:
        found.append(_after(wanted.after))
    return found


async def _person(connection: AsyncConnection, number: str) -> ColumnElement[bool]:
    """What he did and what was done to him."""
    query = select(officers.c.id).where(officers.c.service_number == number)
    officer_id = (await connection.execute(query)).scalar_one_or_none()
    subject = f"officer:{officer_id or ''}"
    return or_(audit.c.actor == subject, audit.c.subject == subject)


def _after(cursor: str) -> ColumnElement[bool]:
    at, _, record = cursor.partition("~")
    try:
        instant = parse_iso(at)
    except ValueError:
        raise InvalidField(field="after", why="unknown") from None
    return or_(audit.c.at < instant, and_(audit.c.at == instant, audit.c.id < record))


async def _views(connection: AsyncConnection, rows: Sequence[Any]) -> list[View]:
    numbers = await service_numbers(connection, [who for row in rows for who in (row.actor, row.subject)])
    return [
        {
            "id": row.id,
            "at": iso(row.at),
            "actor": numbers.get(row.actor, row.actor),
            "role": row.role,
            "action": row.action,
            "subject": numbers.get(row.subject, row.subject),
            "reason": row.reason,
            "success": bool(row.success),
        }
        for row in rows
    ]
