"""Why requests were refused: found at the counter by the requester's reference, by sticker or by plate."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, select

from models import plates
from models.caller import Officer
from models.clock import iso, iso_or_none
from models.errors import InvalidField
from models.queries.service_numbers import service_numbers
from models.rules import overriding
from models.rules.content import from_model
from models.store import Store
from models.tables import refused_requests, rule_versions, stickers, vehicles

View = dict[str, Any]
MOST_SHOWN = 50  # the newest


async def refusals_for(
    store: Store,
    by: Officer,
    *,
    reference: str | None = None,
    sticker: str | None = None,
    plate: str | None = None,
) -> list[View]:
    """The newest refusals of ``by``'s districts first. Raises InvalidField unless exactly one is asked by."""
    given = {"reference": reference, "sticker": sticker, "plate": plate}
    asked = [(name, value.strip()) for name, value in given.items() if value and value.strip()]
    if len(asked) != 1:
        raise InvalidField(field="reference", why="required")
    query = (
        select(
            refused_requests,
            rule_versions.c.number,
            rule_versions.c.scope,
            rule_versions.c.content,
            vehicles.c.plate,
        )
        .join(rule_versions, rule_versions.c.id == refused_requests.c.version_id)
        .outerjoin(stickers, stickers.c.id == refused_requests.c.sticker_id)
        .outerjoin(vehicles, vehicles.c.id == stickers.c.vehicle_id)
        .where(_where(*asked[0]), refused_requests.c.district.in_(sorted(by.districts)))
        .order_by(refused_requests.c.last_at.desc())
        .limit(MOST_SHOWN)
    )
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).all()
        numbers = await service_numbers(connection, (row.decided_by for row in rows))
    now = store.clock.now()
    return [_view(row, numbers, is_over=row.retry_at <= now) for row in rows]


def _where(name: str, value: str) -> ColumnElement[bool]:
    if name == "reference":
        return refused_requests.c.reference == value.upper()
    if name == "sticker":
        return stickers.c.code == value
    return vehicles.c.plate == plates.canonical(value)


def _view(row: Any, numbers: dict[str, str], *, is_over: bool) -> View:
    content = from_model(row.content)
    because = [one.note for one in content.rows if one.id == row.row and one.note]
    why = "overridden" if row.instead else "has_happened" if is_over else None
    return {
        "id": row.id,
        "reference": row.reference,
        "at": iso(row.at),
        "last_at": iso(row.last_at),
        "count": row.count,
        "district": row.district,
        "plate": None if row.plate is None else plates.mask(row.plate),
        "table": "limits",
        "sentence": content.sentence,
        "source": content.source,
        "version": row.version_id,
        "number": row.number,
        "scope": row.scope,
        "row": row.row,
        "because": because,
        "inputs": json.loads(row.inputs),
        "result": json.loads(row.result),
        "retry_at": iso(row.retry_at),
        "instead": None if row.instead is None else json.loads(row.instead),
        "decided_by": row.decided_by and numbers.get(row.decided_by, row.decided_by),
        "decided_at": iso_or_none(row.decided_at),
        "reason": row.reason,
        "may": None if why else {"columns": [column.view for column in overriding.refusal_columns()]},
        "why_not": why,
    }
