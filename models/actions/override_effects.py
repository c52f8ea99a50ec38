"""What follows when a person decides otherwise: a step of the ladder moves, the next offers go by other numbers, other

evidence is wanted, another disposition holds. Whether somebody may, and what he may say, is ``rule_overrides``'.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import ladder, parking_follow
from models.actions.incident_change import IncidentChange
from models.errors import Conflict
from models.incident.incident import Incident
from models.tables import deadlines, parking_records

# What may still come of a ladder or of offers, comes while nobody has the incident.
_UNDECIDED = frozenset({"waiting", "offered"})


async def check_open(changing: IncidentChange, table: str, part: str) -> None:
    """Raises Conflict when what the table decided of ``part`` has had its effect already."""
    if await _has_happened(changing.change.connection, changing.now, table, part):
        raise Conflict(why="has_happened")


async def _has_happened(connection: AsyncConnection, now: Incident, table: str, part: str) -> bool:
    if table == "ladder":
        return now.status not in _UNDECIDED or part not in await open_steps(connection, now.id)
    if table in {"routing", "evidence"}:
        return now.status == "closed"
    return table == "disposition" and await in_register(connection, now.id)


async def open_steps(connection: AsyncConnection, incident_id: str) -> set[str]:
    """The steps of an incident's ladder that are still to come."""
    query = select(deadlines.c.kind).where(
        deadlines.c.incident_id == incident_id,
        deadlines.c.status == "open",
        deadlines.c.kind.startswith("step:", autoescape=True),
    )
    return {kind.removeprefix("step:") for kind in (await connection.execute(query)).scalars()}


async def in_register(connection: AsyncConnection, incident_id: str) -> bool:
    """Whether the official register was told of the incident's draft: it goes on there, or the record is withdrawn."""
    query = select(parking_records.c.id).where(
        parking_records.c.incident_id == incident_id, parking_records.c.exported_at.is_not(None)
    )
    return (await connection.execute(query)).first() is not None


async def bring_about(
    changing: IncidentChange, table: str, part: str, result: Mapping[str, Any], second: str | None
) -> None:
    """Arranges what follows, after the event that tells of it. ``second``: the id of the officer who confirmed it.

    For routing and evidence nothing has to be: they are asked for (``overridden``) when it matters.
    """
    if table == "disposition":
        await parking_follow.decided(changing, result, second)
    if table != "ladder":
        return
    now = changing.now
    await changing.cancel_deadlines(f"step:{part}")
    after = timedelta(seconds=ladder.seconds_after(result, now.response_seconds))
    # A step that should have come already comes now.
    changing.set_deadline(f"step:{part}", max(changing.at, now.requested_at + after), ladder.text_of(result))
