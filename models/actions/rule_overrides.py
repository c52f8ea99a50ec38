"""A person decides otherwise than the rules did: with a reason, and with a second person where the table says so.

The decision stays as it was made; what was decided instead stands beside it, with who and why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import insert, select, update

from models.actions import audit
from models.actions.idempotency import Keeping
from models.caller import Officer
from models.errors import Conflict, Forbidden, InvalidField, NotFound, SecondPersonNeeded
from models.rules.columns import Column
from models.rules.definitions import DEFINITIONS
from models.store import Change, Store
from models.tables import incidents, rule_decisions, rule_overrides

ROLES = frozenset({"police", "commander"})


@dataclass(frozen=True, slots=True)
class Overridden:
    """``waits``: it counts only when somebody else has confirmed it."""

    id: str
    decision: str
    waits: bool


Then = Keeping[Overridden]


async def override(
    store: Store,
    by: Officer,
    incident_id: str,
    decision_id: str,
    result: Mapping[str, Any],
    *,
    reason: str,
    then: Then | None = None,
) -> Overridden:
    """Decides otherwise. Raises NotFound, Forbidden, InvalidField (a result that the table could not give), Conflict

    (a decision of several rows, or one that somebody has overridden already).
    """
    async with store.change() as change:
        row = await _decision(change, by, incident_id, decision_id)
        definition = DEFINITIONS.get(row.table_name)
        if definition is None or definition.policy == "collect":
            raise Conflict(why="not_one_row")
        (decided,) = json.loads(row.result)
        instead = decided | _checked(definition.outputs, result)
        if await _standing(change, decision_id):
            raise Conflict(why="overridden")
        waits = bool(decided.get("second_person") or instead.get("second_person"))
        done = Overridden(store.ids.new(), decision_id, waits)
        values = {
            "id": done.id,
            "decision_id": decision_id,
            "result": msgspec.json.encode(instead).decode(),
            "reason": reason,
            "by": by.subject,
            "at": change.at,
            "second_person": waits,
        }
        await change.connection.execute(insert(rule_overrides).values(values))
        await audit.record(change, by, "override", f"decision:{decision_id}", reason=reason)
        if then is not None:
            await then(change, done)
    return done


async def confirm(
    store: Store, by: Officer, incident_id: str, override_id: str, *, then: Then | None = None
) -> Overridden:
    """The second person's word. Raises NotFound, Forbidden, SecondPersonNeeded, Conflict (nothing to confirm)."""
    async with store.change() as change:
        query = select(rule_overrides).where(rule_overrides.c.id == override_id).with_for_update()
        row = (await change.connection.execute(query)).first()
        if row is None:
            raise NotFound
        await _decision(change, by, incident_id, row.decision_id)
        if row.by == by.subject:
            raise SecondPersonNeeded
        if not row.second_person or row.confirmed_by is not None:
            raise Conflict(why="not_waiting")
        await change.connection.execute(
            update(rule_overrides)
            .where(rule_overrides.c.id == override_id)
            .values(confirmed_by=by.subject, confirmed_at=change.at)
        )
        await audit.record(change, by, "confirm_override", f"decision:{row.decision_id}")
        done = Overridden(override_id, row.decision_id, waits=False)
        if then is not None:
            await then(change, done)
    return done


async def _decision(change: Change, by: Officer, incident_id: str, decision_id: str) -> Any:
    """The decision, locked, for whoever may decide otherwise: police and commanders of the incident's district."""
    query = (
        select(rule_decisions, incidents.c.district.label("incident_district"))
        .join(incidents, incidents.c.id == rule_decisions.c.incident_id)
        .where(rule_decisions.c.id == decision_id, rule_decisions.c.incident_id == incident_id)
        .with_for_update(of=rule_decisions)
    )
    row = (await change.connection.execute(query)).first()
    if row is None:
        raise NotFound
    if by.role not in ROLES or row.incident_district not in by.districts:
        raise Forbidden
    return row


async def _standing(change: Change, decision_id: str) -> bool:
    query = select(rule_overrides.c.id).where(rule_overrides.c.decision_id == decision_id)
    return (await change.connection.execute(query)).first() is not None


def _checked(outputs: tuple[Column, ...], result: Mapping[str, Any]) -> dict[str, Any]:
    """What the table itself could have said, and something of it at least."""
    if not result:
        raise InvalidField(field="result", why="required")
    columns = {column.field: column for column in outputs}
    for name, value in result.items():
        column = columns.get(name)
        if column is None:
            raise InvalidField(field=f"result.{name[:40]}", why="unknown")
        values = value if column.many and isinstance(value, list) else [value]
        if (column.many and not isinstance(value, list)) or any(column.number(one) is None for one in values):
            raise InvalidField(field=f"result.{name}", why="out_of_range")
    return dict(result)
