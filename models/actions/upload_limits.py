"""How much may come in: of one holder, from one address, in all. Counted in the database, so that it holds over all

processes and restarts.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from models.errors import Conflict, InvalidField, PayloadTooLarge, TooManyRequests, Unavailable
from models.settings import Settings
from models.store import Change
from models.tables import uploads
from models.uploads.purposes import PURPOSES, Kind, most_bytes, most_of

DAY = timedelta(days=1)
ADDRESS_SHARE = 10  # holders' worth from one address: a carrier puts many phones behind one
MOST_OPEN = 25  # of one holder that are not whole yet


def check_size(settings: Settings, kind: Kind, size: int) -> None:
    """Raises InvalidField for an empty one, PayloadTooLarge."""
    if size < 1:
        raise InvalidField(field="size", why="empty")
    limit = most_bytes(kind, settings)
    if size > limit:
        raise PayloadTooLarge(field=kind, limit=limit)


async def check(change: Change, holder: str, purpose: str, kind: Kind, size: int, address: bytes) -> None:
    """Raises Conflict (as many as may be), TooManyRequests, Unavailable."""
    settings = change.store.settings
    if not settings.limits:
        return
    mine = uploads.c.holder == holder
    most = most_of(PURPOSES[purpose], kind, settings)
    # An officer does one thing after the other; what he has filed does not count against the next.
    counted = and_(mine, uploads.c.about.is_(None)) if holder.startswith("officer:") else mine
    same = and_(counted, uploads.c.purpose == purpose, uploads.c.kind == kind, uploads.c.state != "refused")
    if await _count(change, and_(same, _not_expired(change))) >= most:
        raise Conflict(why="uploads_full", limit=most)
    opened = and_(mine, uploads.c.state == "receiving", _not_expired(change))
    if await _count(change, opened) >= MOST_OPEN:
        raise Conflict(why="uploads_open", limit=MOST_OPEN)
    await _check_day(change, mine, size, settings.upload_day_bytes)
    await _check_day(change, uploads.c.address == address, size, settings.upload_day_bytes * ADDRESS_SHARE)
    unfinished = and_(uploads.c.state.in_(("receiving", "waiting")), _not_expired(change))
    there = (await change.connection.execute(select(func.sum(uploads.c.size)).where(unfinished))).scalar_one()
    if (there or 0) + size > settings.uploads_bytes:
        raise Unavailable


def _not_expired(change: Change) -> ColumnElement[bool]:
    return or_(uploads.c.expires_at.is_(None), uploads.c.expires_at > change.at)


async def _count(change: Change, which: ColumnElement[bool]) -> int:
    found = (
        await change.connection.execute(select(func.count()).select_from(uploads).where(which))
    ).scalar_one()
    return int(found)


async def _check_day(change: Change, which: ColumnElement[bool], size: int, most: int) -> None:
    """Raises TooManyRequests. Refused ones count: they came over the same line."""
    query = select(func.sum(uploads.c.size), func.min(uploads.c.created_at)).where(
        which, uploads.c.created_at > change.at - DAY
    )
    total, first = (await change.connection.execute(query)).one()
    if total is not None and total + size > most:
        raise TooManyRequests(retry_at=first + DAY)
