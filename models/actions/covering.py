"""What is covered on the copies that others see: found by itself, added or taken back by an officer, each on record.

Each change asks for a new drawing; until it is drawn, others see nothing of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from models.actions import audit
from models.actions.incident_change import until_saved
from models.caller import Officer
from models.errors import Conflict, InvalidField, NotFound
from models.store import Change, Store
from models.tables import pictures, regions

MOST_REGIONS = 200  # on one picture: a crowd, and more than anybody draws
LEAST_EDGE = 4  # pixels


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in pixels of the display copy, from its upper left corner."""

    left: int
    top: int
    width: int
    height: int


async def regions_of(store: Store, picture_id: str) -> list[Any]:
    """All that were ever there, the oldest first."""
    query = select(regions).where(regions.c.picture_id == picture_id).order_by(regions.c.at, regions.c.id)
    async with store.database.read() as connection:
        return list((await connection.execute(query)).all())


async def cover(store: Store, officer: Officer, picture: Any, area: Area) -> Any:
    """Covers an area; the region's row, the one that is there for the same area. Raises InvalidField (outside the

    picture), Conflict (too many).
    """
    inside = area.left >= 0 and area.top >= 0 and area.left + area.width <= picture.width
    if not inside or area.top + area.height > picture.height or min(area.width, area.height) < LEAST_EDGE:
        raise InvalidField(field="area", why="out_of_range")

    async def work(change: Change) -> Any:
        query = select(regions).where(regions.c.picture_id == picture.id, regions.c.removed_at.is_(None))
        there = (await change.connection.execute(query)).all()
        for row in there:
            if Area(row.left, row.top, row.width, row.height) == area:
                return row
        if len(there) >= MOST_REGIONS:
            raise Conflict(why="regions_full", limit=MOST_REGIONS)
        region = {
            "id": store.ids.new(),
            "picture_id": picture.id,
            "left": area.left,
            "top": area.top,
            "width": area.width,
            "height": area.height,
            "kind": "hand",
            "by": officer.subject,
            "at": change.at,
        }
        await change.connection.execute(insert(regions).values(region))
        await _ask_for_drawing(change, picture.id)
        await audit.record(change, officer, "cover", f"picture:{picture.id}")
        return (await change.connection.execute(select(regions).where(regions.c.id == region["id"]))).one()

    return await until_saved(lambda: store.run(work))


async def uncover(store: Store, officer: Officer, picture: Any, region_id: str) -> None:
    """Takes a region back. Raises NotFound; one that was taken back already stays so."""

    async def work(change: Change) -> None:
        query = select(regions).where(regions.c.id == region_id, regions.c.picture_id == picture.id)
        row = (await change.connection.execute(query)).first()
        if row is None:
            raise NotFound
        taken = await change.connection.execute(
            update(regions)
            .where(regions.c.id == region_id, regions.c.removed_at.is_(None))
            .values(removed_by=officer.subject, removed_at=change.at)
        )
        if taken.rowcount == 1:
            await _ask_for_drawing(change, picture.id)
            await audit.record(change, officer, "uncover", f"picture:{picture.id}")

    await until_saved(lambda: store.run(work))


async def _ask_for_drawing(change: Change, picture_id: str) -> None:
    """Nobody else sees the picture until it is drawn: what was to be covered shall not be seen a second longer."""
    await change.connection.execute(
        update(pictures)
        .where(pictures.c.id == picture_id)
        .values(drawings_wanted=pictures.c.drawings_wanted + 1, attempts=0, lease=None, lease_until=None)
    )
