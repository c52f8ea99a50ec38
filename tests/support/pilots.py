"""Pilots as tests need them: two administrators, a feature that is off, and incidents of a pilot's groups."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import insert, select, update

from models.actions import flags as flag_actions
from models.actions import rollouts
from models.flags.content import Stage
from models.flags.guards import Guard
from models.flags.rollout import Rollout
from models.store import Store
from models.tables import audit, flags, incident_variants, incidents, rule_decisions
from models.tables import rollouts as rollouts_table
from tests.support.city import MINGSHAN, YUCHENG, Asked, ask, officer

MOVE_CAR, PHOTOS, HAZARDS, UNBUILT = (
    "module.move_car",
    "feature.request_photos",
    "module.hazards",
    "module.parking",
)
ADMIN = officer("051900", "administrator", YUCHENG, MINGSHAN)
OF_YUCHENG = officer("051901", "administrator", YUCHENG)
GUARD = Guard("breached", worse_by=0.05, least_n=20)
REASON = "雨天照片太多"


async def off(store: Store, key: str, *codes: str) -> None:
    for code in codes:
        await flag_actions.set_stage(store, key, code, Stage("off"), ADMIN)


async def write_flag(store: Store, key: str, version: int, content: str) -> None:
    """A version of a flag as nobody's action writes it."""
    async with store.database.write() as connection:
        await connection.execute(
            insert(flags).values(
                key=key, version=version, content=content, made_by="-", made_at=store.clock.now()
            )
        )


async def stage(store: Store, key: str, district: str) -> Stage:
    await store.configuration.refresh()
    return store.flags.set.stage(key, district)


async def records(store: Store) -> list[tuple[str, str, str]]:
    """What was recorded, in no order: the clock stands still."""
    query = select(audit.c.actor, audit.c.action, audit.c.subject)
    async with store.database.read() as connection:
        return sorted((row.actor, row.action, row.subject) for row in await connection.execute(query))


async def started(store: Store, percent: int = 20, **options: Any) -> Rollout:
    await off(store, PHOTOS, YUCHENG)
    return await rollouts.start(store, PHOTOS, [YUCHENG], percent, ADMIN, **options)


async def variants_of(store: Store, incident_id: str) -> dict[str, str]:
    query = select(incident_variants.c.flag, incident_variants.c.variant)
    async with store.database.read() as connection:
        rows = await connection.execute(query.where(incident_variants.c.incident_id == incident_id))
        return {row.flag: row.variant for row in rows}


async def made(store: Store, variant: str, n: int, *, breached: int, at: datetime) -> None:
    """Closed incidents of a pilot's group, written as they would stand there."""
    rows = [
        {
            "id": f"{variant}-{number}",
            "kind": "move_car",
            "status": "closed",
            "district": YUCHENG,
            "version": 9,
            "feed_offset": 9,
            "reason": "blocking",
            "priority": 0,
            "promise_minutes": "3,5,10",
            "escalation": 0,
            "response_seconds": 300,
            "requested_at": at,
            "respond_by": at + timedelta(seconds=300),
            "moved_at": at + timedelta(seconds=400 if number < breached else 100),
            "breached_at": at + timedelta(seconds=300) if number < breached else None,
            "closed_at": at + timedelta(seconds=400),
            "deferred": False,
            "nobody_on_duty": False,
            "requesters": 1,
            "photos": 0,
        }
        for number in range(n)
    ]
    names = [{"incident_id": row["id"], "flag": PHOTOS, "variant": variant} for row in rows]
    async with store.database.write() as connection:
        await connection.execute(insert(incidents), rows)
        await connection.execute(insert(incident_variants), names)


async def status_of(store: Store, rollout: Rollout) -> Any:
    query = select(rollouts_table).where(rollouts_table.c.id == rollout.id)
    async with store.database.read() as connection:
        return (await connection.execute(query)).one()


class Said(NamedTuple):
    """A response time, the version that said so, and the variant of the only pilot (empty: none).

    ``instead``: the operator's number that held instead of the table.
    """

    seconds: int
    version: str
    variant: str
    instead: str | None


async def said_of(store: Store, car: str) -> Said:
    """What a new request about a car is told; it is over at once."""
    asked = await ask(store, car)
    query = (
        select(incidents.c.response_seconds, rule_decisions.c.version_id, rule_decisions.c.instead)
        .join(rule_decisions, rule_decisions.c.incident_id == incidents.c.id)
        .where(incidents.c.id == asked.id, rule_decisions.c.table_name == "response")
    )
    async with store.database.read() as connection:
        row = (await connection.execute(query)).one()
    await over(store)
    variants = await variants_of(store, asked.id)
    return Said(row.response_seconds, row.version_id, "".join(variants.values()), row.instead)


async def over(store: Store) -> None:
    """Every incident is closed, as if somebody had seen to it."""
    async with store.database.write() as connection:
        await connection.execute(update(incidents).values(status="closed", closed_at=store.clock.now()))


async def decided_by(store: Store, asked: Asked, table: str) -> list[str]:
    """The versions that decided of an incident by one table, the oldest decision first."""
    query = select(rule_decisions.c.version_id).order_by(rule_decisions.c.id)
    query = query.where(rule_decisions.c.incident_id == asked.id, rule_decisions.c.table_name == table)
    async with store.database.read() as connection:
        return list((await connection.execute(query)).scalars())
