"""Officers judge reports: verified, rejected, joined to another, or sent back for more.

What weighs waits for a second officer; what its reporter objects to is judged by another one. Verified, a report
becomes an incident where somebody should go now, else the draft of a case (程序规定 19, 23). Leaves to others: who is
given which (``report_queue``), what its reporter does (``report_ends``), how it is shown (``queries.reports``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from models.access.rights import may
from models.actions import audit, filing, report_notices, report_steps, reporting
from models.actions.idempotency import Keeping
from models.actions.incident_change import actor_of, until_saved
from models.actions.retention import of as kept_for
from models.caller import Officer
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from models.geography import place_of
from models.reports.states import DECIDED, Command, after
from models.store import Change, Store
from models.tables import reporters, reports

LONGEST_NOTE = 500  # characters
# Why: words of the catalogue, ``reports.why.<reason>``. ``untrue`` counts against its reporter.
REASONS: dict[Command, tuple[str, ...]] = {
    "reject": (
        "unclear_evidence",
        "plate_unreadable",
        "no_offence",
        "emergency_vehicle",
        "rescue",
        "stolen_or_cloned",
        "handled_already",
        "wrong_place",
        "untrue",
    ),
    "ask_more": ("whole_car", "plate", "sign_or_line", "another_time", "place", "other"),
    "send_back": ("unclear_evidence", "plate_unreadable", "no_offence", "other"),
    "uphold": ("unclear_evidence", "no_offence", "handled_already", "other"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What an officer says of a report. ``of``: the report of which it is a duplicate."""

    command: Command
    reason: str | None = None
    note: str | None = None
    of: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """``incident``: the one that began with it."""

    id: str
    state: str
    version: int
    incident: str | None = None


Then = Keeping[Reviewed]


def check_may(officer: Officer) -> None:
    """Raises Forbidden."""
    if not may(officer.role, "review_report"):
        raise Forbidden(command="review_report")


async def review(
    store: Store, officer: Officer, report_id: str, said: Said, *, then: Then | None = None
) -> Reviewed:
    """Says what an officer found. Raises Forbidden (also for a second look at his own), NotFound, IllegalTransition,

    InvalidField for a reason or a duplicate that is none, Conflict where it moved on or another one has it.
    """
    check_may(officer)
    _check_said(said)

    async def work(change: Change) -> Reviewed:
        row = await load(change, report_id)
        _check_whose(change, row, officer, said)
        reviewed = await _review(change, officer, row, said)
        if then is not None:
            await then(change, reviewed)
        return reviewed

    return await until_saved(lambda: store.run(work))


def _check_said(said: Said) -> None:
    known = REASONS.get(said.command)
    if known is not None and said.reason not in known:
        raise InvalidField(field="reason", why="required" if not said.reason else "unknown")
    if said.note is not None and len(said.note) > LONGEST_NOTE:
        raise InvalidField(field="note", why="too_long", limit=LONGEST_NOTE)
    if (said.command == "duplicate") != (said.of is not None):
        raise InvalidField(field="of", why="required" if said.of is None else "not_here")
    if said.command not in {"verify", "agree", "duplicate", *REASONS}:
        raise InvalidField(field="command", why="unknown")


def _check_whose(change: Change, row: Any, officer: Officer, said: Said) -> None:
    if row.district not in officer.districts:
        raise Forbidden(command="review_report")
    second = row.state == "second" and row.verified_by == officer.id
    again = row.state == "objected" and row.decided_by == officer.id
    if second or again:
        raise Forbidden(command="review_report")
    if said.version is not None and said.version != row.version:
        raise Conflict(why="moved_on")
    if row.reviewer_id not in {None, officer.id} and row.reviewed_until > change.at:
        raise Conflict(why="reviewed_by_another")


async def _review(change: Change, officer: Officer, row: Any, said: Said) -> Reviewed:
    rule = reporting.rule_of(change.store, row.district, row.offence, row.filed_at).result
    state = after(row.state, said.command, second=rule["second_person"])
    values: dict[str, Any] = {"state": state, "reviewer_id": None, "reviewed_until": None}
    values |= {"reason": said.reason, "more_by": None}
    if said.command == "duplicate":
        values["duplicate_of"] = await _other(change, row, str(said.of))
    if state == "second":
        values["verified_by"] = officer.id
    if said.command == "ask_more":
        values["more_by"] = change.at + timedelta(hours=rule["more_hours"])
    incident = None
    if state in DECIDED:
        values |= {
            "decided_by": officer.id,
            "decided_number": officer.service_number,
            "decided_at": change.at,
        }
        if state == "verified" and rule["goes_now"]:
            incident = await _begin(change, officer, row)
            values["incident_id"] = incident
        await end_tokens(change, row)
    await save(change, row, values)
    await _note(change, officer, row, said, state)
    await report_notices.tell(change, row, state, row.version + 1)
    return Reviewed(row.id, state, row.version + 1, incident)


async def load(change: Change, report_id: str) -> Any:
    """The report's row, locked. Raises NotFound."""
    query = select(reports).where(reports.c.id == report_id).with_for_update()
    row = (await change.connection.execute(query)).first()
    if row is None:
        raise NotFound
    return row


async def _other(change: Change, row: Any, other: str) -> str:
    """The report of which ``row`` is a duplicate: of the same district, and none itself."""
    query = select(reports.c.district, reports.c.duplicate_of).where(reports.c.id == other)
    found = (await change.connection.execute(query)).first()
    if other == row.id:
        raise InvalidField(field="of", why="itself")
    if found is None or found.district != row.district or found.duplicate_of is not None:
        raise InvalidField(field="of", why="not_here")
    return other


async def _begin(change: Change, officer: Officer, row: Any) -> str:
    """Somebody should go now: the nearest officers are asked, as for anything else."""
    about = filing.About(
        "report",
        row.offence,
        row.district,
        place_of(row),
        row.place,
        officers=True,
        plate_masked=row.plate_masked,
    )
    begun = await filing.begin(change, about, None, actor=actor_of(officer))
    begun.changing.save()
    return begun.changing.now.id


async def save(change: Change, row: Any, values: dict[str, Any]) -> None:
    """Has the change written with the event that tells of it."""
    # Its row is locked on PostgreSQL, and SQLite has one writer: nothing can have come in between.
    change.writes.later(
        update(reports).where(reports.c.id == row.id).values(version=row.version + 1, **values)
    )
    changed = {**row._asdict(), **values}
    report_steps.tell(change, f"report_{values['state']}", changed)


async def end_tokens(change: Change, row: Any) -> None:
    """Whoever told of it may look for as long as the rules keep his place."""
    change.writes.later(
        update(reporters)
        .where(reporters.c.report_id == row.id)
        .values(expires_at=change.at + kept_for(change.store, "reports", row.district))
    )


async def _note(change: Change, officer: Officer, row: Any, said: Said, state: str) -> None:
    step = report_steps.row(
        change,
        row.id,
        await report_steps.next_number(change, row.id),
        said.command,
        state,
        actor_of(officer),
        officer_number=officer.service_number,
        reason=said.reason,
        note=said.note,
    )
    change.writes.add(report_steps.table, step)
    await audit.record(change, officer, "review_report", f"report:{row.id}", reason=said.command)
