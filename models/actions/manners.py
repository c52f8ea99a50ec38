"""Whether somebody may be told this way, now: what he switched off, when he wants quiet, how often a day.

What matters no more is not sent either. What is urgent waits for nobody's morning: it goes another way at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select

from models.actions import reach
from models.actions.notices import Claimed
from models.actions.settling import Ended
from models.store import Store
from models.tables import notices

DAY = timedelta(days=1)


async def objection(store: Store, notice: Claimed) -> Ended | None:
    """Why the channel is not to be asked now, and what happens instead; None: nothing speaks against it."""
    if notice.over:
        return Ended(notice, "cancelled")
    if notice.switched_off:
        return Ended(notice, "failed", "switched_off")
    at = store.clock.now()
    if notice.own_quiet and (wakes := reach.until_morning(notice.own_quiet, at)):
        if reach.about(notice.template) in ("move_car", "code"):
            return Ended(notice, "failed", "quiet_hours")
        return _waits(notice, wakes)
    rung = notice.rung
    if rung is None:
        return None
    if rung.quiet and (wakes := reach.until_morning(rung.quiet, at)):
        return _waits(notice, wakes)
    if rung.most_a_day is not None and await _told(store, notice, at - DAY) >= rung.most_a_day:
        return Ended(notice, "failed", "often_enough")
    return None


def _waits(notice: Claimed, until: datetime) -> Ended:
    return Ended(notice, "queued", "quiet_hours", due_at=until, no_try=True)


async def _told(store: Store, notice: Claimed, since: datetime) -> int:
    """How often this person was told by this channel, with what is just going before this one.

    Who is only a number to us is told no more than he asked for.
    """
    if notice.contact_id is not None:
        who = notices.c.contact_id == notice.contact_id
    elif notice.officer_id is not None:
        who = notices.c.officer_id == notice.officer_id
    else:
        return 0
    going = and_(notices.c.status == "queued", notices.c.lease.is_not(None), notices.c.id < notice.id)
    query = select(func.count()).where(
        who, notices.c.channel == notice.channel, or_(notices.c.sent_at > since, going)
    )
    async with store.database.read() as connection:
        return int((await connection.execute(query)).scalar_one())
