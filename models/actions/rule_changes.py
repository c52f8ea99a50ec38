"""A version of a table on its way: draft, checked, approved by a second person, in force, rolled back.

Every step is one transaction with its audit record, and changes of rules queue (``configuring``), so that what a
step has looked at holds until it commits. That nobody approves his own is said three times: here, in the permissions
of the API, and by the database's own constraints.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update

from models.actions import audit
from models.actions.idempotency import Keeping
from models.caller import Officer
from models.configuration import configuring
from models.errors import Conflict, Forbidden, InvalidField, NotFound, RuleFaulty, SecondPersonNeeded
from models.rules import faults
from models.rules.book import EVERYWHERE
from models.rules.content import Content, from_model, to_model
from models.rules.definitions import DEFINITIONS
from models.store import Change, Store
from models.tables import audit as audit_table
from models.tables import districts, rule_activations, rule_versions

# A change is in force so much later at the earliest: by then every process knows of it (models.configuration), so
# that at each instant all of them decide alike.
LEAD = timedelta(seconds=2)
FURTHEST = timedelta(days=366)
_ANOTHER = {"draft": "not_draft", "checked": "not_checked", "approved": "not_approved"}
MOST_WAITING = 50  # checked versions of one table in one scope; and so many drafts, of which the newest stay


@dataclass(frozen=True, slots=True)
class Changed:
    """A version after a step; ``active_from`` when it was put in force."""

    id: str
    number: int
    status: str
    active_from: datetime | None = None


Then = Keeping[Changed]


async def draft(
    store: Store, by: Officer, content: Content, scope: str, *, note: str | None, then: Then | None = None
) -> Changed:
    """A new version, as it is: its faults are told by ``submit``. Raises NotFound, Forbidden, Conflict (too many)."""
    if content.table not in DEFINITIONS:
        raise NotFound(field="table")
    async with configuring(store, "rules") as change:
        await _check_scope(change, by, scope)
        same = (rule_versions.c.table_name == content.table, rule_versions.c.scope == scope)
        waiting = select(func.count()).where(*same, rule_versions.c.status == "checked")
        if (await change.connection.execute(waiting)).scalar_one() >= MOST_WAITING:
            raise Conflict(why="too_many_drafts", limit=MOST_WAITING)
        await _forget_drafts(change, same)
        newest = select(func.coalesce(func.max(rule_versions.c.number), 0)).where(*same)
        number = (await change.connection.execute(newest)).scalar_one() + 1
        made = Changed(store.ids.new(), number, "draft")
        values = {
            "id": made.id,
            "table_name": content.table,
            "scope": scope,
            "number": number,
            "status": "draft",
            "content": to_model(content),
            "note": note,
            "author": by.subject,
            "created_at": change.at,
        }
        await change.connection.execute(insert(rule_versions).values(values))
        await _end(change, by, "rule_draft", made, note, then)
    return made


async def _forget_drafts(change: Change, same: tuple[ColumnElement[bool], ...]) -> None:
    """Makes room for one more: of what nobody handed in the oldest go, and their audit records stay."""
    of_drafts = (*same, rule_versions.c.status == "draft")
    kept = (
        select(rule_versions.c.id)
        .where(*of_drafts)
        .order_by(rule_versions.c.number.desc())
        .limit(MOST_WAITING - 1)
    )
    ids = list((await change.connection.execute(kept)).scalars())
    await change.connection.execute(delete(rule_versions).where(*of_drafts, rule_versions.c.id.not_in(ids)))


async def submit(store: Store, by: Officer, version_id: str, *, then: Then | None = None) -> Changed:
    """Checks a draft and hands it to somebody else for approval. Raises RuleFaulty, NotFound, Forbidden, Conflict."""
    async with configuring(store, "rules") as change:
        row = await _version(change, by, version_id, "draft")
        _refuse_faulty(row)
        checked = Changed(row.id, row.number, "checked")
        await _set(change, row.id, status="checked", checked_at=change.at)
        await _end(change, by, "rule_submit", checked, None, then)
    return checked


async def decide(
    store: Store, by: Officer, version_id: str, *, approve: bool, reason: str | None, then: Then | None = None
) -> Changed:
    """A second person approves or rejects a checked version.

    Raises SecondPersonNeeded for its author and for whoever's account its author made; RuleFaulty when the program
    has changed since it was checked.
    """
    async with configuring(store, "rules") as change:
        row = await _version(change, by, version_id, "checked")
        await _refuse_same_person(change, by, row.author)
        if approve:
            _refuse_faulty(row)
        status = "approved" if approve else "rejected"
        decided = Changed(row.id, row.number, status)
        values = {"decided_by": by.subject, "decided_at": change.at, "decided_reason": reason}
        await _set(change, row.id, status=status, **values)
        await _end(change, by, "rule_approve" if approve else "rule_reject", decided, reason, then)
    return decided


async def activate(
    store: Store, by: Officer, version_id: str, *, at: datetime | None, then: Then | None = None
) -> Changed:
    """Puts an approved version in force, from ``at`` on or (None) as soon as every process knows of it.

    Raises InvalidField for an instant that is past or more than a year away.
    """
    async with configuring(store, "rules") as change:
        row = await _version(change, by, version_id, "approved")
        _refuse_faulty(row)
        begins = _instant(change, at)
        await _activate(change, by, row.table_name, row.scope, row, begins, how="activate")
        done = Changed(row.id, row.number, "approved", begins)
        await _end(change, by, "rule_activate", done, None, then)
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
        await _check_scope(change, by, scope)
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
    query = (
        select(rule_activations)
        .where(rule_activations.c.table_name == table, rule_activations.c.scope == scope)
        .where(rule_activations.c.cancelled_at.is_(None))
        .order_by(rule_activations.c.active_from, rule_activations.c.number)
    )
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
    same = (rule_activations.c.table_name == table, rule_activations.c.scope == scope)
    newest = select(func.coalesce(func.max(rule_activations.c.number), 0)).where(*same)
    number = (await change.connection.execute(newest)).scalar_one() + 1
    values = {
        "id": change.store.ids.new(),
        "table_name": table,
        "scope": scope,
        "number": number,
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


async def _version(change: Change, by: Officer, version_id: str, status: str) -> Any:
    query = select(rule_versions).where(rule_versions.c.id == version_id).with_for_update()
    row = (await change.connection.execute(query)).first()
    if row is None or row.scope == EVERYWHERE:
        raise NotFound
    await _check_scope(change, by, row.scope)
    if row.status != status:
        raise Conflict(why=_ANOTHER[status])
    return row


async def _check_scope(change: Change, by: Officer, scope: str) -> None:
    """A district's rules are its administrators', a city's those of whoever administers all of its districts."""
    if by.role != "administrator":
        raise Forbidden
    if scope in by.districts:
        return
    query = select(districts.c.code).where(districts.c.city_code == scope)
    codes = set((await change.connection.execute(query)).scalars())
    if not codes:
        raise NotFound(field="scope")
    if not codes <= by.districts:
        raise Forbidden(field="scope")


async def _refuse_same_person(change: Change, by: Officer, author: str) -> None:
    if by.subject == author:
        raise SecondPersonNeeded
    # Whoever may make accounts could make himself a second person.
    made = exists().where(
        audit_table.c.actor == author,
        audit_table.c.action == "add_officer",
        audit_table.c.subject == by.subject,
    )
    if (await change.connection.execute(select(made))).scalar_one():
        raise SecondPersonNeeded(why="account_of_the_author")


def _refuse_faulty(row: Any) -> None:
    found = faults.find(from_model(row.content))
    if found:
        raise RuleFaulty(faults=len(found))


async def _set(change: Change, version_id: str, **values: Any) -> None:
    await change.connection.execute(
        update(rule_versions).where(rule_versions.c.id == version_id).values(**values)
    )


async def _end(
    change: Change, by: Officer, action: str, done: Changed, reason: str | None, then: Then | None
) -> None:
    await audit.record(change, by, action, f"rule:{done.id}", reason=reason)
    if then is not None:
        await then(change, done)
