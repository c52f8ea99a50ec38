"""What a version would have decided of what was really asked: last week's stored decisions, asked again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import select

from models.clock import iso
from models.rules.columns import complete
from models.rules.evaluation import Compiled, Matched
from models.store import Store
from models.tables import incidents, rule_decisions

PAST = timedelta(days=7)
MOST = 5_000  # decisions that are asked again, the newest: some 50 ms
AT_ONCE = 200
MOST_SHOWN = 50  # changes that are told one by one

View = dict[str, Any]


async def replay(store: Store, compiled: Compiled, districts: Sequence[str]) -> View:
    """How many of last week's decisions of ``districts`` would come out otherwise, and which.

    ``complete`` says whether those were all; ``unanswered`` counts inputs that the columns of today do not have.
    """
    query = (
        select(
            rule_decisions.c.incident_id,
            rule_decisions.c.at,
            rule_decisions.c.inputs,
            rule_decisions.c.result,
        )
        .join(incidents, incidents.c.id == rule_decisions.c.incident_id)
        .where(incidents.c.district.in_(sorted(districts)))
        .where(incidents.c.requested_at > store.clock.now() - PAST)
        .where(rule_decisions.c.table_name == compiled.content.table)
        .order_by(incidents.c.requested_at.desc())
        .limit(MOST + 1)
    )
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).all()
    changes: list[View] = []
    changed = unanswered = 0
    for number, row in enumerate(rows[:MOST]):
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)  # others have their turn
        inputs = json.loads(row.inputs)
        try:
            matched = compiled.ask(complete(compiled.definition.inputs, inputs))
        except (KeyError, ValueError):
            unanswered += 1
            continue
        after = results_of(matched)
        before = json.loads(row.result)
        if after == before:
            continue
        changed += 1
        if len(changes) < MOST_SHOWN:
            changes.append(
                {
                    "incident": row.incident_id,
                    "at": iso(row.at),
                    "inputs": inputs,
                    "before": before,
                    "after": after,
                    "rows": list(matched.rows),
                }
            )
    return {
        "asked": min(len(rows), MOST),
        "changed": changed,
        "unanswered": unanswered,
        "complete": len(rows) <= MOST,
        "days": PAST.days,
        "changes": changes,
    }


def results_of(matched: Matched) -> list[View]:
    """What the matched rows say, as it is stored."""
    told: list[View] = msgspec.to_builtins([dict(one) for one in matched.results])
    return told
