"""A notice to the commander that is due now by some channel, and what has become of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select

from models.store import Store
from models.tables import notices
from tests.support.channels import YAAN
from tests.support.city import CHEN


async def due(store: Store, channel: str, number: int = 1) -> None:
    """A commander is to be told that nobody is on duty."""
    now = store.clock.now()
    async with store.database.write() as connection:
        await connection.execute(
            insert(notices).values(
                id=f"n-{number}",
                key=f"k-{number}",
                city_code=YAAN,
                template="nobody_on_duty",
                params='{"kind": "move_car", "reason": "blocking", "plate": "川TA***5"}',
                officer_id=CHEN.id,
                channel=channel,
                status="queued",
                created_at=now,
                due_at=now,
            )
        )


async def row(store: Store, number: int = 1) -> Any:
    async with store.database.read() as connection:
        return (await connection.execute(select(notices).where(notices.c.id == f"n-{number}"))).one()
