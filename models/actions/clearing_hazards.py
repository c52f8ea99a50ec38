"""Phones of hazards' followers that are kept no longer: whole rows, so long after the hazard ended."""

from __future__ import annotations

from sqlalchemy import delete, select

from models.actions.clearing_batches import in_batches, keys_of, older
from models.store import Change, Store
from models.tables import hazard_contacts, incidents, participants


async def clear_hazard_contacts(store: Store) -> int:
    """How many went."""
    old = await older(store, "hazard_contacts", incidents.c.district, incidents.c.closed_at)
    query = (
        select(hazard_contacts.c.id)
        .join(participants, participants.c.id == hazard_contacts.c.participant_id)
        .join(incidents, incidents.c.id == participants.c.incident_id)
        .where(old, incidents.c.status == "closed")
        .order_by(hazard_contacts.c.left_at)
    )

    async def batch(change: Change, most: int) -> int:
        ids = await keys_of(change, query.limit(most))
        if ids:
            await change.connection.execute(delete(hazard_contacts).where(hazard_contacts.c.id.in_(ids)))
        return len(ids)

    return await in_batches(store, batch)
