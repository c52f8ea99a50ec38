"""What is shipped becomes a version in the database, so that a decision made by it names a row that stays."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.clock import SystemClock
from models.configuration import revise
from models.ids import RandomIds
from models.rulebook import next_number
from models.rules.book import EVERYWHERE
from models.rules.content import to_model
from models.rules.evaluation import Compiled
from models.rules.shipped import shipped, shipped_id
from models.tables import rule_activations, rule_versions


async def publish_shipped(connection: AsyncConnection) -> None:
    """Writes the shipped versions that this database does not have yet, in force from now on. Run it alone."""
    for compiled in shipped().values():
        name = shipped_id(compiled.content)
        newest = (
            select(rule_activations.c.version_id)
            .where(
                rule_activations.c.table_name == compiled.content.table,
                rule_activations.c.scope == EVERYWHERE,
            )
            .order_by(rule_activations.c.number.desc())
            .limit(1)
        )
        if (await connection.execute(newest)).scalar_one_or_none() != name:
            await _publish(connection, name, compiled)


async def _publish(connection: AsyncConnection, name: str, compiled: Compiled) -> None:
    now, ids, table = SystemClock().now(), RandomIds(), compiled.content.table
    known = select(rule_versions.c.id).where(rule_versions.c.id == name)
    if (await connection.execute(known)).first() is None:
        number = await next_number(connection, rule_versions, table, EVERYWHERE)
        values = {
            "id": name,
            "table_name": table,
            "scope": EVERYWHERE,
            "number": number,
            "status": "approved",
            "content": to_model(compiled.content),
            "author": "shipped",
            "created_at": now,
            "checked_at": now,
            "decided_by": "release",
            "decided_at": now,
        }
        await connection.execute(insert(rule_versions).values(values))
    activation = {
        "id": ids.new(),
        "table_name": table,
        "scope": EVERYWHERE,
        "number": await next_number(connection, rule_activations, table, EVERYWHERE),
        "version_id": name,
        "approved_by": "release",
        "approved": "approved",
        "active_from": now,
        "how": "activate",
        "by": "release",
        "at": now,
    }
    await connection.execute(insert(rule_activations).values(activation))
    await revise(connection, "rules", ids.new(), now)
