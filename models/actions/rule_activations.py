"""Which version of a table is in force, from when on, and one step back.

Which one decides at an instant is ``models.rules.book``'s; here activations are written. Each is one transaction with
its audit record, in the queue of all changes of rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from models.actions import audit, rule_steps
from models.actions.idempotency import Keeping
from models.actions.rule_steps import Changed, Then
from models.caller import Officer
from models.configuration import configuring
from models.errors import Conflict, InvalidField, NotFound
from models.rulebook import IN_ORDER, next_number
from models.rules.definitions import DEFINITIONS
from models.store import Change, Store
from models.tables import rule_activations, rule_versions

# A change is in force so much later at the earliest: by then every process knows of it (models.configuration), so
# that at each instant all of them decide alike.
LEAD = timedelta(seconds=2)
FURTHEST = timedelta(days=366)


async def activate(
    store: Store, by: Officer, version_id: str, *, at: datetime | None, then: Then | None = None
) -> Changed:
    """Puts an approved version in force, from ``at`` on or (None) as soon as every process knows of it.

    Raises InvalidField for an instant that is past or more than a year away.
    """
    async with configuring(store, "rules") as change:
        row = await rule_steps.version(change, by, version_id, "approved")
        rule_steps.refuse_faulty(row)
        begins = _instant(change, at)
        await _activate(change, by, row.table_name, row.scope, row, begins, how="activate")
        done = Changed(row.id, row.number, "approved", begins)
        await rule_steps.end(change, by, "rule_activate", done, None, then)
    return done


@dataclass(frozen=True, slots=True)
class RolledBack:
    """``version`` is in force again from ``active_from`` on; None: what the wider scope says.

    ``cancelled``: what was to come was taken back, and what is in force stays.
    """

    version: str | None
    active_from: datetime
    cancelled: bool


async def roll_back(
    store: Store, by: Officer, table: str, scope: str, *, reason: str, then: Keeping[RolledBack] | None = None
) -> RolledBack:
    """One step back: takes back what is to come, else puts in force again what was before what is now.

    Raises NotFound (no such table), Forbidden, Conflict (nothing to go back from).
    """
    if table not in DEFINITIONS:
        raise NotFound(field="table")
    async with configuring(store, "rules") as change:
        await rule_steps.check_scope(change, by, scope)
        begins = change.at + LEAD
        coming, begun = await _activations(change, table, scope, begins)
        if coming:
            ids = [row.id for row in coming]
            await change.connection.execute(
                update(rule_activations).where(rule_activations.c.id.in_(ids)).values(cancelled_at=change.at)
            )
            name = begun[-1].version_id if begun else None
            done = RolledBack(name, change.at, cancelled=True)
        else:
            done = await _put_back(change, by, table, scope, begun, reason)
        subject = f"rule:{table}:{scope}"
        await audit.record(change, by, "rule_roll_back", subject, reason=reason)
        if then is not None:
            await then(change, done)
    return done


async def _put_back(
    change: Change, by: Officer, table: str, scope: str, begun: list[Any], reason: str
) -> RolledBack:
    if not begun or begun[-1].version_id is None:
        raise Conflict(why="nothing_to_roll_back")
    now = begun[-1].version_id
    before = _before(begun)
    version = None
    if before is not None:
        query = select(rule_versions).where(rule_versions.c.id == before)
        version = (await change.connection.execute(query)).one()
    begins = change.at + LEAD
    assert before != now
    await _activate(change, by, table, scope, version, begins, how="roll_back", reason=reason)
    return RolledBack(before, begins, cancelled=False)


def _before(begun: list[Any]) -> str | None:
    """What was in force before what is now. A roll-back goes back in the history and is none of its steps:

    two in a row go back two versions, not there and back.
    """
    history: list[str | None] = [None]
    for row in begun:
        if row.how == "roll_back":
            history.pop()
        elif row.version_id != history[-1]:
            history.append(row.version_id)
    return history[-2]


async def _activations(change: Change, table: str, scope: str, now: datetime) -> tuple[list[Any], list[Any]]:
    """Those that are to come and those that have begun, in the order in which they count."""
    query = IN_ORDER.where(rule_activations.c.table_name == table, rule_activations.c.scope == scope)
    rows = list((await change.connection.execute(query)).all())
    return [row for row in rows if row.active_from > now], [row for row in rows if row.active_from <= now]


async def _activate(
    change: Change,
    by: Officer,
    table: str,
    scope: str,
    version: Any,
    begins: datetime,
    *,
    how: str,
    reason: str | None = None,
) -> None:
    values = {
        "id": change.store.ids.new(),
        "table_name": table,
        "scope": scope,
        "number": await next_number(change.connection, rule_activations, table, scope),
        "version_id": None if version is None else version.id,
        "approved_by": None if version is None else version.decided_by,
        "approved": None if version is None else version.status,
        "active_from": begins,
        "how": how,
        "by": by.subject,
        "reason": reason,
        "at": change.at,
    }
    await change.connection.execute(insert(rule_activations).values(values))


def _instant(change: Change, at: datetime | None) -> datetime:
    earliest = change.at + LEAD
    if at is None:
        return earliest
    if at < change.at:
        raise InvalidField(field="at", why="past")
    if at > change.at + FURTHEST:
        raise InvalidField(field="at", why="too_far", limit=FURTHEST.days)
    return max(at, earliest)
