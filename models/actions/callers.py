"""Who a bearer token belongs to, and whether its session is awake. Tokens are opaque; tables keep their SHA-256."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions.notify import token_hash
from models.caller import Caller, Officer, Participant, Reporter, Standing, Wall
from models.errors import Unauthenticated
from models.settings import Settings
from models.store import Store
from models.tables import (
    districts,
    officer_districts,
    officers,
    participants,
    reporters,
    second_factors,
    sessions,
)

# Phones lie in a pocket and have a lock of their own; desks stand in rooms.
PHONES = frozenset({"police", "auxiliary"})


async def caller_of_token(store: Store, token: str) -> Caller:
    """Who ``token`` belongs to. Raises Unauthenticated for one that is unknown, ended or expired."""
    digest = token_hash(token)
    now = store.clock.now()
    async with store.database.read() as connection:
        staff = await _staff(connection, digest, now, store.settings)
        caller = (
            staff or await _participant(connection, digest, now) or await _reporter(connection, digest, now)
        )
    if caller is None:
        raise Unauthenticated
    return caller


def idle_limit(role: str, settings: Settings) -> timedelta:
    """For how long nobody may touch a session before it falls asleep."""
    return timedelta(seconds=settings.phone_idle_seconds if role in PHONES else settings.desk_idle_seconds)


async def _staff(
    connection: AsyncConnection, digest: bytes, now: datetime, settings: Settings
) -> Officer | Wall | None:
    query = (
        select(
            sessions.c.id.label("session_id"),
            sessions.c.audience,
            sessions.c.last_used_at,
            sessions.c.locked_at,
            officers.c.id,
            officers.c.role,
            officers.c.service_number,
            officers.c.unit,
            officers.c.active,
            officer_districts.c.district,
            second_factors.c.confirmed_at,
        )
        .outerjoin(officers, officers.c.id == sessions.c.officer_id)
        .outerjoin(officer_districts, officer_districts.c.officer_id == officers.c.id)
        .outerjoin(second_factors, second_factors.c.officer_id == officers.c.id)
        .where(sessions.c.token_hash == digest, sessions.c.revoked_at.is_(None), sessions.c.expires_at > now)
    )
    rows = (await connection.execute(query)).all()
    if not rows:
        return None
    first = rows[0]
    if first.audience == "wall":
        codes = (await connection.execute(select(districts.c.code))).scalars()
        return Wall(first.session_id, frozenset(codes))
    if not first.active:
        return None
    return Officer(
        first.id,
        first.role,
        first.service_number,
        first.unit,
        frozenset(row.district for row in rows if row.district is not None),
        first.session_id,
        first.audience,
        _standing(first, now, settings),
        first.last_used_at,
    )


def _standing(row: Any, now: datetime, settings: Settings) -> Standing:
    # One that an older release opened says nothing of when it was used.
    idle = row.last_used_at is not None and now - row.last_used_at >= idle_limit(row.role, settings)
    if idle or row.locked_at is not None:
        return "asleep"
    if row.role in settings.second_factor and row.confirmed_at is None:
        return "unenrolled"
    return "open"


async def _participant(connection: AsyncConnection, digest: bytes, now: datetime) -> Participant | None:
    query = select(participants.c.id, participants.c.incident_id, participants.c.role).where(
        participants.c.token_hash == digest,
        participants.c.expires_at.is_(None) | (participants.c.expires_at > now),
    )
    row = (await connection.execute(query)).first()
    return None if row is None else Participant(row.id, row.incident_id, row.role)


async def _reporter(connection: AsyncConnection, digest: bytes, now: datetime) -> Reporter | None:
    query = select(reporters.c.id, reporters.c.report_id).where(
        reporters.c.token_hash == digest, reporters.c.expires_at.is_(None) | (reporters.c.expires_at > now)
    )
    row = (await connection.execute(query)).first()
    return None if row is None else Reporter(row.id, row.report_id)
