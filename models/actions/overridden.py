"""What counts of what people decided otherwise, for whoever acts by it: routing, evidence, disposition."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.facts import padded
from models.prepared import Prepared, keys
from models.tables import rule_overrides


@dataclass(frozen=True, slots=True)
class Instead:
    """What a person decided in the place of what ``table`` said of ``part``; it counts."""

    id: str
    table: str
    part: str
    result: Mapping[str, Any]

    @property
    def source(self) -> str:
        """How later decisions name it as what held instead of the table."""
        return f"override:{self.id}"


# Those that wait for a second person, or were refused by one, do not count.
COUNTS = and_(
    rule_overrides.c.refused_by.is_(None),
    or_(rule_overrides.c.second_person.is_(False), rule_overrides.c.confirmed_by.is_not(None)),
)
_COUNTING = Prepared(
    select(
        rule_overrides.c.id,
        rule_overrides.c.incident_id,
        rule_overrides.c.table_name,
        rule_overrides.c.part,
        rule_overrides.c.result,
    )
    .where(rule_overrides.c.incident_id.in_(keys()), COUNTS)
    .order_by(rule_overrides.c.at, rule_overrides.c.id)
)


async def counting(connection: AsyncConnection, incident_ids: Collection[str]) -> dict[str, list[Instead]]:
    """A fact: what counts of what people decided otherwise of these incidents, the newest last."""
    found: dict[str, list[Instead]] = {}
    for row in await _COUNTING.rows(connection, padded(sorted(incident_ids))):
        one = Instead(row.id, row.table_name, row.part, json.loads(row.result))
        found.setdefault(row.incident_id, []).append(one)
    return found


def newest(found: Collection[Instead], table: str, part: str = "") -> Instead | None:
    """What counts now of one table and part; None where the table's own word holds."""
    fitting = [one for one in found if one.table == table and one.part == part]
    return fitting[-1] if fitting else None
