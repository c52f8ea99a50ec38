"""A parking record goes with its incident: whoever closes that, and however, says what becomes of the record.

So a car whose owner's answer is confirmed on the feed, or that a commander's officer deals with, needs no second entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.deciding import Decision
from models.actions.incident_change import IncidentChange
from models.caller import Caller, Officer
from models.errors import Forbidden
from models.parking.states import Command, after
from models.tables import parking_records


async def of_incident(connection: AsyncConnection, incident_id: str) -> Any:
    """The record of an incident, its row locked; None if it has none."""
    query = select(parking_records).where(parking_records.c.incident_id == incident_id).with_for_update()
    return (await connection.execute(query)).first()


async def follow(changing: IncidentChange, decision: Decision | None, caller: Caller) -> None:
    """After everything else that a command brought about. Raises Forbidden where an auxiliary officer would bring

    about what has legal effect (规范 5): whether a car that stayed is warned or worse is an officer's to say.
    """
    seen, now = changing.seen, changing.now
    closed = seen is not None and seen.status != "closed" and now.status == "closed"
    reopened = seen is not None and seen.status == "closed" and now.status != "closed"
    if not closed and not reopened:
        return
    row = await of_incident(changing.change.connection, now.id)
    if row is None:
        return
    if decision is not None and isinstance(caller, Officer) and caller.role == "auxiliary":
        raise Forbidden(command="resolve")
    if reopened:
        _reopen(changing, row)
    elif row.state == "noticed":
        _end(changing, row, decision, caller)


async def decided(changing: IncidentChange, result: Mapping[str, Any], second: str | None) -> None:
    """A person decided otherwise what becomes of a car that stayed; what was exported goes on in the register.

    ``second``: the id of whoever confirmed it; of a draft too, unless he made the record or dealt with the car.
    """
    row = await of_incident(changing.change.connection, changing.now.id)
    if row is None or row.state not in {"none", "warning", "penalty"} or row.exported_at is not None:
        return
    state = result["disposition"]
    weighs = bool(result["second_person"]) and state == "penalty"
    values = {"state": state, "second_person": weighs, "confirmed_by": None, "confirmed_at": None}
    if weighs and second is not None and second not in {row.author_id, row.ended_by, row.countersigned_by}:
        values |= {"confirmed_by": second, "confirmed_at": changing.at}
    _set(changing, row.id, **values)


def _reopen(changing: IncidentChange, row: Any) -> None:
    """What the official register knows of already goes on there."""
    if "unmerged" in changing.names:
        if row.state == "withdrawn" and row.withdrawn_reason == "duplicate" and row.exported_at is None:
            _set(changing, row.id, state="noticed", ended_at=None, ended_by=None, withdrawn_reason=None)
        return
    if row.exported_at is None and row.state in {"left", "none", "warning", "penalty"}:
        state = after(row.state, "reopen")
        values = {"ended_at": None, "ended_by": None, "second_person": False}
        _set(changing, row.id, state=state, confirmed_by=None, confirmed_at=None, **values)


def _end(changing: IncidentChange, row: Any, decision: Decision | None, caller: Caller) -> None:
    by = caller.id if isinstance(caller, Officer) else None
    if decision is not None:
        said = decision.result
        state = after(row.state, "stay", said["disposition"])
        second = bool(said["second_person"]) and state == "penalty"
        _set(changing, row.id, state=state, ended_at=changing.at, ended_by=by, second_person=second)
        return
    gone = changing.now.outcome == "settled" or changing.now.moved_at is not None
    command: Command = "leave" if gone else "withdraw"
    reason = None if gone else changing.now.outcome
    _set(
        changing,
        row.id,
        state=after(row.state, command),
        ended_at=changing.at,
        ended_by=by,
        withdrawn_reason=reason,
    )


def _set(changing: IncidentChange, record_id: str, **values: Any) -> None:
    changing.later(update(parking_records).where(parking_records.c.id == record_id).values(**values))
