"""A person decides otherwise than the rules did: with a reason, and with a second person where the table says so.

The decision stays as it was made; what was decided instead stands beside it, with who and why. What it brings about
(``override_effects``) is in the same transaction: when it is made, or when the second person confirms it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import select, update

from models.access.rights import may
from models.actions import audit, override_effects
from models.actions.idempotency import Keeping
from models.actions.incident_change import IncidentChange, actor_of, load
from models.actions.reasoned import given_reason
from models.caller import Officer
from models.errors import Conflict, Forbidden, InvalidField, NotFound, SecondPersonNeeded
from models.incident.happened import step
from models.rules import overriding
from models.store import Change, Store
from models.tables import incidents, rule_decisions, rule_overrides


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
    """Decides otherwise; of a ladder ``result`` names the ``step``. Raises NotFound, Forbidden, InvalidField (a result

    that the table could not give, no reason or one that is too long), Conflict (somebody has overridden it already, or
    what it decided has happened; ``why`` says which).
    """
    reason = given_reason(reason)
    async with store.change() as change:
        row = await _decision(change, by, incident_id, decision_id, "override_decision")
        changing = await _changing(change, by, incident_id)
        part, decided, wanted = _of_decision(row, result)
        instead = overriding.instead_of(row.table_name, decided, wanted)
        if await _standing(change, decision_id, part):
            raise Conflict(why="overridden")
        await override_effects.check_open(changing, row.table_name, part)
        waits = bool(decided.get("second_person") or instead.get("second_person"))
        done = Overridden(store.ids.new(), decision_id, waits)
        values = {
            "id": done.id,
            "decision_id": decision_id,
            "incident_id": incident_id,
            "table_name": row.table_name,
            "part": part,
            "result": msgspec.json.encode(instead).decode(),
            "reason": reason,
            "by": by.subject,
            "at": change.at,
            "second_person": waits,
        }
        await audit.record(change, by, "override", f"decision:{decision_id}", reason=reason)
        # The incident is saved before anything that refers to it is written: locks are taken in that order.
        changing.add(rule_overrides, values)
        if waits:
            changing.happen(step(changing.now, "override_asked"), detail={"table": row.table_name})
        else:
            await _take_effect(changing, row.table_name, part, instead)
        changing.save()
        if then is not None:
            await then(change, done)
    return done


async def confirm(
    store: Store, by: Officer, incident_id: str, override_id: str, *, then: Then | None = None
) -> Overridden:
    """The second person's word, with which it has its effect. Raises NotFound, Forbidden, SecondPersonNeeded, Conflict

    (nothing to confirm, or what was decided has happened meanwhile).
    """
    async with store.change() as change:
        row, changing = await _waiting(change, by, incident_id, override_id, "confirm_override")
        await override_effects.check_open(changing, row.table_name, row.part)
        changing.later(
            update(rule_overrides)
            .where(rule_overrides.c.id == override_id)
            .values(confirmed_by=by.subject, confirmed_at=change.at)
        )
        await audit.record(change, by, "confirm_override", f"decision:{row.decision_id}")
        await _take_effect(changing, row.table_name, row.part, json.loads(row.result), second=by.id)
        changing.save()
        done = Overridden(override_id, row.decision_id, waits=False)
        if then is not None:
            await then(change, done)
    return done


async def refuse(
    store: Store, by: Officer, incident_id: str, override_id: str, *, reason: str, then: Then | None = None
) -> Overridden:
    """The second person's other word: it never counts, and the decision stands. Raises as ``confirm``, InvalidField."""
    reason = given_reason(reason)
    async with store.change() as change:
        row, changing = await _waiting(change, by, incident_id, override_id, "refuse_override")
        changing.later(
            update(rule_overrides)
            .where(rule_overrides.c.id == override_id)
            .values(refused_by=by.subject, refused_at=change.at, refused_reason=reason)
        )
        await audit.record(change, by, "refuse_override", f"decision:{row.decision_id}", reason=reason)
        changing.happen(step(changing.now, "override_refused"), detail={"table": row.table_name})
        changing.save()
        done = Overridden(override_id, row.decision_id, waits=False)
        if then is not None:
            await then(change, done)
    return done


async def _take_effect(
    changing: IncidentChange, table: str, part: str, result: Mapping[str, Any], second: str | None = None
) -> None:
    changing.happen(step(changing.now, "overridden"), detail={"table": table})
    await override_effects.bring_about(changing, table, part, result, second)


async def _changing(change: Change, by: Officer, incident_id: str) -> IncidentChange:
    seen = await load(change, incident_id)
    return IncidentChange(change, seen, seen, actor_of(by))


def _of_decision(row: Any, result: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], Mapping[str, Any]]:
    """The part that is meant, what was decided of it, and what is wanted instead."""
    why = overriding.why_never(row.table_name)
    if why is not None:
        raise Conflict(why=why)
    decided: list[dict[str, Any]] = json.loads(row.result)
    part = overriding.part_of(row.table_name, json.loads(row.inputs), result)
    if row.table_name != "ladder":
        return part, decided[0], result
    for one in decided:
        if str(one["step"]) == part:
            return part, one, {name: value for name, value in result.items() if name != "step"}
    raise InvalidField(field="result.step", why="unknown")


async def _waiting(
    change: Change, by: Officer, incident_id: str, override_id: str, action: str
) -> tuple[Any, IncidentChange]:
    """An override that waits for a second person, and its incident. The author is none (see the table's constraint)."""
    query = select(rule_overrides).where(
        rule_overrides.c.id == override_id, rule_overrides.c.incident_id == incident_id
    )
    row = (await change.connection.execute(query.with_for_update())).first()
    if row is None:
        raise NotFound
    await _decision(change, by, incident_id, row.decision_id, action)
    if row.by == by.subject:
        raise SecondPersonNeeded
    if not row.second_person or row.confirmed_by is not None or row.refused_by is not None:
        raise Conflict(why="not_waiting")
    return row, await _changing(change, by, incident_id)


async def _decision(change: Change, by: Officer, incident_id: str, decision_id: str, action: str) -> Any:
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
    if not may(by.role, action) or row.incident_district not in by.districts:
        raise Forbidden
    return row


async def _standing(change: Change, decision_id: str, part: str) -> bool:
    query = select(rule_overrides.c.id).where(
        rule_overrides.c.decision_id == decision_id,
        rule_overrides.c.part == part,
        rule_overrides.c.refused_by.is_(None),
    )
    return (await change.connection.execute(query)).first() is not None
