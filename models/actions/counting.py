"""How often somebody did something within a window, and from when on he may again: what a row of ``limits`` says.

Leaves to others: what is counted as the same (device, address, car), and what becomes of a refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, ScalarSelect, null, select

from models.actions.deciding import Decision
from models.errors import TooManyRequests
from models.rules.evaluation import Result
from models.store import Change
from models.tables import participants, reporters


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted: the instants of the rows of which ``which`` holds."""

    at: Column[datetime]
    which: ColumnElement[bool]


REQUESTS = Counted(participants.c.joined_at, participants.c.role == "requester")
REPORTS = Counted(reporters.c.joined_at, reporters.c.id.is_not(None))


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` within ``window`` where ``same`` holds; then none for ``block`` after the last."""

    name: str
    subject: str
    same: ColumnElement[bool]
    most: int
    window: timedelta
    block: timedelta
    of: Counted = REQUESTS


def limit_of(name: str, result: Result, same: ColumnElement[bool], of: Counted = REQUESTS) -> Limit:
    """As the row ``name`` of the table says it."""
    return Limit(
        name,
        result["subject"],
        same,
        result["most"],
        timedelta(seconds=result["seconds"]),
        timedelta(seconds=result["block_seconds"]),
        of,
    )


def nth(limit: Limit, number: int, at: datetime) -> ScalarSelect[datetime]:
    """When the ``number``-th latest one was, as far back as it can still count; else nothing."""
    return (
        select(limit.of.at)
        .where(limit.of.which, limit.same)
        .where(limit.of.at > at - limit.window - limit.block)
        .order_by(limit.of.at.desc())
        .offset(number - 1)
        .limit(1)
        .scalar_subquery()
    )


def last(limit: Limit, at: datetime) -> Any:
    """When the latest one was, which only a block asks for."""
    return nth(limit, 1, at) if limit.block else null()


def refused_until(limit: Limit, first: datetime | None, last: datetime | None) -> datetime | None:
    """Once there were ``most`` within the window: until the first of them is old, and the block over.

    Only the last one can have used the limit up: while it was used up there was none.
    """
    if first is None:
        return None
    if last is None:
        return first + limit.window
    return None if last - first >= limit.window else max(first + limit.window, last + limit.block)


async def refused(change: Change, limit: Limit) -> datetime | None:
    """Until when this one refuses; None: not at all, or no longer."""
    query = select(nth(limit, limit.most, change.at), last(limit, change.at))
    until = refused_until(limit, *(await change.connection.execute(query)).one())
    return until if until is not None and until > change.at else None


async def check_each(
    change: Change, decision: Decision, subjects: Mapping[str, ColumnElement[bool]], of: Counted = REQUESTS
) -> None:
    """Every row whose subject is known. Raises TooManyRequests for the first that refuses."""
    for name, one in zip(decision.matched.rows, decision.matched.results, strict=True):
        if one["subject"] not in subjects:
            continue
        until = await refused(change, limit_of(name, one, subjects[one["subject"]], of))
        if until is not None:
            raise TooManyRequests(retry_at=until)
