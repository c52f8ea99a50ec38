"""Uploads that are kept no longer: what nobody took into his own in time, and what belonged to something that is over.

With them go their pictures, what was covered on these, and every file; and files of which no row knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, delete, func, or_, select

from models import partial
from models.actions.clearing_batches import in_batches, older
from models.actions.media_files import still_shown
from models.store import Change, Store
from models.tables import incidents, pictures, regions, reports, uploads

_COPIES = ("file", "thumb", "covered", "covered_thumb")


async def clear_uploads(store: Store, remove: Callable[[str], None]) -> int:
    """``remove`` takes a file out of the media folder, and finds nothing the second time. How many uploads went."""
    ended = await older(store, "photos", incidents.c.district, incidents.c.closed_at)
    # A report that nobody decided in all that time is nobody's evidence any more.
    told_of = func.coalesce(reports.c.decided_at, reports.c.filed_at)
    of_report = and_(await older(store, "photos", reports.c.district, told_of), reports.c.state != "objected")
    neither = and_(incidents.c.id.is_(None), reports.c.id.is_(None))
    of_none = and_(neither, await older(store, "photos", None, uploads.c.created_at))
    expired = and_(
        uploads.c.expires_at <= store.clock.now(),
        or_(uploads.c.about.is_(None), uploads.c.state.in_(("receiving", "refused"))),
    )
    over = and_(
        uploads.c.about.is_not(None), or_(and_(ended, incidents.c.status == "closed"), of_report, of_none)
    )
    query = (
        select(uploads)
        .outerjoin(incidents, incidents.c.id == uploads.c.about)
        .outerjoin(reports, reports.c.id == uploads.c.about)
        .where(or_(expired, over))
        .order_by(uploads.c.created_at)
    )

    async def batch(change: Change, most: int) -> int:
        found = (await change.connection.execute(query.limit(most))).all()
        if found:
            await _remove(change, found, remove)
        return len(found)

    done = await in_batches(store, batch)
    await _remove_unknown(store)
    return done


async def _remove(change: Change, found: Any, remove: Callable[[str], None]) -> None:
    """Files go in the rows' transaction: whoever dies in between leaves rows, which the next turn finds."""
    ids = [row.id for row in found]
    of_them = select(pictures).where(pictures.c.upload_id.in_(ids))
    shots = (await change.connection.execute(of_them)).all()
    shot_ids = [shot.id for shot in shots]
    await change.connection.execute(delete(regions).where(regions.c.picture_id.in_(shot_ids)))
    await change.connection.execute(delete(pictures).where(pictures.c.id.in_(shot_ids)))
    await change.connection.execute(delete(uploads).where(uploads.c.id.in_(ids)))
    names = {getattr(shot, copy) for shot in shots for copy in _COPIES}
    names |= {name for row in found for name in (row.original, row.video)}
    names.discard(None)
    for name in sorted(names - await still_shown(change.connection, names)):
        await asyncio.to_thread(remove, name)
    for upload_id in ids:
        await asyncio.to_thread(partial.remove, change.store.settings.home, upload_id)


async def _remove_unknown(store: Store) -> None:
    """Partial files whose upload is examined, refused or gone: somebody died before he could remove them."""
    home = store.settings.home
    there = await asyncio.to_thread(lambda: list(partial.there(home)))
    for start in range(0, len(there), 500):
        some = there[start : start + 500]
        query = select(uploads.c.id).where(
            uploads.c.id.in_(some), uploads.c.state.in_(("receiving", "waiting"))
        )
        async with store.database.read() as connection:
            known = set((await connection.execute(query)).scalars())
        for upload_id in some:
            if upload_id not in known:
                await asyncio.to_thread(partial.remove, home, upload_id)
