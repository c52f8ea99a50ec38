"""One incident on its way through one transaction: events collected, then saved by compare-and-set.

What happens is computed in memory first; the incident's row is saved before anything else is written, so
that locks are taken in the agreed order (incident, officers, districts) and a lost race costs nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Executable, Table, insert, select, update
from sqlalchemy.exc import DBAPIError

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


class Stale(Exception):
    """Somebody else changed the incident since it was read: read it again and try again."""


def actor_of(caller: Caller) -> str:
    """How the record names a caller: its role and id, never a name."""
    if isinstance(caller, Officer | Participant):
        return f"{caller.role}:{caller.id}"
    return caller.subject


class IncidentChange:
    """``now`` is the incident after everything that has happened so far in this transaction."""

    def __init__(self, change: Change, seen: Incident | None, now: Incident, actor: str) -> None:
        self.change = change
        self.now = now
        self._seen = seen
        self._actor = actor
        self._events: list[tuple[Happened, Pending]] = []
        # Rows of one shape go in one round trip.
        self._rows: dict[tuple[Table, frozenset[str]], list[dict[str, Any]]] = {}
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
        connection = self.change.connection
        if self._seen is None:
            await connection.execute(insert(incidents).values(to_row(self.now)))
        elif self.now is not self._seen:
            await self._compare_and_set(self._seen)
        for (table, _), rows in self._rows.items():
            await connection.execute(insert(table), rows)
        for statement in self._statements:
            await connection.execute(statement)
        for happened, pending in self._events:
            pending.data = publication(happened.event, district_view(happened.incident), iso(pending.at))
            self.change.pending.append(pending)

    async def _compare_and_set(self, seen: Incident) -> None:
        values = {name: value for name, value in to_row(self.now).items() if name not in _FIXED}
        saved = await self.change.connection.execute(
            update(incidents)
            .where(incidents.c.id == seen.id, incidents.c.version == seen.version)
            .values(values)
        )
        if saved.rowcount != 1:
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
