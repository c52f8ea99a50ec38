"""By which channels the owner of a car was told, and what came of each: as whoever waits may know it, and the staff."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.clock import iso, iso_or_none
from models.tables import contacts, notices

View = dict[str, Any]


async def told(connection: AsyncConnection, incident_id: str, seen: frozenset[str]) -> list[View]:
    """The notices to the owner's contacts in the order in which they came, with the fields ``seen``.

    Of a failure whoever waits hears that there was one: why (our word, the provider's code) may be the person's affair,
    and is the staff's to know.
    """
    query = (
        select(notices, contacts.c.position)
        .join(contacts, contacts.c.id == notices.c.contact_id)
        .where(notices.c.incident_id == incident_id)
        .order_by(notices.c.created_at, notices.c.step, notices.c.id)
    )
    rows = (await connection.execute(query)).mappings()
    return [{name: value for name, value in _view(row).items() if name in seen} for row in rows]


def _view(row: Any) -> View:
    return {
        "kind": row["template"],
        "channel": row["channel"],
        "contact": row["position"],
        "status": row["status"],
        "at": iso(_newest(row)),
        "sent_at": iso_or_none(row["sent_at"]),
        "delivered_at": iso_or_none(row["delivered_at"]),
        "seen_at": iso_or_none(row["seen_at"]),
        "answered_at": iso_or_none(row["answered_at"]),
        "due_at": iso(row["due_at"]),
        "step": row["step"],
        "attempts": row["attempts"],
        "failure": row["failure"],
        "code": row["code"],
    }


def _newest(row: Any) -> Any:
    """When it became what it is."""
    return (
        row["answered_at"] or row["seen_at"] or row["delivered_at"] or row["sent_at"] or row["asked_at"]
        or row["due_at"]
    )  # fmt: skip
