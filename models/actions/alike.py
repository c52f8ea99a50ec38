"""The same picture sent again: a hint that two reports are of one thing, which a person judges. Never a proof."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import pictures, uploads
from models.uploads.likeness import NEAR, apart

MOST_COMPARED = 10_000  # newest first: some milliseconds, and more than three days of a city's reports


@dataclass(frozen=True, slots=True)
class Alike:
    """``mine`` and ``other`` are ids of pictures; ``apart``: in how many of 64 bits they differ."""

    mine: str
    other: str
    about: str
    apart: int


async def pictures_alike(
    connection: AsyncConnection, about: str, purpose: str, since: datetime
) -> list[Alike]:
    """Pictures of anything else of the same purpose, made since then, that look like one of ``about``'s; the nearest

    first. What belongs to nothing yet is left out: nobody has reported it.
    """
    made = (
        select(pictures.c.id, pictures.c.likeness, uploads.c.about)
        .join(uploads, uploads.c.id == pictures.c.upload_id)
        .where(uploads.c.purpose == purpose)
    )
    mine = (await connection.execute(made.where(uploads.c.about == about))).all()
    if not mine:
        return []
    query = made.where(
        uploads.c.about.is_not(None), uploads.c.about != about, pictures.c.made_at >= since
    ).order_by(pictures.c.made_at.desc())
    others = (await connection.execute(query.limit(MOST_COMPARED))).all()
    found = [
        Alike(one.id, other.id, other.about, bits)
        for other in others
        for one in mine
        if (bits := apart(one.likeness, other.likeness)) <= NEAR
    ]
    return sorted(found, key=lambda alike: (alike.apart, alike.about, alike.mine))
