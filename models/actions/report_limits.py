"""How often one device or address may tell of offences, and who told the untruth too often.

Both are data: the tables ``limits`` and ``reports``.

WUFEN_LIMITS=off lifts the first; what an officer found to be untrue counts in any case.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from sqlalchemy import func, select

from models.actions import counting, deciding
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
    subjects = {"address": reporters.c.address == who.address}
    if who.device is not None:
        subjects["device"] = reporters.c.device == who.device
    await counting.check_each(change, decision, subjects, counting.REPORTS)


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
