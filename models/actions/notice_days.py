"""The notices of one day, counted by city, channel and what became of them. The counts stay when the notices go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select

from models.clock import BEIJING
from models.store import Change
from models.tables import cities, districts, incidents, notice_days, notices


async def roll_up(change: Change, begins_at: datetime, ends_at: datetime) -> None:
    """Counts what was written in the day that began at ``begins_at``. What is of no city is the first one's."""
    first = select(func.min(cities.c.code)).scalar_subquery()
    city = func.coalesce(districts.c.city_code, notices.c.city_code, first).label("city_code")
    query = (
        select(city, notices.c.channel, notices.c.status, func.count().label("notices"))
        .outerjoin(incidents, incidents.c.id == notices.c.incident_id)
        .outerjoin(districts, districts.c.code == incidents.c.district)
        .where(notices.c.created_at >= begins_at, notices.c.created_at < ends_at)
        .group_by(city, notices.c.channel, notices.c.status)
    )
    day = begins_at.astimezone(BEIJING).date().isoformat()
    rows = [
        {
            "day": day,
            "city_code": row.city_code,
            "channel": row.channel,
            "state": row.status,
            "notices": row.notices,
        }
        for row in await change.connection.execute(query)
        if row.city_code is not None
    ]
    if rows:
        await change.connection.execute(insert(notice_days), rows)
