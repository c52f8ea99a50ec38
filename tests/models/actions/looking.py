"""What tests of actions look at: rows, open deadlines, the names of what was rung."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from models.actions.deadlines import Firing, fire
from models.caller import Participant
from models.store import Store
from models.tables import deadlines, participants
from tests.support.recording import RecordingBell


async def rows(store: Store, query: Any) -> list[Any]:
    async with store.database.read() as connection:
        return list((await connection.execute(query)).all())


async def due(store: Store, kind: str) -> str:
    """The id of the open deadline of a kind."""
    query = select(deadlines.c.id).where(deadlines.c.kind == kind, deadlines.c.status == "open")
    (row,) = await rows(store, query)
    return str(row.id)


async def time_up(store: Store, deadline_id: str) -> Firing:
    """Fires one deadline; what became of it."""
    return (await fire(store, [deadline_id]))[deadline_id]


def names(bell: RecordingBell) -> list[str]:
    return [json.loads(entry.data)["event"] for entry in bell.entries if entry.district != "control"]


async def owner_of(store: Store, incident_id: str) -> Participant:
    query = select(participants.c.id).where(
        participants.c.incident_id == incident_id, participants.c.role == "owner"
    )
    found = await rows(store, query)
    return Participant(found[0].id, incident_id, "owner")
