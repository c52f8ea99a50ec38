"""How often one device or address may tell of offences, and who told the untruth too often.

Both are data: the tables ``limits`` and ``reports``.

WUFEN_LIMITS=off lifts the first; what an officer found to be untrue counts in any case.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, func, select

from models.actions import deciding
from models.errors import TooManyRequests
from models.rules.evaluation import Result
from models.store import Change
from models.tables import reporters, reports

UNTRUE = "untrue"
MONTH = timedelta(days=30)


class Asks(Protocol):
    """Whoever tells: digests of his device, if it is known as one, and of his address."""

    @property
    def district(self) -> str: ...
    @property
    def offence(self) -> str: ...
    @property
    def device(self) -> bytes | None: ...
    @property
    def address(self) -> bytes: ...


async def check(change: Change, who: Asks, rule: Result) -> None:
    """Raises TooManyRequests with the instant from which he is heard again."""
    await _check_untrue(change, who, rule)
    if not change.store.settings.limits:
        return
    given = deciding.facts(change.store, who.district, "report", who.offence, change.at)
    decision = deciding.ask(change.store, "limits", who.district, change.at, given)
    for name, one in zip(decision.matched.rows, decision.matched.results, strict=True):
        same = _same(who, one["subject"])
        if same is None:
            continue
        window = timedelta(seconds=one["seconds"])
        nth = await _nth(change, same, one["most"], change.at - window)
        if nth is not None:
            raise TooManyRequests(retry_at=nth + window, limit=name, why="limits")


async def _check_untrue(change: Change, who: Asks, rule: Result) -> None:
    """Who is not known as a device is not held to what others told from the same address."""
    if who.device is None or not rule["silent_days"]:
        return
    query = (
        select(func.count(), func.max(reports.c.decided_at, type_=reports.c.decided_at.type))
        .select_from(reporters.join(reports, reports.c.id == reporters.c.report_id))
        .where(reporters.c.device == who.device, reporters.c.first)
        .where(reports.c.state == "rejected", reports.c.reason == UNTRUE)
        .where(reports.c.decided_at > change.at - MONTH)
    )
    count, last = (await change.connection.execute(query)).one()
    if count >= rule["untrue_most"] and last + timedelta(days=rule["silent_days"]) > change.at:
        until = last + timedelta(days=rule["silent_days"])
        raise TooManyRequests(retry_at=until, limit=UNTRUE, why="untrue")


def _same(who: Asks, subject: str) -> ColumnElement[bool] | None:
    if subject == "address":
        return reporters.c.address == who.address
    if subject == "device" and who.device is not None:
        return reporters.c.device == who.device
    return None


async def _nth(change: Change, same: ColumnElement[bool], number: int, since: datetime) -> datetime | None:
    """When the ``number``-th latest was told since then; None while there is room."""
    query = (
        select(reporters.c.joined_at)
        .where(same, reporters.c.joined_at > since)
        .order_by(reporters.c.joined_at.desc())
        .offset(number - 1)
        .limit(1)
    )
    found: Any = (await change.connection.execute(query)).scalar_one_or_none()
    return None if found is None else found
