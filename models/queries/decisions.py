"""Why something was decided: the decisions of an incident, for the police and commanders of its district.

Each with what people decided otherwise, and with what may still be decided otherwise, or why nothing may.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.override_effects import in_register, open_steps
from models.clock import iso, iso_or_none
from models.incident.incident import Incident
from models.queries.service_numbers import service_numbers
from models.rules import overriding
from models.rules.content import from_model
from models.tables import rule_decisions, rule_overrides, rule_versions

View = dict[str, Any]


async def decisions_of(connection: AsyncConnection, incident: Incident) -> list[View]:
    """In the order in which they were made. ``because`` is what the matched rows' authors wrote beside them.

    ``overrides``: what people decided instead, the newest last and again as ``override``. ``may``: the ``columns`` that
    can be decided otherwise, of a ladder the ``steps`` of which; None with ``why_not`` where nothing can.
    """
    query = (
        select(
            rule_decisions,
            rule_versions.c.number,
            rule_versions.c.scope,
            rule_versions.c.content,
        )
        .join(rule_versions, rule_versions.c.id == rule_decisions.c.version_id)
        .where(rule_decisions.c.incident_id == incident.id)
        .order_by(rule_decisions.c.at, rule_decisions.c.table_name)
    )
    rows = (await connection.execute(query)).all()
    overrides = await _overrides(connection, incident.id)
    steps = await open_steps(connection, incident.id) if _undecided(incident) else set()
    over = _over(incident) | ({"disposition"} if await in_register(connection, incident.id) else set())
    newest = {_question(row): row.id for row in rows}
    return [
        _view(row, overrides.get(row.id, []))
        | _openness(row, over, overrides.get(row.id, []), steps, newest[_question(row)] == row.id)
        for row in rows
    ]


def _over(incident: Incident) -> set[str]:
    """The tables whose word has had its effect once an incident is closed."""
    return {"routing", "evidence"} if incident.status == "closed" else set()


def _undecided(incident: Incident) -> bool:
    return incident.status in {"waiting", "offered"}


def _question(row: Any) -> tuple[str, str]:
    """Decisions with the same one are the same question asked again."""
    if row.table_name in {"routing", "evidence"}:
        return row.table_name, overriding.part_of(row.table_name, json.loads(row.inputs), {})
    return row.table_name, row.id


def _view(row: Any, overrides: list[View]) -> View:
    content = from_model(row.content)
    names = row.matched.split(",") if row.matched else []
    notes = {one.id: one.note for one in content.rows}
    return {
        "id": row.id,
        "at": iso(row.at),
        "table": row.table_name,
        "sentence": content.sentence,
        "source": content.source,
        "version": row.version_id,
        "number": row.number,
        "scope": row.scope,
        "rows": names,
        "because": [notes[name] for name in names if notes.get(name)],
        "inputs": json.loads(row.inputs),
        "results": json.loads(row.result),
        "instead": row.instead,
        "override": overrides[-1] if overrides else None,
        "overrides": overrides,
    }


def _openness(row: Any, over: set[str], overrides: list[View], steps: set[str], newest: bool) -> View:
    standing = {one["part"] for one in overrides if one["refused_by"] is None}
    parts = _parts(row)
    left = [part for part in parts if part not in standing]
    if row.table_name == "ladder":
        left = [part for part in left if part in steps]
    why = overriding.why_never(row.table_name)
    if why is None and not left:
        why = "overridden" if set(parts) <= standing else "has_happened"
    if why is None and row.table_name in over:
        why = "has_happened"
    if why is None and not newest:
        why = "asked_again"
    if why is not None:
        return {"may": None, "why_not": why}
    may: View = {"columns": [column.view for column in overriding.columns(row.table_name)]}
    if row.table_name == "ladder":
        may["steps"] = [int(part) for part in left]
    return {"may": may, "why_not": None}


def _parts(row: Any) -> list[str]:
    inputs = json.loads(row.inputs)
    return [overriding.part_of(row.table_name, inputs, one) for one in json.loads(row.result)]


async def _overrides(connection: AsyncConnection, incident_id: str) -> dict[str, list[View]]:
    query = (
        select(rule_overrides)
        .where(rule_overrides.c.incident_id == incident_id)
        .order_by(rule_overrides.c.at, rule_overrides.c.id)
    )
    rows = (await connection.execute(query)).all()
    people = (by for row in rows for by in (row.by, row.confirmed_by, row.refused_by))
    numbers = await service_numbers(connection, people)
    found: dict[str, list[View]] = {}
    for row in rows:
        found.setdefault(row.decision_id, []).append(_override(row, numbers))
    return found


def _override(row: Any, numbers: dict[str, str]) -> View:
    return {
        "id": row.id,
        "part": row.part,
        "result": json.loads(row.result),
        "reason": row.reason,
        "by": numbers.get(row.by, row.by),
        "at": iso(row.at),
        "waits": bool(row.second_person) and row.confirmed_by is None and row.refused_by is None,
        "confirmed_by": row.confirmed_by and numbers.get(row.confirmed_by, row.confirmed_by),
        "confirmed_at": iso_or_none(row.confirmed_at),
        "refused_by": row.refused_by and numbers.get(row.refused_by, row.refused_by),
        "refused_at": iso_or_none(row.refused_at),
        "refused_reason": row.refused_reason,
    }


def disposition_of(decisions: Iterable[View]) -> View | None:
    """What is to become of the car's driver: the newest suggestion, or what a person decided instead and counts."""
    suggested = [one for one in decisions if one["table"] == "disposition"]
    if not suggested:
        return None
    newest = suggested[-1]
    override = newest["override"]
    counts = override is not None and not override["waits"] and override["refused_by"] is None
    result = override["result"] if counts else newest["results"][0]
    return {
        "disposition": result["disposition"],
        "by": override["by"] if counts else None,
        "waits": override is not None and override["waits"],
    }
