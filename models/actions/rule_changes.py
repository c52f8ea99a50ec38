"""A version of a table on its way: drafted, checked, approved or rejected by a second person, or withdrawn.

Every step is one transaction with its audit record, and changes of rules queue (``configuring``), so that what a
step has looked at holds until it commits. That nobody approves his own is said here and by the database's own
constraints. What puts a version in force is ``rule_activations``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update

from models.actions import rule_steps
from models.actions.rule_steps import Changed, Then
from models.caller import Officer
from models.configuration import configuring
from models.errors import Conflict, Forbidden, NotFound, SecondPersonNeeded
from models.rulebook import next_number
from models.rules.content import Content, to_model
from models.rules.definitions import DEFINITIONS
from models.store import Change, Store
from models.tables import audit, rule_versions

MOST_WAITING = 50  # checked versions of one table in one scope; and so many drafts, of which the newest stay


async def draft(
    store: Store, by: Officer, content: Content, scope: str, *, note: str | None, then: Then | None = None
) -> Changed:
    """A new version, as it is: its faults are told by ``submit``. Raises NotFound, Forbidden, Conflict (too many)."""
    if content.table not in DEFINITIONS:
        raise NotFound(field="table")
    async with configuring(store, "rules") as change:
        await rule_steps.check_scope(change, by, scope)
        same = (rule_versions.c.table_name == content.table, rule_versions.c.scope == scope)
        waiting = select(func.count()).where(*same, rule_versions.c.status == "checked")
        if (await change.connection.execute(waiting)).scalar_one() >= MOST_WAITING:
            raise Conflict(why="too_many_drafts", limit=MOST_WAITING)
        await _forget_drafts(change, same)
        number = await next_number(change.connection, rule_versions, content.table, scope)
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
        await rule_steps.end(change, by, "rule_draft", made, note, then)
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
        row = await rule_steps.version(change, by, version_id, "draft")
        rule_steps.refuse_faulty(row)
        checked = Changed(row.id, row.number, "checked")
        await _set(change, row.id, status="checked", checked_at=change.at)
        await rule_steps.end(change, by, "rule_submit", checked, None, then)
    return checked


async def decide(
    store: Store, by: Officer, version_id: str, *, approve: bool, reason: str | None, then: Then | None = None
) -> Changed:
    """A second person approves or rejects a checked version.

    Raises SecondPersonNeeded for its author and for whoever's account its author made; RuleFaulty when the program
    has changed since it was checked.
    """
    async with configuring(store, "rules") as change:
        row = await rule_steps.version(change, by, version_id, "checked")
        await _refuse_same_person(change, by, row.author)
        if approve:
            rule_steps.refuse_faulty(row)
        status = "approved" if approve else "rejected"
        decided = Changed(row.id, row.number, status)
        values = {"decided_by": by.subject, "decided_at": change.at, "decided_reason": reason}
        await _set(change, row.id, status=status, **values)
        await rule_steps.end(change, by, "rule_approve" if approve else "rule_reject", decided, reason, then)
    return decided


async def withdraw(
    store: Store, by: Officer, version_id: str, *, reason: str | None, then: Then | None = None
) -> Changed:
    """Its author takes back a draft, or what waits for a second person. It stays where it is and goes nowhere.

    Raises NotFound, Forbidden (another's), Conflict (somebody has decided about it).
    """
    async with configuring(store, "rules") as change:
        row = await rule_steps.version(change, by, version_id, "draft", "checked")
        if row.author != by.subject:
            raise Forbidden
        withdrawn = Changed(row.id, row.number, "withdrawn")
        await _set(change, row.id, status="withdrawn", withdrawn_at=change.at)
        await rule_steps.end(change, by, "rule_withdraw", withdrawn, reason, then)
    return withdrawn


async def _refuse_same_person(change: Change, by: Officer, author: str) -> None:
    if by.subject == author:
        raise SecondPersonNeeded
    # Whoever may make accounts could make himself a second person.
    made = exists().where(
        audit.c.actor == author,
        audit.c.action == "add_officer",
        audit.c.subject == by.subject,
    )
    if (await change.connection.execute(select(made))).scalar_one():
        raise SecondPersonNeeded(why="account_of_the_author")


async def _set(change: Change, version_id: str, **values: Any) -> None:
    await change.connection.execute(
        update(rule_versions).where(rule_versions.c.id == version_id).values(**values)
    )
