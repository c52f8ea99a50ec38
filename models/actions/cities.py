"""Carrying out an import of a city's bundle: in one transaction, with its record for the audit.

Leaves to others: what a bundle may hold and what would change (``models.city``).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import audit, calendar
from models.city.bundle import SECTIONS, Bundle
from models.city.plan import Plan, plan
from models.city.sections import Writing
from models.configuration import TOPICS, revise
from models.ids import Ids


async def import_city(connection: AsyncConnection, ids: Ids, at: datetime, bundle: Bundle) -> Plan:
    """Writes what is new or differs, deletes nothing, and returns what was done. Raises ImportForbidden.

    The caller's transaction sees what it compares, so nothing changes in between. An import that changes nothing
    leaves no record.
    """
    done = await plan(connection, bundle)
    sections = {section.name: section for section in SECTIONS}
    writing = Writing(connection, ids, at, bundle.city)
    working_days = await calendar.exceptions_of(connection, bundle.city)
    for step in done.to_do:
        await sections[step.section].write(writing, step.key, step.values, new=step.fate == "added")
    await calendar.follow(
        connection, bundle.city, working_days, await calendar.exceptions_of(connection, bundle.city)
    )
    if done.to_do:
        # Every process looks again: what it keeps of rules and flags is by district and city.
        for topic in TOPICS:
            await revise(connection, topic, ids.new(), at)
        await audit.write(
            connection,
            ids,
            at,
            actor="operator",
            role="operator",
            action="import_city",
            subject=f"city:{bundle.city}",
            reason=f"{done.count('added')} added, {done.count('changed')} changed",
        )
    return done
