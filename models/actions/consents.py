"""Consents to positions: each answer is a row that nobody changes; the newest one counts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import retention
from models.caller import Officer
from models.clock import iso
from models.duty.consent import VERSION, Consent, standing
from models.store import Change, Store
from models.tables import position_consents


async def _newest(connection: AsyncConnection, officer_id: str) -> Any:
    query = (
        select(position_consents)
        .where(position_consents.c.officer_id == officer_id)
        .order_by(position_consents.c.at.desc(), position_consents.c.id.desc())
        .limit(1)
    )
    return (await connection.execute(query)).first()


async def of(connection: AsyncConnection, officer_id: str) -> Consent:
    """Where an officer stands."""
    row = await _newest(connection, officer_id)
    return standing(None, None) if row is None else standing(row.version, row.given)


async def answer(change: Change, officer: Officer, district: str, given: bool) -> None:
    """Keeps an answer with the wording's version and the days that it promised; the same one twice is one."""
    row = await _newest(change.connection, officer.id)
    if row is not None and row.given == given and row.version == VERSION:
        return
    await change.connection.execute(
        insert(position_consents).values(
            id=change.store.ids.new(),
            officer_id=officer.id,
            version=VERSION,
            keep_days=keep_days(change.store, district),
            given=given,
            at=change.at,
        )
    )


def keep_days(store: Store, district: str) -> int:
    """For how many days the place of signing on is kept; the running position ends with the shift."""
    return retention.of(store, "positions", district).days


async def view(store: Store, connection: AsyncConnection, officer_id: str, district: str) -> dict[str, Any]:
    """What the officer's phone needs to ask him, or to show what he said and when."""
    row = await _newest(connection, officer_id)
    state = standing(None, None) if row is None else standing(row.version, row.given)
    return {
        "state": state,
        "version": VERSION,
        "at": None if row is None else iso(row.at),
        "keep_days": keep_days(store, district),
    }
