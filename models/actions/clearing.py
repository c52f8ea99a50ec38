"""Clearing away what is kept no longer, day by day, by whichever worker comes first.

Of each kind of thing one worker has the turn at a time, by compare-and-set; who dies in it leaves it to the next one an
hour later. A turn goes in small transactions, each whole by itself, and stops at a bound: what is left then goes in the
next hour. Whatever is done twice finds nothing the second time. For how long what is kept is ``retention``'s, what is
done with it ``clearing_kinds``'. The event log is not touched: it holds no personal data, and phones and hubs count
on its being without holes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import and_, or_, select, update

from models.actions.clearing_batches import MOST_A_TURN
from models.actions.clearing_kinds import KINDS, Clear
from models.actions.rows import insert_if_absent
from models.store import Store
from models.tables import clearings

APART = timedelta(days=1)  # between two turns of one kind
AGAIN = timedelta(hours=1)  # when the last one died, or left something
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Cleared:
    """What came of the last turn of one kind; ``done_at`` None: it has not come to its end yet."""

    what: str
    done_at: datetime | None
    removed_in_all: int


async def clear_away(store: Store) -> dict[str, int]:
    """Takes each turn that is due; how many of which kind were removed or emptied."""
    found: dict[str, int] = {}
    for what, clear in KINDS.items():
        if await _is_ours(store, what):
            found[what] = await _take(store, what, clear)
    return found


async def state(store: Store) -> list[Cleared]:
    """Of each kind that has had its turn, the last one."""
    async with store.database.read() as connection:
        rows = (await connection.execute(select(clearings).order_by(clearings.c.what))).all()
    return [Cleared(row.what, row.done_at, row.removed_in_all) for row in rows]


async def _is_ours(store: Store, what: str) -> bool:
    now = store.clock.now()
    unfinished = or_(clearings.c.done_at.is_(None), clearings.c.done_at < clearings.c.begun_at)
    due = or_(clearings.c.begun_at <= now - APART, and_(unfinished, clearings.c.begun_at <= now - AGAIN))
    first = {"what": what, "begun_at": _NEVER, "removed": 0, "removed_in_all": 0}
    async with store.database.write() as connection:
        await insert_if_absent(connection, clearings, first)
        taken = await connection.execute(
            update(clearings).where(clearings.c.what == what, due).values(begun_at=now)
        )
    return taken.rowcount == 1


async def _take(store: Store, what: str, clear: Clear) -> int:
    removed = await clear(store)
    more = removed >= MOST_A_TURN
    if removed:
        log.info("cleared_away", what=what, removed=removed, more=more)
    values = {"removed": removed, "removed_in_all": clearings.c.removed_in_all + removed}
    if not more:
        values["done_at"] = store.clock.now()
    async with store.database.write() as connection:
        await connection.execute(update(clearings).where(clearings.c.what == what).values(values))
    return removed
