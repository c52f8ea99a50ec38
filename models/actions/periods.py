"""What is done once a period, by whoever is alive: caught up after an outage, and never twice.

The row of a period is the claim on it, and is written in the transaction of what is done: either both are there or
neither. So nobody needs a lease, a worker that dies in the middle has done nothing, and of two at once the second one
waits for the row and finds it done. What cannot be done is tried again later, each time after twice as long.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select, update

from models.actions import notice_days
from models.actions.rows import insert_if_absent
from models.clock import BEIJING
from models.store import Change, Store
from models.tables import periods

DAY = timedelta(days=1)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)

log = structlog.get_logger()

# Does the work of the period from … to, in the transaction that it is given.
Work = Callable[[Change, datetime, datetime], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Periodic:
    """``what`` names it. A period is a day of Beijing's, and due ``after`` it is over.

    ``catches_up``: so many periods back at most; what is older is left out, and said so in the log.
    """

    what: str
    work: Work
    after: timedelta
    catches_up: int


ALL: tuple[Periodic, ...] = (
    # An hour later, when providers have reported what they will.
    Periodic("notice_days", notice_days.roll_up, timedelta(hours=1), catches_up=31),
)


async def catch_up(store: Store, all_of_them: Sequence[Periodic] = ALL) -> int:
    """Does what is due, the oldest first; returns how many periods this process has done."""
    done = 0
    for one in all_of_them:
        for begins_at in await due(store, one):
            done += await _take(store, one, begins_at)
    return done


async def due(store: Store, one: Periodic) -> list[datetime]:
    """The beginnings of the periods that are over and not done, the oldest first.

    Of something that was never done only the last period counts: it begins with the installation, not before it.
    """
    newest = _day_of(store.clock.now() - one.after) - DAY
    done = select(func.max(periods.c.begins_at)).where(
        periods.c.what == one.what, periods.c.done_at.is_not(None)
    )
    async with store.database.read() as connection:
        last = (await connection.execute(done)).scalar_one_or_none()
    if last is None:
        return [newest]
    missing = max(0, (newest - last) // DAY)
    if missing > one.catches_up:
        log.warning("periods_left_out", what=one.what, periods=missing - one.catches_up)
    return [newest - DAY * back for back in reversed(range(min(missing, one.catches_up)))]


def _day_of(at: datetime) -> datetime:
    """When the day of ``at`` began in Beijing."""
    return at.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)


async def _take(store: Store, one: Periodic, begins_at: datetime) -> bool:
    try:
        done = await store.run(lambda change: _do(change, one, begins_at))
    except Exception as error:
        log.warning(
            "period_failed", what=one.what, begins_at=begins_at.isoformat(), error=type(error).__name__
        )
        await _failed(store, one, begins_at, error)
        return False
    if done:
        log.info("period_done", what=one.what, begins_at=begins_at.isoformat())
    return done


async def _do(change: Change, one: Periodic, begins_at: datetime) -> bool:
    key = {"what": one.what, "begins_at": begins_at}
    await insert_if_absent(change.connection, periods, key | {"tries": 0})
    row = (
        await change.connection.execute(
            select(periods)
            .where(periods.c.what == one.what, periods.c.begins_at == begins_at)
            .with_for_update()
        )
    ).one()
    if row.done_at is not None or (row.again_at is not None and row.again_at > change.at):
        return False
    await one.work(change, begins_at, begins_at + DAY)
    await change.connection.execute(
        update(periods)
        .where(periods.c.what == one.what, periods.c.begins_at == begins_at)
        .values(done_at=change.at, tries=row.tries + 1, error=None, again_at=None)
    )
    return True


async def _failed(store: Store, one: Periodic, begins_at: datetime, error: Exception) -> None:
    async with store.database.write() as connection:
        at = store.clock.now()
        await insert_if_absent(connection, periods, {"what": one.what, "begins_at": begins_at, "tries": 0})
        mine = (periods.c.what == one.what) & (periods.c.begins_at == begins_at)
        tries = (await connection.execute(select(periods.c.tries).where(mine))).scalar_one()
        pause = min(FIRST_PAUSE * (1 << min(tries, 10)), LONGEST_PAUSE)
        await connection.execute(
            update(periods)
            .where(mine, periods.c.done_at.is_(None))
            .values(tries=tries + 1, error=type(error).__name__[:60], again_at=at + pause)
        )
