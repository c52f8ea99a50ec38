"""PDFs of the record that are kept no longer: the file goes, and that it was made, when and with which sum, stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sqlalchemy import select, update

from models.actions.clearing_batches import in_batches, older
from models.store import Change, Store
from models.tables import documents


async def clear_documents(store: Store, remove: Callable[[str], None]) -> int:
    """As long after what it is about as an incident's people are kept. ``remove`` takes a file out of the media."""
    old = await older(store, "incidents", documents.c.district, documents.c.about_at)
    query = select(documents.c.id, documents.c.file).where(old, documents.c.file.is_not(None))

    async def batch(change: Change, most: int) -> int:
        found = {row.id: row.file for row in await change.connection.execute(query.limit(most))}
        if found:
            gone = update(documents).where(documents.c.id.in_(found)).values(file=None)
            await change.connection.execute(gone)
            for name in found.values():
                await asyncio.to_thread(remove, name)
        return len(found)

    return await in_batches(store, batch)
