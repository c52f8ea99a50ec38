"""Why something was decided: the decisions of an incident, for the police and commanders of its district."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.clock import iso, iso_or_none
from models.queries.service_numbers import service_numbers
from models.rules.content import from_model
from models.tables import rule_decisions, rule_overrides, rule_versions

View = dict[str, Any]


async def decisions_of(connection: AsyncConnection, incident_id: str) -> list[View]:
    """In the order in which they were made. ``because`` is what the matched rows' authors wrote beside them."""
    query = (
        select(
            rule_decisions,
            rule_versions.c.number,
            rule_versions.c.scope,
            rule_versions.c.content,
        )
        .join(rule_versions, rule_versions.c.id == rule_decisions.c.version_id)
        .where(rule_decisions.c.incident_id == incident_id)
        .order_by(rule_decisions.c.at, rule_decisions.c.table_name)
    )
    rows = (await connection.execute(query)).all()
    overrides = await _overrides(connection, [row.id for row in rows])
    return [_view(row, overrides.get(row.id)) for row in rows]


def _view(row: Any, override: View | None) -> View:
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
        "override": override,
    }


async def _overrides(connection: AsyncConnection, ids: list[str]) -> dict[str, View]:
    if not ids:
        return {}
    query = select(rule_overrides).where(rule_overrides.c.decision_id.in_(ids))
    rows = (await connection.execute(query)).all()
    numbers = await service_numbers(connection, (by for row in rows for by in (row.by, row.confirmed_by)))
    return {
        row.decision_id: {
            "id": row.id,
            "result": json.loads(row.result),
            "reason": row.reason,
            "by": numbers.get(row.by, row.by),
            "at": iso(row.at),
            "waits": bool(row.second_person) and row.confirmed_by is None,
            "confirmed_by": row.confirmed_by and numbers.get(row.confirmed_by, row.confirmed_by),
            "confirmed_at": iso_or_none(row.confirmed_at),
        }
        for row in rows
    }
