"""One incident on its way through one transaction: events collected, then saved by compare-and-set.

What happens is computed in memory first; the incident's row is saved before anything else is written, so
that locks are taken in the agreed order (incident, officers, districts) and a lost race costs nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace
from sqlalchemy import Executable, Table, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.around import Around
from models.away import is_crossed, state_of
from models.caller import Caller, Officer, Participant
from models.clock import iso
from models.errors import NotFound, Unavailable
from models.facts import padded
from models.feed.append import Pending
from models.feed.channels import publication
from models.incident.happened import Happened, step
from models.incident.incident import Incident, from_row, to_row
from models.incident.views import district_view
from models.prepared import Prepared, keys
from models.store import Change
from models.tables import deadlines, incidents
from models.writes import Stale

_UNIQUE_VIOLATION = "23505"  # PostgreSQL's
TRIES = 5  # so often is a command tried again when somebody else was faster
T = TypeVar("T")
_FIXED = frozenset(
    {
        "id",
        "kind",
        "requested_at",
        "respond_by",
        "response_seconds",
        "promise_minutes",
        "sticker_id",
        "vehicle_id",
        "origin",
    }
)


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
        self._rows: list[tuple[Table, dict[str, Any]]] = []
        self._statements: list[Executable] = []
        # Offers that end in this transaction, which what was read before still has as open.
        self.ended_offers: set[str] = set()

    @property
    def at(self) -> datetime:
        return self.change.at

    @property
    def actor(self) -> str:
        """Who does this, as the record names him."""
        return self._actor

    @property
    def seen(self) -> Incident | None:
        """The incident as this transaction found it; None for a new one."""
        return self._seen

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
        out_of: str | None = None,
    ) -> None:
        """Adds one event; with ``officer_id`` it is in that officer's channel too, with its ``offer``.

        ``out_of``: the district that gives the incident away. The event is then in both sequences, the same in each;
        in the incident's own channel it is once, from the sequence that had the incident until now.
        """
        after = happened.incident
        pending = Pending(
            district=out_of or after.district,
            name=happened.event,
            at=self.at,
            data="",
            actor=actor or self._actor,
            incident_id=after.id,
            incident_offset=after.feed_offset,
            officer_id=officer_id,
            offer=None if offer is None else msgspec.json.encode(offer).decode(),
            detail=detail or {},
        )
        self._events.append((happened, pending))
        if out_of is not None:
            into = Pending(
                district=after.district,
                name=happened.event,
                at=self.at,
                data="",
                actor=pending.actor,
                detail=pending.detail,
            )
            self._events.append((happened, into))
        self.now = after

    def step(self, event: str, **changes: Any) -> None:
        """Adds an event of the service itself."""
        self.happen(step(self.now, event, **changes), actor="system")

    def amend(self, **changes: Any) -> None:
        """Adds facts to the newest event's incident that only its consequences brought to light."""
        before = self.now
        self.now = replace(self.now, **changes)
        for number, (happened, pending) in enumerate(self._events):
            if happened.incident is before:  # of a transfer, in both districts
                self._events[number] = (Happened(happened.event, self.now), pending)

    def later(self, statement: Executable) -> None:
        """A statement to run in this transaction once the incident and the new rows are written."""
        self._statements.append(statement)

    def add(self, table: Table, row: dict[str, Any]) -> None:
        """A row to write in this transaction once the incident is saved."""
        self._rows.append((table, row))

    def set_deadline(self, kind: str, due_at: datetime, subject: str | None = None) -> None:
        """A new deadline, told to every hub with the newest event."""
        deadline_id = self.change.store.ids.row()
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

    async def cancel_deadlines(
        self, kind: str | None = None, subject: str | None = None, subjects: Collection[str] | None = None
    ) -> None:
        """The open ones of ``kind`` and ``subject``, or ``subjects`` (without: all), told with the newest event."""
        query = select(deadlines.c.id).where(
            deadlines.c.incident_id == self.now.id, deadlines.c.status == "open"
        )
        if kind is not None:
            query = query.where(deadlines.c.kind == kind)
        if subject is not None:
            query = query.where(deadlines.c.subject == subject)
        if subjects is not None:
            query = query.where(deadlines.c.subject.in_(subjects))
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

    def save(self) -> None:
        """Has everything written, the events last, at the change's end; Stale is raised there."""
        writes = self.change.writes
        if self._seen is None:
            writes.add(incidents, to_row(self.now))
        elif self.now is not self._seen:
            values = {name: value for name, value in to_row(self.now).items() if name not in _FIXED}
            writes.save(self._seen.id, self._seen.version, values)
        for table, row in self._rows:
            writes.add(table, row)
        for statement in self._statements:
            writes.later(statement)
        for happened, pending in self._events:
            call = self.change.store.texts.call(happened.incident.district)
            pending.data = publication(
                happened.event, district_view(happened.incident, call), iso(pending.at)
            )
            self.change.pending.append(pending)


_BY_ID = Prepared(
    select(incidents).where(incidents.c.id.in_(keys())).order_by(incidents.c.id).with_for_update()
)


async def incidents_by_id(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, Incident]:
    """A fact: incidents as they are now, their rows locked on PostgreSQL, so that commands for one incident

    queue instead of losing races; the compare-and-set stays what decides.
    """
    return {row.id: from_row(row._asdict()) for row in await _BY_ID.rows(connection, padded(ids))}


async def load(change: Change, incident_id: str) -> Incident:
    """The incident as it is now, to be changed by this change alone. Raises NotFound, Stale."""
    incident = await change.fact(incidents_by_id, incident_id)
    if incident is None:
        raise NotFound
    change.take(incident_id)
    return incident


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
    return (
        error.connection_invalidated
        or is_crossed(error)
        or state_of(error) == _UNIQUE_VIOLATION
        or "UNIQUE constraint failed" in str(error.orig)
    )
