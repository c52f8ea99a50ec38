"""Rollouts with the figures of their pilot and of its control group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.flags.definitions import definition
from models.flags.figures import Case, Estimate, Figure, figures
from models.flags.flags import Variant
from models.flags.rollout import Rollout, control_of, from_row
from models.store import Store
from models.tables import incident_variants, incidents, notices, participants, rollouts, trial_faults

MOST_CASES = 20_000  # the newest of each group that are counted
SHOWN = 50  # rollouts, the newest first


@dataclass(frozen=True, slots=True)
class Compared:
    """``control`` names whom the pilot is compared with."""

    pilot: dict[Figure, Estimate]
    control: dict[Figure, Estimate]
    control_is: Variant


async def listed(store: Store, codes: Sequence[str]) -> list[Rollout]:
    """Those of the districts, under way and ended, the newest first."""
    query = select(rollouts).order_by(rollouts.c.started_at.desc(), rollouts.c.id).limit(500)
    async with store.database.read() as connection:
        found = [from_row(row) for row in await connection.execute(query)]
    return [one for one in found if set(one.districts) & set(codes)][:SHOWN]


async def one_of(store: Store, rollout_id: str) -> Rollout | None:
    query = select(rollouts).where(rollouts.c.id == rollout_id)
    async with store.database.read() as connection:
        row = (await connection.execute(query)).one_or_none()
    return None if row is None else from_row(row)


async def under_way(store: Store) -> list[Rollout]:
    """Those that are running."""
    query = select(rollouts).where(rollouts.c.status == "running").order_by(rollouts.c.id)
    async with store.database.read() as connection:
        return [from_row(row) for row in await connection.execute(query)]


async def compared(store: Store, rollout: Rollout) -> Compared:
    """The figures of all incidents since its start, until its end."""
    known = definition(rollout.flag)  # None: of another release
    control = control_of("feature" if known is None else known.kind, rollout.percent)
    now = store.clock.now()
    async with store.database.read() as connection:
        pilot = await _figures(connection, rollout, "on", now)
        others = await _figures(connection, rollout, control, now)
    return Compared(pilot, others, control)


async def _figures(
    connection: AsyncConnection, rollout: Rollout, variant: Variant, now: datetime
) -> dict[Figure, Estimate]:
    cases = await _cases(connection, rollout, variant, now)
    return figures(cases, await _faults(connection, rollout, variant))


async def _faults(connection: AsyncConnection, rollout: Rollout, variant: Variant) -> int:
    """Requests that failed by our own fault since the first whole minute of the rollout."""
    inside = trial_faults.c.district.in_(rollout.districts)
    query = select(func.coalesce(func.sum(trial_faults.c.count), 0)).where(
        trial_faults.c.flag == rollout.flag,
        trial_faults.c.variant == variant,
        trial_faults.c.minute >= rollout.started_at,
        inside if variant in {"on", "off"} else ~inside,
    )
    if rollout.ended_at is not None:
        query = query.where(trial_faults.c.minute <= rollout.ended_at)
    return int((await connection.execute(query)).scalar_one())


async def _cases(
    connection: AsyncConnection, rollout: Rollout, variant: Variant, now: datetime
) -> list[Case]:
    rows = (await connection.execute(_query(rollout, variant))).all()
    stars = await _stars(connection, [row.id for row in rows])
    return [
        Case(
            requested_at=row.requested_at,
            respond_by=row.respond_by,
            is_over=row.status == "closed" or row.respond_by <= now,
            answered_at=row.answered_at,
            moved_at=row.moved_at,
            accepted_at=row.accepted_at,
            handed_over_at=row.handed_over_at,
            breached=row.breached_at is not None,
            failed=bool(row.failed),
            stars=tuple(stars.get(row.id, ())),
        )
        for row in rows
    ]


def _query(rollout: Rollout, variant: Variant) -> Select[Any]:
    failed = exists().where(notices.c.incident_id == incidents.c.id, notices.c.status == "failed")
    query = (
        select(
            incidents.c.id,
            incidents.c.status,
            incidents.c.requested_at,
            incidents.c.respond_by,
            incidents.c.answered_at,
            incidents.c.moved_at,
            incidents.c.accepted_at,
            incidents.c.handed_over_at,
            incidents.c.breached_at,
            failed.label("failed"),
        )
        .join(incident_variants, incident_variants.c.incident_id == incidents.c.id)
        .where(
            incident_variants.c.flag == rollout.flag,
            incident_variants.c.variant == variant,
            incidents.c.requested_at >= rollout.started_at,
        )
        .order_by(incidents.c.requested_at.desc())
        .limit(MOST_CASES)
    )
    if rollout.ended_at is not None:
        query = query.where(incidents.c.requested_at <= rollout.ended_at)
    inside = incidents.c.district.in_(rollout.districts)
    return query.where(inside if variant in {"on", "off"} else ~inside)


async def _stars(connection: AsyncConnection, ids: list[str]) -> dict[str, list[int]]:
    """The ratings of each incident, asked for in pieces: a statement takes only so many parameters."""
    found: dict[str, list[int]] = {}
    for at in range(0, len(ids), 500):
        query = select(participants.c.incident_id, participants.c.stars).where(
            participants.c.incident_id.in_(ids[at : at + 500]), participants.c.stars.is_not(None)
        )
        for row in await connection.execute(query):
            found.setdefault(row.incident_id, []).append(row.stars)
    return found
