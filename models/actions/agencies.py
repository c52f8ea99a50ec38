"""The bodies that answer for the roads: which one has what where, whom to call there, and under which key.

Their names and channels come with a city's bundle (``models.city.agencies``); contact and key are the administrator's
to type in, and never leave.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.actions import audit
from models.caller import Officer
from models.errors import InvalidField, NotFound
from models.store import Store
from models.tables import agencies, districts

LONGEST_CONTACT, LONGEST_KEY = 200, 200  # characters
CHANNELS = ("file", "open311")


async def for_body(connection: AsyncConnection, district: str, body: str) -> Any | None:
    """The agency that is this body in the district: its own, else the city's. None where nobody is named."""
    own = await in_district(connection, district)
    fitting = [one for one in own if one.body == body]
    return min(fitting, key=lambda one: (one.district is None, one.code), default=None)


async def in_district(connection: AsyncConnection, district: str) -> list[Any]:
    """All that are there for a district, by their codes."""
    query = (
        select(agencies)
        .join(districts, districts.c.city_code == agencies.c.city_code)
        .where(
            districts.c.code == district,
            agencies.c.active,
            or_(agencies.c.district.is_(None), agencies.c.district == district),
        )
        .order_by(agencies.c.code)
    )
    return list((await connection.execute(query)).all())


async def to_refer_to(connection: AsyncConnection, district: str, body: str, code: str | None) -> Any:
    """The agency of this code, or without one that of the body. Raises InvalidField."""
    if code is None:
        found = await for_body(connection, district, body)
    else:
        there = await in_district(connection, district)
        found = next((one for one in there if one.code == code), None)
    if found is None:
        raise InvalidField(field="agency", why="unknown" if code else "required")
    return found


async def is_of(connection: AsyncConnection, agency_id: str, officer: Officer) -> bool:
    """Whether it is one of the cities of his districts."""
    query = (
        select(districts.c.code)
        .join(agencies, agencies.c.city_code == districts.c.city_code)
        .where(agencies.c.id == agency_id)
    )
    return bool(set((await connection.execute(query)).scalars()) & officer.districts)


async def set_secrets(
    store: Store, agency_id: str, officer: Officer, *, contact: str | None, key: str | None
) -> None:
    """Whom to call there, and the key that its endpoint wants; empty takes one away, None leaves it.

    Raises NotFound, InvalidField.
    """
    for name, value, most in (("contact", contact, LONGEST_CONTACT), ("key", key, LONGEST_KEY)):
        if value is not None and len(value) > most:
            raise InvalidField(field=name, why="too_long", limit=most)
    async with store.change() as change:
        if not await is_of(change.connection, agency_id, officer):
            raise NotFound
        values = {
            f"{name}_sealed": store.vault.seal(f"agencies.{name}_sealed", agency_id, text) if text else None
            for name, text in (("contact", contact), ("key", key))
            if text is not None
        }
        if not values:
            return
        await change.connection.execute(update(agencies).where(agencies.c.id == agency_id).values(**values))
        audit.note(
            change,
            actor=officer.subject,
            role=officer.role,
            action="set_agency",
            subject=f"agency:{agency_id}",
            reason=", ".join(sorted(values)),
        )
