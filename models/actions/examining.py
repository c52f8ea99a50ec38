"""Whole uploads and pictures to be drawn anew, one at a time: claimed for a while, and then ready, refused, or tried

again. Who dies leaves his claim to run out; what killed three of them is refused.

Leaves to others: what a file is and what becomes of it (``models.uploads``); when to look (``workers.sweep``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, get_args

from sqlalchemy import ColumnElement, Table, and_, case, func, insert, or_, select, update

from models.actions import scene
from models.actions.incident_change import until_saved
from models.actions.photos import NewPhoto
from models.store import Change, Store
from models.tables import pictures, regions, uploads
from models.uploads.areas import Found
from models.uploads.contents import Why

SEALED = "uploads.original"
PLACE = "uploads.place_sealed"
LEASE = timedelta(minutes=3)  # longer than the longest examination may take
RETRY = timedelta(seconds=10)
TRIES = 3


@dataclass(frozen=True, slots=True)
class Made:
    """A picture that came of an upload: names in the media folder, pixels, and what was found on it."""

    file: str
    thumb: str
    width: int
    height: int
    likeness: int
    covered: str
    covered_thumb: str
    found: Sequence[Found]
    at_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of a whole upload. ``place``: latitude and longitude that the file itself says, in WGS-84 degrees."""

    sha256: bytes
    original: str
    media_type: str
    pictures: Sequence[Made]
    taken_at: datetime | None = None
    place: tuple[float, float] | None = None
    seconds: float | None = None
    video: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """``row`` of ``uploads`` or ``pictures``; ``worn_out``: it was tried too often."""

    row: Any
    lease: str
    worn_out: bool
    areas: Sequence[tuple[int, int, int, int]] = field(default=())


def _due(table: Table, waits: ColumnElement[bool], now: datetime) -> ColumnElement[bool]:
    return and_(waits, or_(table.c.lease_until.is_(None), table.c.lease_until <= now))


_WAITS = uploads.c.state == "waiting"
_DRAWING = and_(pictures.c.drawings_done < pictures.c.drawings_wanted, pictures.c.attempts < TRIES)


async def waiting(store: Store) -> tuple[int, int]:
    """How many uploads wait to be examined, and how many pictures to be drawn."""
    async with store.database.read() as connection:
        whole = await connection.execute(select(func.count()).select_from(uploads).where(_WAITS))
        drawing = await connection.execute(select(func.count()).select_from(pictures).where(_DRAWING))
        return int(whole.scalar_one()), int(drawing.scalar_one())


async def anything_due(store: Store) -> bool:
    """Whether there is something that nobody is at."""
    now = store.clock.now()
    async with store.database.read() as connection:
        for table, waits in ((uploads, _WAITS), (pictures, _DRAWING)):
            query = select(table.c.id).where(_due(table, waits, now)).limit(1)
            if (await connection.execute(query)).first() is not None:
                return True
    return False


async def claim_upload(store: Store) -> Claim | None:
    """The oldest whole upload that nobody is at."""
    return await _claim(store, uploads, _WAITS, uploads.c.received_at)


async def claim_picture(store: Store) -> Claim | None:
    """The oldest picture to be drawn anew, with what is to be covered on it."""
    claimed = await _claim(store, pictures, _DRAWING, pictures.c.made_at)
    if claimed is None:
        return None
    query = select(regions).where(regions.c.picture_id == claimed.row.id, regions.c.removed_at.is_(None))
    async with store.database.read() as connection:
        rows = (await connection.execute(query)).all()
    areas = [(row.left, row.top, row.width, row.height) for row in rows]
    return Claim(claimed.row, claimed.lease, claimed.worn_out, areas)


async def _claim(store: Store, table: Table, waits: ColumnElement[bool], order: Any) -> Claim | None:
    async def work(change: Change) -> Claim | None:
        due = _due(table, waits, change.at)
        query = select(table).where(due).order_by(order, table.c.id).limit(1)
        row = (await change.connection.execute(query)).first()
        if row is None:
            return None
        lease = store.ids.new()
        # Of several that have read the same row one finds it unchanged.
        same = table.c.lease.is_(None) if row.lease is None else table.c.lease == row.lease
        taken = await change.connection.execute(
            update(table)
            .where(table.c.id == row.id, due, same)
            .values(lease=lease, lease_until=change.at + LEASE, attempts=table.c.attempts + 1)
        )
        return Claim(row, lease, row.attempts >= TRIES) if taken.rowcount == 1 else None

    return await until_saved(lambda: store.run(work))


async def done(store: Store, claim: Claim, examined: Examined) -> bool:
    """Keeps what came of it, and has it join what it belongs to. False: it took too long, and somebody else has it by

    now; nothing was changed.
    """

    async def work(change: Change) -> bool:
        upload_id = claim.row.id
        place = examined.place
        sealed = (
            None if place is None else store.vault.seal(PLACE, upload_id, f"{place[0]:.7f},{place[1]:.7f}")
        )
        kept = await change.connection.execute(
            update(uploads)
            .where(uploads.c.id == upload_id, uploads.c.lease == claim.lease, _WAITS)
            .values(
                state="ready",
                sha256=examined.sha256,
                original=examined.original,
                media_type=examined.media_type,
                taken_at=examined.taken_at,
                place_sealed=sealed,
                seconds=examined.seconds,
                video=examined.video,
                examined_at=change.at,
                lease=None,
                lease_until=None,
                # What somebody has taken into his own is kept as long as that.
                expires_at=case((uploads.c.about.is_(None), uploads.c.expires_at), else_=None),
            )
        )
        if kept.rowcount != 1:
            return False
        for position, made in enumerate(examined.pictures):
            await _keep(change, upload_id, position, made)
        first = examined.pictures[0]
        photo = NewPhoto(examined.sha256, first.file, first.width, first.height, examined.taken_at)
        await scene.join(change, claim.row, photo)
        return True

    return await until_saved(lambda: store.run(work))


async def _keep(change: Change, upload_id: str, position: int, made: Made) -> None:
    picture_id = change.store.ids.new()
    row = {
        "id": picture_id,
        "upload_id": upload_id,
        "position": position,
        "at_seconds": made.at_seconds,
        "file": made.file,
        "thumb": made.thumb,
        "width": made.width,
        "height": made.height,
        "covered": made.covered,
        "covered_thumb": made.covered_thumb,
        "likeness": made.likeness,
        "drawings_wanted": 1,
        "drawings_done": 1,
        "made_at": change.at,
    }
    await change.connection.execute(insert(pictures).values(row))
    found = [
        {
            "id": change.store.ids.new(),
            "picture_id": picture_id,
            "left": one.left,
            "top": one.top,
            "width": one.width,
            "height": one.height,
            "kind": one.kind,
            "confidence": one.confidence,
            "at": change.at,
        }
        for one in made.found
    ]
    if found:
        await change.connection.execute(insert(regions), found)


async def refuse(store: Store, claim: Claim, why: str) -> bool:
    """It is no picture or video that may be kept; ``why`` is a key of the catalogue. False as ``done``."""
    async with store.database.write() as connection:
        refused = await connection.execute(
            update(uploads)
            .where(uploads.c.id == claim.row.id, uploads.c.lease == claim.lease, _WAITS)
            .values(state="refused", why=why, examined_at=store.clock.now(), lease=None, lease_until=None)
        )
    return refused.rowcount == 1


async def try_again(store: Store, claim: Claim) -> None:
    """It broke what looked at it: the next try is in a little while, not at once and not in minutes."""
    async with store.database.write() as connection:
        await connection.execute(
            update(uploads)
            .where(uploads.c.id == claim.row.id, uploads.c.lease == claim.lease)
            .values(lease_until=store.clock.now() + RETRY)
        )


async def put_back(store: Store, claim: Claim) -> None:
    """Nobody has looked at it: as ``try_again``, and this try does not count."""
    async with store.database.write() as connection:
        await connection.execute(
            update(uploads)
            .where(uploads.c.id == claim.row.id, uploads.c.lease == claim.lease)
            .values(lease_until=store.clock.now() + RETRY, attempts=claim.row.attempts)
        )


async def refused_of_late(store: Store) -> dict[str, int]:
    """How many were refused in the last 24 hours, by why; those of which there were none are zero."""
    since = store.clock.now() - timedelta(days=1)
    query = select(uploads.c.why, func.count()).where(
        uploads.c.state == "refused", uploads.c.created_at > since, uploads.c.why.in_(get_args(Why))
    )
    async with store.database.read() as connection:
        found = {
            str(why): int(count) for why, count in await connection.execute(query.group_by(uploads.c.why))
        }
    return {why: found.get(why, 0) for why in get_args(Why)}


async def drawn(store: Store, claim: Claim, covered: str, thumb: str) -> bool:
    """The copy for others is there as it was wanted when it was claimed. False: something was changed meanwhile."""
    async with store.database.write() as connection:
        kept = await connection.execute(
            update(pictures)
            .where(pictures.c.id == claim.row.id, pictures.c.lease == claim.lease)
            .values(
                covered=covered,
                covered_thumb=thumb,
                drawings_done=claim.row.drawings_wanted,
                attempts=0,
                lease=None,
                lease_until=None,
            )
        )
    return kept.rowcount == 1
