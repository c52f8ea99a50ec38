"""Citizens' reports that are kept no longer: with whoever told of them, the plate, what was written, and each step.

What became an incident stays as one. Leaves to others: photos and videos, which have days of their own
(``clearing_uploads``).
"""

from __future__ import annotations

from sqlalchemy import delete, func, select

from models.actions.clearing_batches import in_batches, keys_of, older
from models.store import Change, Store
from models.tables import report_steps, reporters, reports


async def clear_reports(store: Store) -> int:
    """Whole, so long after they were decided; one that nobody decided, so long after it was filed. How many went."""
    over = func.coalesce(reports.c.decided_at, reports.c.filed_at)
    old = await older(store, "reports", reports.c.district, over)
    # What is under objection is evidence, however old it is.
    query = select(reports.c.id).where(old, reports.c.state != "objected").order_by(reports.c.filed_at)

    async def batch(change: Change, most: int) -> int:
        ids = await keys_of(change, query.limit(most))
        if ids:
            for table in (report_steps, reporters):
                await change.connection.execute(delete(table).where(table.c.report_id.in_(ids)))
            await change.connection.execute(delete(reports).where(reports.c.id.in_(ids)))
        return len(ids)

    return await in_batches(store, batch)
