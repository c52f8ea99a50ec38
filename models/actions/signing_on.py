"""What signing on finds: the rostered shift that an officer comes for, and the zone that he names."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.duty.rosters import EARLY
from models.errors import InvalidField
from models.store import Change
from models.tables import roster_places, roster_shifts, rosters, shifts, zones


async def rostered_for(change: Change, officer_id: str, district: str) -> Any:
    """The published shift of the district in which he stands now, or within the hour; None: he comes unplanned.

    Of two the one that ends last: whoever comes early for the night is not of the day any more. One that he went
    off from before its end is his still.
    """
    placed = exists().where(
        roster_places.c.roster_shift_id == roster_shifts.c.id, roster_places.c.officer_id == officer_id
    )
    query = (
        select(roster_shifts)
        .join(rosters, rosters.c.id == roster_shifts.c.roster_id)
        .where(
            roster_shifts.c.district == district,
            rosters.c.published_at.is_not(None),
            roster_shifts.c.starts_at <= change.at + EARLY,
            roster_shifts.c.ends_at > change.at,
            placed,
        )
        .order_by(roster_shifts.c.ends_at.desc())
        .limit(1)
    )
    return (await change.connection.execute(query)).first()


async def zone_named(connection: AsyncConnection, district: str, code: str) -> str:
    """The id of the district's zone. Raises InvalidField for one that it has not, or has no more."""
    query = select(zones.c.id).where(zones.c.district == district, zones.c.code == code, zones.c.active)
    zone_id: str | None = (await connection.execute(query)).scalar_one_or_none()
    if zone_id is None:
        raise InvalidField(field="zone", why="unknown")
    return zone_id


async def anybody_signed_on(connection: AsyncConnection, roster_shift_id: str) -> bool:
    """Whether somebody has come for a rostered shift: then it is no longer taken out of the roster."""
    query = select(exists().where(shifts.c.roster_shift_id == roster_shift_id))
    return bool((await connection.execute(query)).scalar_one())
