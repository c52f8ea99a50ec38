"""The rosters of the sample city: the week in which it is loaded and the next one, two districts, day and night.

Data only. Who comes on duty within them has a zone by that; at other times people sign on unplanned, as anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models import tables
from models.duty.rosters import DEFAULT_GRACE_MINUTES, DutyRole, span_of, week_of
from models.ids import Ids
from workers.command.sample_city.places import HOME_DISTRICT, OTHER_DISTRICT

WEEKS = 2


@dataclass(frozen=True, slots=True)
class Turn:
    """A shift that comes again every day. ``starts_minute`` after midnight in Beijing; ``people`` by user name."""

    district: str
    zone: str
    name: str
    starts_minute: int
    minutes: int
    people: Mapping[str, DutyRole]

    @property
    def needs(self) -> str:
        """How many are required in which role: those who stand there."""
        counted = {role: list(self.people.values()).count(role) for role in self.people.values()}
        return msgspec.json.encode(counted).decode()


TURNS = (
    Turn(HOME_DISTRICT, "east", "白班", 8 * 60, 12 * 60, {"police1": "police", "aux1": "auxiliary"}),
    Turn(HOME_DISTRICT, "north", "夜班", 20 * 60, 12 * 60, {"police2": "police"}),
    Turn(OTHER_DISTRICT, "mengyang", "白班", 8 * 60, 12 * 60, {"police3": "police", "aux2": "auxiliary"}),
)


async def write_rosters(connection: AsyncConnection, ids: Ids, at: datetime) -> None:
    """Writes templates and published rosters; the city, its zones and its accounts are there already."""
    zone_of = {
        (row.district, row.code): row.id
        for row in await connection.execute(
            select(tables.zones.c.id, tables.zones.c.district, tables.zones.c.code)
        )
    }
    accounts = select(tables.officers.c.username, tables.officers.c.id)
    people = {row.username: row.id for row in await connection.execute(accounts)}
    for turn in TURNS:
        await connection.execute(insert(tables.shift_templates).values(**_template(turn, ids)))
    for district in sorted({turn.district for turn in TURNS}):
        for number in range(WEEKS):
            week = week_of(at) + timedelta(weeks=number)
            roster = {"id": ids.new(), "district": district, "week": week.isoformat(), "published_at": at}
            await connection.execute(insert(tables.rosters).values(**roster))
            for turn in (one for one in TURNS if one.district == district):
                for day in range(7):
                    span = span_of(week + timedelta(days=day), turn.starts_minute, turn.minutes)
                    shift = _shift(turn, ids, roster["id"], zone_of[district, turn.zone]) | {
                        "starts_at": span.starts_at,
                        "ends_at": span.ends_at,
                    }
                    await connection.execute(insert(tables.roster_shifts).values(**shift))
                    await connection.execute(
                        insert(tables.roster_places),
                        [
                            {"roster_shift_id": shift["id"], "officer_id": people[name], "role": role}
                            for name, role in turn.people.items()
                        ],
                    )


def _template(turn: Turn, ids: Ids) -> dict[str, Any]:
    return {
        "id": ids.new(),
        "district": turn.district,
        "name": turn.name,
        "starts_minute": turn.starts_minute,
        "minutes": turn.minutes,
        "grace_minutes": DEFAULT_GRACE_MINUTES,
        "needs": turn.needs,
    }


def _shift(turn: Turn, ids: Ids, roster_id: Any, zone_id: str) -> dict[str, Any]:
    return {
        "id": ids.new(),
        "roster_id": roster_id,
        "district": turn.district,
        "zone_id": zone_id,
        "name": turn.name,
        "grace_minutes": DEFAULT_GRACE_MINUTES,
        "needs": turn.needs,
    }
