"""How often may be asked, by device, address, vehicle and sticker: rule data, counted over the requests made.

WUFEN_LIMITS=off lifts all of them. The lock after wrong plate tails is not one of them (`proof`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, ScalarSelect, exists, select

from models.errors import TooManyRequests
from models.rules import Limit
from models.store import Change
from models.tables import incidents, participants

# Who joins an open request harasses nobody: the owner is told about that car already.
NEW_ONLY = frozenset({"vehicle", "sticker"})


async def check(change: Change, sticker: Row[Any], *, device: bytes | None, address: bytes) -> None:
    """Raises TooManyRequests with the instant from which another request is welcome.

    ``device`` None: it is not known as one (no cookie), and only the address counts.
    """
    if not change.store.settings.limits:
        return
    subjects: dict[str, Any] = {
        "device": device,
        "address": address,
        "vehicle": sticker.vehicle_id,
        "sticker": sticker.id,
    }
    rules = [limit for limit in change.store.rules.limits if subjects[limit.subject] is not None]
    joins = exists().where(
        incidents.c.vehicle_id == sticker.vehicle_id,
        incidents.c.kind == "move_car",
        incidents.c.status != "closed",
    )
    columns = [
        _earliest_that_counts(limit, subjects[limit.subject], change.at).label(f"limit_{number}")
        for number, limit in enumerate(rules)
    ]
    row = (
        await change.connection.execute(select(select(joins).scalar_subquery().label("joins"), *columns))
    ).one()
    for limit, earliest in zip(rules, row[1:], strict=True):
        if earliest is not None and not (row.joins and limit.subject in NEW_ONLY):
            raise TooManyRequests(retry_at=earliest + timedelta(seconds=limit.seconds), limit=limit.name)


def _earliest_that_counts(limit: Limit, subject: Any, at: datetime) -> ScalarSelect[datetime]:
    """When the limit is used up, the request that must grow old before another one fits; else nothing."""
    column = {
        "device": participants.c.device,
        "address": participants.c.address,
        "vehicle": participants.c.vehicle_id,
        "sticker": participants.c.sticker_id,
    }[limit.subject]
    return (
        select(participants.c.joined_at)
        .where(participants.c.role == "requester", column == subject)
        .where(participants.c.joined_at > at - timedelta(seconds=limit.seconds))
        .order_by(participants.c.joined_at.desc())
        .offset(limit.most - 1)
        .limit(1)
        .scalar_subquery()
    )
