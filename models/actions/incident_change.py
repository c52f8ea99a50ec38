"""One incident on its way through one transaction: events collected, then saved by compare-and-set.

What happens is computed in memory first; the incident's row is saved before anything else is written, so
that locks are taken in the agreed order (incident, officers, districts) and a lost race costs nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Executable, Table, bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.around import Around
from models.caller import Caller, Officer, Participant
from models.clock import iso
from models.errors import NotFound, Unavailable
from models.feed.append import Pending
from models.feed.channels import publication
from models.incident.decide import Happened, step
from models.incident.incident import Incident, from_row, to_row
from models.incident.views import district_view
from models.store import Change
from models.tables import deadlines, incidents

TRIES = 5  # so often is a command tried again when somebody else was faster
T = TypeVar("T")
_FIXED = frozenset(
    {"id", "kind", "requested_at", "respond_by", "response_seconds", "sticker_id", "vehicle_id"}
)
Shape = tuple[Table, frozenset[str]]  # rows of one shape go in one round trip
_SAVE = update(incidents).where(
    incidents.c.id == bindparam("seen_id"), incidents.c.version == bindparam("seen_version")
)


class Stale(Exception):
    """Somebody else changed the incident since it was read: read it again and try again."""


def actor_of(caller: Caller) -> str:
    """How the record names a caller: its role and id, never a name."""
    if isinstance(caller, Officer | Participant):
        return f"{caller.role}:{caller.id}"
    return caller.subject


class IncidentChange:
    """``now`` is the incident after everything that has happened so far in this transaction."""

    def __init__(
        self,
        change: Change,
        seen: Incident | None,
        now: Incident,
        actor: str,
        around: Around | None = None,
    ) -> None:
        self.change = change
        self.around = around or Around(change.connection)
        self.now = now
        self._seen = seen
        self._actor = actor
        self._events: list[tuple[Happened, Pending]] = []
        self._rows: dict[Shape, list[dict[str, Any]]] = {}
        self._statements: list[Executable] = []

    @property
    def at(self) -> datetime:
        return self.change.at

    @property
    def names(self) -> list[str]:
        """The events so far."""
        return [happened.event for happened, _ in self._events]

    def happen(
        self,
        happened: Happened,
        *,
        detail: dict[str, Any] | None = None,
        officer_id: str | None = None,
        offer: dict[str, Any] | None = None,
        actor: str | None = None,
    ) -> None:
        """Adds one event; with ``officer_id`` it is in that officer's channel too, with its ``offer``."""
        after = happened.incident
        pending = Pending(
            district=after.district,
            name=happened.event,
            at=self.at,
            data="",
            actor=actor or self._actor,
            incident_id=after.id,
            incident_offset=after.feed_offset,
            officer_id=officer_id,
            offer=None if offer is None else json.dumps(offer, separators=(",", ":")),
            detail=detail or {},
        )
        self._events.append((happened, pending))
        self.now = after

    def step(self, event: str, **changes: Any) -> None:
        """Adds an event of the service itself."""
        self.happen(step(self.now, event, **changes), actor="system")

    def amend(self, **changes: Any) -> None:
        """Adds facts to the newest event's incident that only its consequences brought to light."""
        happened, pending = self._events[-1]
        self.now = replace(self.now, **changes)
        self._events[-1] = (Happened(happened.event, self.now), pending)

    def later(self, statement: Executable) -> None:
        """A statement to run in this transaction once the incident and the new rows are written."""
        self._statements.append(statement)

    def add(self, table: Table, row: dict[str, Any]) -> None:
        """A row to write in this transaction once the incident is saved."""
        self._rows.setdefault((table, frozenset(row)), []).append(row)

    def set_deadline(self, kind: str, due_at: datetime, subject: str | None = None) -> None:
        """A new deadline, told to every hub with the newest event."""
        deadline_id = self.change.store.ids.new()
        values = {
            "id": deadline_id,
            "incident_id": self.now.id,
            "district": self.now.district,
            "kind": kind,
            "subject": subject,
            "due_at": due_at,
            "status": "open",
        }
        self.add(deadlines, values)
        self._events[-1][1].deadlines.append((deadline_id, due_at))

    async def cancel_deadlines(self, kind: str | None = None, subject: str | None = None) -> None:
        """The open ones of ``kind`` and ``subject`` (without: all), told with the newest event."""
        query = select(deadlines.c.id).where(
            deadlines.c.incident_id == self.now.id, deadlines.c.status == "open"
        )
        if kind is not None:
            query = query.where(deadlines.c.kind == kind)
        if subject is not None:
            query = query.where(deadlines.c.subject == subject)
        ids = list((await self.change.connection.execute(query)).scalars())
        if ids:
            self.later(
                update(deadlines)
                .where(deadlines.c.id.in_(ids), deadlines.c.status == "open")
                .values(status="cancelled", settled_at=self.at)
            )
            self._events[-1][1].deadlines.extend((name, None) for name in ids)

    def forget_deadline(self, deadline_id: str) -> None:
        """Tells every hub, with the newest event, that a deadline is no longer open (it is being fired)."""
        told = self._events[-1][1].deadlines
        if all(name != deadline_id for name, _ in told):
            told.append((deadline_id, None))

    async def save(self) -> None:
        """Writes the incident, then the rest, and hands the events to the change. Raises Stale."""
        await save_together(self.change, [self])

    def saved_as(self) -> tuple[Incident | None, Incident]:
        """The incident as it was read (None: it is new), and as it is to be."""
        return self._seen, self.now

    def rows(self) -> dict[Shape, list[dict[str, Any]]]:
        """The rows to write."""
        return self._rows

    def statements(self) -> list[Executable]:
        """The statements to run after the rows."""
        return self._statements

    def pending(self) -> list[Pending]:
        """The events, each with its publication."""
        for happened, pending in self._events:
            pending.data = publication(happened.event, district_view(happened.incident), iso(pending.at))
        return [pending for _, pending in self._events]


async def save_together(change: Change, changes: Sequence[IncidentChange]) -> None:
    """Writes different incidents, then what goes with them, and hands their events to ``change``.

    Raises Stale when somebody else has changed one of them since it was read; then nothing may be committed.
    """
    connection = change.connection
    for new in [now for seen, now in (one.saved_as() for one in changes) if seen is None]:
        await connection.execute(insert(incidents).values(to_row(new)))
    await _compare_and_set(connection, [one.saved_as() for one in changes])
    rows: dict[Shape, list[dict[str, Any]]] = {}
    for one in changes:
        for shape, some in one.rows().items():
            rows.setdefault(shape, []).extend(some)
    for (table, _), some in rows.items():
        await connection.execute(insert(table), some)
    for one in changes:
        for statement in one.statements():
            await connection.execute(statement)
        change.pending.extend(one.pending())


async def _compare_and_set(
    connection: AsyncConnection, changes: Sequence[tuple[Incident | None, Incident]]
) -> None:
    changed = {now.id: (seen, now) for seen, now in changes if seen is not None and now is not seen}
    if not changed:
        return
    values = [
        {"seen_id": seen.id, "seen_version": seen.version}
        | {name: value for name, value in to_row(now).items() if name not in _FIXED}
        for _, (seen, now) in sorted(changed.items())
    ]
    saved = await connection.execute(_SAVE, values)
    if len(values) == 1 or connection.dialect.supports_sane_multi_rowcount:
        if saved.rowcount != len(values):
            raise Stale
        return
    # Where the driver does not count what many statements did: nobody else can have come in between, the rows
    # are locked since they were read, so this sees what was written.
    query = select(incidents.c.id, incidents.c.version).where(incidents.c.id.in_(sorted(changed)))
    found = {row.id: row.version for row in await connection.execute(query)}
    if found != {name: now.version for name, (_, now) in changed.items()}:
        raise Stale


async def load(change: Change, incident_id: str) -> Incident:
    """The incident as it is now. Raises NotFound.

    On PostgreSQL its row is locked, so that commands for one incident queue instead of losing races; the
    compare-and-set stays what decides.
    """
    query = select(incidents).where(incidents.c.id == incident_id).with_for_update()
    row = (await change.connection.execute(query)).mappings().first()
    if row is None:
        raise NotFound
    return from_row(row)


async def until_saved(attempt: Callable[[], Awaitable[T]]) -> T:
    """Runs a whole transaction, again when somebody else was faster, at most five times."""
    for _ in range(TRIES):
        try:
            return await attempt()
        except Stale:
            continue
        except DBAPIError as error:
            if not _worth_another_try(error):
                raise
            await asyncio.sleep(0)
    raise Unavailable


def _worth_another_try(error: DBAPIError) -> bool:
    """A deadlock, a lock that took too long, a unique row written by somebody else, a lost connection."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return (
        error.connection_invalidated
        or state in {"40001", "40P01", "55P03", "23505"}
        or "UNIQUE constraint failed" in str(error.orig)
    )
