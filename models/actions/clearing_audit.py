"""Clearing away audit records: always a whole beginning of their chain, so that what stays can still be verified."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from models.actions.clearing_batches import in_batches, keys_of, older
from models.feed.records import CHAIN
from models.store import Change, Store
from models.tables import audit, chains


async def clear_audit(store: Store) -> int:
    """Up to the first record that is younger; and those without a place, of a release from before there was a chain."""
    old = await older(store, "audit", None, audit.c.at)
    placed = select(audit.c.number, audit.c.hash, old.label("old")).where(audit.c.number.is_not(None))
    unplaced = select(audit.c.id).where(audit.c.number.is_(None), old).order_by(audit.c.at)

    async def batch(change: Change, most: int) -> int:
        ids = await keys_of(change, unplaced.limit(most))
        if ids:
            await change.connection.execute(delete(audit).where(audit.c.id.in_(ids)))
            return len(ids)
        rows = (await change.connection.execute(placed.order_by(audit.c.number).limit(most))).all()
        gone: list[Any] = []
        for row in rows:
            if not row.old:
                break
            gone.append(row)
        if gone:
            last = gone[-1]
            await change.connection.execute(delete(audit).where(audit.c.number <= last.number))
            # The chain's row is the last that anybody locks.
            base = {"base": last.number, "base_hash": last.hash}
            await change.connection.execute(update(chains).where(chains.c.name == CHAIN).values(base))
        return len(gone)

    return await in_batches(store, batch)
