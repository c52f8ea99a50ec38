"""What the rules suggest when an officer has dealt with a parked car: nothing, a warning or a penalty.

A suggestion, kept with the incident for the officer to see: deciding is the police's (行政处罚法 art. 41: what no
person has reviewed is no evidence). Bringing a case is a later part of the product.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, union_all

from models.actions import deciding, overridden, variants, watch_flags
from models.actions.deciding import Decision
from models.actions.incident_change import IncidentChange
from models.incident.commands import Command, Resolve
from models.incident.incident import Incident
from models.rules.definitions import WATCHED
from models.tables import incidents, parking_records, participants, rule_overrides

_WINDOWS = (30, 180, 365)  # days, a column of the table each


async def suggest(change: IncidentChange, command: Command) -> Decision | None:
    """Asks the table once an officer closes a car's incident as dealt with, and keeps what it says."""
    now = change.now
    if not isinstance(command, Resolve) or command.outcome != "resolved" or now.kind != "move_car":
        return None
    store = change.change.store
    left = now.moved_at or now.closed_at or change.at
    meaning = deciding.meaning(store, now.district, now.kind, now.reason, now.requested_at)
    given = {
        **deciding.facts_of(store, now),
        **await _repeats(change, now),
        "minutes_until_left": min(10_000, int((left - now.requested_at).total_seconds() // 60)),
        "obstructs": meaning.result["obstructs"],
        **await _watched(change, now),
    }
    tried = await variants.tried_with(store, change.around, now, "disposition")
    decision = deciding.ask(store, "disposition", now.district, now.requested_at, given, tried)
    deciding.keep(change.change, now.id, now.district, decision)
    return decision


async def _watched(change: IncidentChange, now: Incident) -> dict[str, bool]:
    found = await watch_flags.of_vehicle(change.change, now.vehicle_id, now.district, now.requested_at)
    return {"watched": bool(found), **{kind: kind in found for kind in WATCHED}}


async def _repeats(change: IncidentChange, now: Incident) -> dict[str, Any]:
    """How often an officer had to deal with this car before, within each window.

    What a person found to be nothing (an ambulance at work, a car that broke down) is held against nobody.
    """
    cleared = await _cleared(change, now)
    asked = select(participants.c.incident_id, participants.c.joined_at.label("at")).where(
        participants.c.vehicle_id == now.vehicle_id, participants.c.role == "requester"
    )
    recorded = select(parking_records.c.incident_id, parking_records.c.effective_at.label("at")).where(
        parking_records.c.vehicle_id == now.vehicle_id, parking_records.c.state != "withdrawn"
    )
    times = union_all(asked, recorded).subquery()
    counts = [
        func.count(incidents.c.id.distinct()).filter(times.c.at > _since(now, days)) for days in _WINDOWS
    ]
    query = (
        select(*counts)
        .select_from(times)
        .join(incidents, incidents.c.id == times.c.incident_id)
        .where(times.c.at > _since(now, _WINDOWS[-1]), incidents.c.id != now.id)
        .where(incidents.c.outcome == "resolved", incidents.c.id.not_in(cleared))
    )
    row = (await change.change.connection.execute(query)).one()
    return {f"repeats_{days}_days": min(1000, count) for days, count in zip(_WINDOWS, row, strict=True)}


async def _cleared(change: IncidentChange, now: Incident) -> list[str]:
    """Earlier incidents of this car that a person decided to be nothing, against what the table suggested."""
    query = (
        select(rule_overrides.c.incident_id, rule_overrides.c.result)
        .join(incidents, incidents.c.id == rule_overrides.c.incident_id)
        .where(rule_overrides.c.table_name == "disposition", overridden.COUNTS)
        .where(incidents.c.vehicle_id == now.vehicle_id)
        .order_by(rule_overrides.c.at)
    )
    # Dealt with twice, the same incident has two suggestions: the newest word on it counts.
    found = {row.incident_id: json.loads(row.result) for row in await change.change.connection.execute(query)}
    return [name for name, result in found.items() if result["disposition"] == "none"]


def _since(now: Incident, days: int) -> datetime:
    return now.requested_at - timedelta(days=days)
