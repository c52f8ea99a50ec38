"""What the phone simulator has received."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from models.clock import iso
from models.store import Store
from models.tables import simulator_messages

MOST = 500  # messages at once; the newest


async def messages_after(store: Store, number: int) -> list[dict[str, Any]]:
    """The messages after ``number``, in order, at most the newest 500."""
    query = (
        select(simulator_messages)
        .where(simulator_messages.c.number > number)
        .order_by(simulator_messages.c.number.desc())
        .limit(MOST)
    )
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).all()
    return [
        {
            "number": row.number,
            "phone": row.phone,
            "phone_masked": row.phone_masked,
            "text_zh": row.text_zh,
            "text_en": row.text_en,
            "link": row.link,
            "at": iso(row.at),
        }
        for row in reversed(rows)
    ]
