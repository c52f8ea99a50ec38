"""Requests that failed by our own fault while something was on trial, counted by variant.

They leave no incident, so nothing else would tell a pilot that breaks requests from one of which nobody asks. What a
rule or a limit refuses is no fault. A count a minute is kept, however many fail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import and_, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import variants
from models.errors import Unavailable, WufenError
from models.store import Store
from models.tables import stickers, trial_faults

log = structlog.get_logger()


async def count(store: Store, error: Exception, code: str, district_of: Callable[[str], str]) -> None:
    """Counts a request about the car of a sticker that failed with ``error``, if that is a fault of ours.

    ``district_of``: where the car stands, from its sticker's district. Never raises: what went wrong is told by
    ``error``.
    """
    if not store.flags.trials or (isinstance(error, WufenError) and not isinstance(error, Unavailable)):
        return
    try:
        await _count(store, code, district_of)
    except (SQLAlchemyError, OSError) as fault:  # the database is away, which no variant is to blame for
        log.warning("fault_not_counted", error=type(fault).__name__)


async def _count(store: Store, code: str, district_of: Callable[[str], str]) -> None:
    async with store.database.write() as connection:
        query = select(stickers.c.vehicle_id, stickers.c.district).where(stickers.c.code == code)
        sticker = (await connection.execute(query.where(stickers.c.status == "bound"))).one_or_none()
        if sticker is None:
            return
        district, home = district_of(sticker.district), sticker.district
        known = await variants.of_request(
            store, connection, sticker.vehicle_id, district=district, sticker_district=home
        )
        minute = store.clock.now().replace(second=0, microsecond=0)
        for flag, variant in sorted(known.items()):
            await _add_one(
                connection, {"flag": flag, "variant": variant, "district": district, "minute": minute}
            )


async def _add_one(connection: AsyncConnection, bucket: dict[str, Any]) -> None:
    same = and_(*(trial_faults.c[name] == value for name, value in bucket.items()))
    more = update(trial_faults).where(same).values(count=trial_faults.c.count + 1)
    if (await connection.execute(more)).rowcount:
        return
    try:
        async with connection.begin_nested():
            await connection.execute(insert(trial_faults).values(**bucket, count=1))
    except IntegrityError:  # somebody else was the first of this minute
        await connection.execute(more)
