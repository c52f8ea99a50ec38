"""Lock-outs after failures, in the database: one count for all processes, exact under concurrency.

Whoever checks in the transaction of the deed, under the row's lock, sees every failure that was counted
before it: a thousand guesses at once are counted one after the other like a thousand in a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.rows import insert_if_absent
from models.facts import padded
from models.prepared import Prepared, keys
from models.tables import lockouts


@dataclass(frozen=True, slots=True)
class LockRule:
    """The ``allowed``-th failure locks for ``seconds``, each further one twice as long up to ``longest``.

    Failures older than ``remembered`` seconds are forgotten. With ``longest`` equal to ``seconds`` every
    lock is as long as the first, and the count begins anew after it.
    """

    allowed: int
    seconds: int
    longest: int
    remembered: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Tries that are left before the lock, and until when it is locked if it is.

    Not ``counted``: it was locked already, so this was no try.
    """

    remaining: int
    locked_until: datetime | None
    counted: bool = True


async def locked_until(connection: AsyncConnection, subjects: Sequence[str], at: datetime) -> datetime | None:
    """Until when one of ``subjects`` is locked, None if none is."""
    query = select(lockouts.c.locked_until).where(lockouts.c.subject.in_(subjects))
    until = [moment for moment in (await connection.execute(query)).scalars() if moment and moment > at]
    return max(until, default=None)


_LOCKED = Prepared(
    select(lockouts.c.subject, lockouts.c.locked_until)
    .where(lockouts.c.subject.in_(keys()), lockouts.c.locked_until.is_not(None))
    .order_by(lockouts.c.subject)
    .with_for_update()
)


async def locked_by_subject(connection: AsyncConnection, subjects: Sequence[str]) -> dict[str, datetime]:
    """A fact: until when each subject is or was locked; waits for whoever is just counting a failure."""
    return {row.subject: row.locked_until for row in await _LOCKED.rows(connection, padded(subjects))}


async def count_failure(
    connection: AsyncConnection, subjects: Sequence[str], rule: LockRule, at: datetime
) -> Failure:
    """Counts one failure for each of ``subjects``, unless one of them is locked already: that is told only."""
    for subject in sorted(subjects):
        await insert_if_absent(connection, lockouts, {"subject": subject, "failures": 0, "last_at": at})
    query = (
        select(lockouts)
        .where(lockouts.c.subject.in_(sorted(subjects)))
        .order_by(lockouts.c.subject)
        .with_for_update()
    )
    rows = (await connection.execute(query)).all()
    until = [row.locked_until for row in rows if row.locked_until and row.locked_until > at]
    if until:
        return Failure(0, max(until), counted=False)
    counted = [await _count(connection, row, rule, at) for row in rows]
    locked = [failure.locked_until for failure in counted if failure.locked_until]
    return Failure(min(failure.remaining for failure in counted), max(locked, default=None))


async def _count(connection: AsyncConnection, row: Any, rule: LockRule, at: datetime) -> Failure:
    failures = 1 if _forgotten(row, rule, at) else row.failures + 1
    over = failures - rule.allowed
    until = None
    if over >= 0:
        until = at + timedelta(seconds=min(rule.seconds * 2 ** min(over, 20), rule.longest))
    await connection.execute(
        update(lockouts)
        .where(lockouts.c.subject == row.subject)
        .values(failures=failures, last_at=at, locked_until=until)
    )
    return Failure(max(0, -over), until)


def _forgotten(row: Any, rule: LockRule, at: datetime) -> bool:
    served = row.locked_until is not None and rule.longest == rule.seconds
    return served or row.last_at <= at - timedelta(seconds=rule.remembered)


async def forgive(connection: AsyncConnection, subjects: Sequence[str]) -> None:
    """Forgets the failures of ``subjects``: whoever got in has shown who he is."""
    await connection.execute(delete(lockouts).where(lockouts.c.subject.in_(sorted(subjects))))
