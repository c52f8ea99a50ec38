"""What the reporter does with his report: he takes it back, sends what he was asked for, or does not agree, once.

And what becomes of one when he sends nothing, or no officer looks (``lapse``, ``note_overdue``: the workers look).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select, update

from models.actions import report_notices, report_steps, reporting, uploads
from models.actions.incident_change import until_saved
from models.actions.reviewing import LONGEST_NOTE, Reviewed, Then, end_tokens, load, save
from models.caller import Reporter
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from models.reports.states import OPEN, Command, after
from models.store import Change, Store
from models.tables import reporters, reports

AT_ONCE = 200  # reports that lapse in one transaction


async def withdraw(store: Store, reporter: Reporter, *, then: Then | None = None) -> Reviewed:
    """Who told of it takes it back before anybody decided. Raises NotFound, Forbidden, IllegalTransition."""
    return await _by_reporter(store, reporter, "withdraw", _nothing, then)


async def object_to(store: Store, reporter: Reporter, words: str, *, then: Then | None = None) -> Reviewed:
    """He does not agree, once: another officer looks at it again. Raises as ``withdraw``, InvalidField."""
    if not words.strip():
        raise InvalidField(field="words", why="required")
    if len(words) > LONGEST_NOTE:
        raise InvalidField(field="words", why="too_long", limit=LONGEST_NOTE)

    async def more(change: Change, row: Any, person: Any) -> dict[str, Any]:
        if await _objected(change, row.id):
            raise Conflict(why="objected")
        sealed = change.store.vault.seal("reporters.objection_sealed", person.id, words.strip())
        change.writes.later(
            update(reporters)
            .where(reporters.c.id == person.id)
            .values(objected_at=change.at, objection_sealed=sealed)
        )
        rule = reporting.rule_of(change.store, row.district, row.offence, change.at).result
        return {"due_by": await report_steps.due(change, row.district, rule["working_days"])}

    return await _by_reporter(store, reporter, "object", more, then)


async def supply(
    store: Store, reporter: Reporter, holder: str, sent: tuple[str, ...], *, then: Then | None = None
) -> Reviewed:
    """Sends the photos that he was asked for; it waits for a review again. Raises as ``withdraw``, InvalidField."""
    if not sent:
        raise InvalidField(field="uploads", why="required")

    async def more(change: Change, row: Any, person: Any) -> dict[str, Any]:
        if row.media + len(sent) > 2 * reporting.MOST_UPLOADS:
            raise InvalidField(field="uploads", why="too_many", limit=2 * reporting.MOST_UPLOADS)
        await uploads.attach(change, holder, "report", sent, about=row.id)
        return {"media": row.media + len(sent), "more_by": None, "reason": None}

    return await _by_reporter(store, reporter, "supply", more, then)


More = Callable[[Change, Any, Any], Awaitable[dict[str, Any]]]


async def _nothing(change: Change, row: Any, person: Any) -> dict[str, Any]:
    return {}


async def _by_reporter(
    store: Store, reporter: Reporter, command: Command, more: More, then: Then | None
) -> Reviewed:
    async def work(change: Change) -> Reviewed:
        row = await load(change, reporter.report_id)
        query = select(reporters).where(
            reporters.c.id == reporter.id, reporters.c.report_id == reporter.report_id
        )
        person = (await change.connection.execute(query)).first()
        if person is None:
            raise NotFound
        if not person.first:
            raise Forbidden(command=command)  # who joined goes along with who was first
        state = after(row.state, command)
        values = await more(change, row, person)
        await save(change, row, {"state": state, "reviewer_id": None, "reviewed_until": None, **values})
        number = await report_steps.next_number(change, row.id)
        by = reporter.subject
        change.writes.add(report_steps.table, report_steps.row(change, row.id, number, command, state, by))
        reviewed = Reviewed(row.id, state, row.version + 1)
        if then is not None:
            await then(change, reviewed)
        return reviewed

    return await until_saved(lambda: store.run(work))


async def _objected(change: Change, report_id: str) -> bool:
    query = select(reporters.c.id).where(
        reporters.c.report_id == report_id, reporters.c.objected_at.is_not(None)
    )
    return (await change.connection.execute(query)).first() is not None


async def note_overdue(store: Store) -> int:
    """Notes, once each, the reports that no officer has looked at in time, and tells their district; returns how many.

    They stay where they are: the duty to look at them ends with no date (程序规定 14, 19).
    """

    async def work(change: Change) -> int:
        noted = select(report_steps.table.c.id).where(
            report_steps.table.c.report_id == reports.c.id,
            report_steps.table.c.command == "overdue",
            report_steps.table.c.at >= reports.c.due_by,
        )
        query = (
            select(reports)
            .where(reports.c.state.in_(sorted(OPEN)), reports.c.due_by <= change.at, ~noted.exists())
            .order_by(reports.c.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        rows = (await change.connection.execute(query)).all()
        for row in rows:
            number = await report_steps.next_number(change, row.id)
            step = report_steps.row(change, row.id, number, "overdue", row.state, "system")
            change.writes.add(report_steps.table, step)
            report_steps.tell(change, "report_overdue", row._asdict())
        return len(rows)

    return await until_saved(lambda: store.run(work))


async def lapse(store: Store) -> int:
    """Ends the reports whose reporters were asked for more and sent nothing in time; returns how many."""

    async def work(change: Change) -> int:
        query = (
            select(reports)
            .where(reports.c.state == "more", reports.c.more_by <= change.at)
            .order_by(reports.c.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        rows = (await change.connection.execute(query)).all()
        for row in rows:
            state = after(row.state, "lapse")
            await end_tokens(change, row)
            await save(change, row, {"state": state, "decided_at": change.at})
            await report_notices.tell(change, row, state, row.version + 1)
            number = await report_steps.next_number(change, row.id)
            change.writes.add(
                report_steps.table, report_steps.row(change, row.id, number, "lapse", state, "system")
            )
        return len(rows)

    return await until_saved(lambda: store.run(work))
