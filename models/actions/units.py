"""Unit statuses: set by hand, following the assignment, and each change kept for the response figures.

A change is written in the transaction of what caused it. Rows are locked after incidents and before officers, as
everywhere. What is possible is in ``models.duty.units``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import Update, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.incident_change import IncidentChange
from models.duty.units import UnitEvent, UnitStatus, after, stage
from models.errors import IllegalTransition
from models.facts import padded
from models.incident.incident import Incident
from models.incident.support import supporters
from models.prepared import Prepared, keys
from models.store import Change
from models.tables import handovers, incidents, shifts, unit_statuses

log = structlog.get_logger()

HAS = ("accepted", "on_scene")  # an incident in one of these is in an officer's hands

_OPEN_SHIFTS = Prepared(
    select(shifts)
    .where(shifts.c.officer_id.in_(keys()), shifts.c.ended_at.is_(None))
    .order_by(shifts.c.officer_id)
    .with_for_update()
)
_HELD = Prepared(
    select(incidents.c.id, incidents.c.officer_id, incidents.c.status).where(
        incidents.c.officer_id.in_(keys()), incidents.c.status.in_(HAS)
    )
)


async def open_shifts(connection: AsyncConnection, officer_ids: Sequence[str]) -> dict[str, Any]:
    """A fact: the open shift of each officer, its row locked on PostgreSQL."""
    return {row.officer_id: row for row in await _OPEN_SHIFTS.rows(connection, padded(officer_ids))}


async def held(connection: AsyncConnection, officer_ids: Sequence[str]) -> dict[str, list[Any]]:
    """A fact: the incidents that each officer has, with their statuses."""
    found: dict[str, list[Any]] = {}
    for row in await _HELD.rows(connection, padded(officer_ids)):
        found.setdefault(row.officer_id, []).append(row)
    return found


async def follow(changing: IncidentChange) -> None:
    """The statuses of those whom the incident left, came to, or who arrived with it.

    Raises IllegalTransition when somebody was sent who is not available; everything else is his own deed, and a
    status that does not fit it must not stop him.
    """
    change = changing.change
    events = _events(changing.seen, changing.now, changing.names)
    if any(event in {"free", "clear"} for _, event in events):
        changing.later(_withdraw_handover(changing))
    for officer_id, event in events:
        change.take(("unit", officer_id))
        await change.learn((open_shifts, officer_id), (held, officer_id))
        shift = await change.fact(open_shifts, officer_id)
        if shift is None:
            continue
        others = {
            row.status for row in await change.fact(held, officer_id) or () if row.id != changing.now.id
        }
        try:
            status = after(shift.status, event, stage(others))
        except IllegalTransition:
            if event == "assign":
                raise
            log.warning("unit_out_of_step", shift=shift.id, status=shift.status, unit_event=event)
            continue
        write(change, shift, status, event, changing.now.id)


def _withdraw_handover(changing: IncidentChange) -> Update:
    """What is no longer in his hands nobody can take over from him."""
    return (
        update(handovers)
        .where(handovers.c.incident_id == changing.now.id, handovers.c.status == "asked")
        .values(status="withdrawn", answered_at=changing.at)
    )


def _events(seen: Incident | None, now: Incident, names: Sequence[str]) -> list[tuple[str, UnitEvent]]:
    before, holder = _holder(seen), _holder(now)
    found: list[tuple[str, UnitEvent]] = []
    if before is not None and seen is not None and holder != before:
        found.append((before, "clear" if seen.status == "on_scene" else "free"))
    # Whoever has it again where he was, since a merge was taken back, is there and not under way.
    if holder is not None and holder != before and now.status != "on_scene":
        ordered = {"assigned", "reassigned"} & set(names)
        found.append((holder, "assign" if ordered else "depart"))
    if holder is not None and now.status == "on_scene" and (seen is None or seen.status != "on_scene"):
        found.append((holder, "arrive"))
    return sorted([*found, *_beside(seen, now, holder, names)])


def _beside(
    seen: Incident | None, now: Incident, holder: str | None, names: Sequence[str]
) -> list[tuple[str, UnitEvent]]:
    """Of those who support its officer: who came, arrived or left with it."""
    before = {one.officer_id: one for one in supporters(seen)} if seen is not None else {}
    there = {one.officer_id: one for one in supporters(now)} if now.status in HAS else {}
    found: list[tuple[str, UnitEvent]] = []
    for name in there.keys() - before.keys():
        found.append((name, "assign" if "support_sent" in names else "depart"))
    for name, one in there.items():
        if one.arrived_at is not None and (name not in before or before[name].arrived_at is None):
            found.append((name, "arrive"))
    for name in before.keys() - there.keys():
        if name != holder:  # who has it now himself did not leave
            found.append((name, "clear" if before[name].arrived_at is not None else "free"))
    return found


def _holder(incident: Incident | None) -> str | None:
    return incident.officer_id if incident is not None and incident.status in HAS else None


def write(
    change: Change, shift: Any, status: UnitStatus, event: UnitEvent, incident_id: str | None = None
) -> None:
    """Has the status of a locked open shift set, and the change of it kept."""
    keep(change, shift, status, event, incident_id)
    if status != shift.status:
        change.writes.later(
            update(shifts)
            .where(shifts.c.id == shift.id, shifts.c.ended_at.is_(None))
            .values(status=status, status_at=change.at)
        )


def keep(
    change: Change, shift: Any, status: UnitStatus, event: UnitEvent, incident_id: str | None = None
) -> None:
    """Has one line of the history written."""
    row = {
        "id": change.store.ids.row(),
        "shift_id": shift.id,
        "officer_id": shift.officer_id,
        "district": shift.district,
        "status": status,
        "event": event,
        "incident_id": incident_id,
        "at": change.at,
    }
    change.writes.add(unit_statuses, row)
