"""By which channels an owner wants to be told, and when not: his own word, given by the link of a notice of his.

Consent is taken back as easily as it was given (个保法 art. 15). One way stays: who wants none unbinds his sticker.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from models.caller import Participant
from models.errors import Forbidden, InvalidField, NotFound
from models.rules.definitions import TO_OWNERS
from models.store import Change, Store
from models.tables import contact_channels, participants

HOURS = 24


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """``quiet_from`` and ``quiet_to``: hours of Beijing's day, both or neither."""

    channel: str
    allowed: bool
    quiet_from: int | None = None
    quiet_to: int | None = None


async def ways_of(store: Store, owner: Participant) -> list[Way]:
    """Every channel to owners, as this one has it. Raises Forbidden, and NotFound where the link is no contact's."""
    async with store.database.read() as connection:
        contact = await _contact(connection, owner)
        query = select(contact_channels).where(contact_channels.c.contact_id == contact)
        known = {row.channel: row for row in await connection.execute(query)}
    return [_way(channel, known.get(channel)) for channel in TO_OWNERS]


def _way(channel: str, row: Any) -> Way:
    if row is None:
        return Way(channel=channel, allowed=True)
    return Way(channel=channel, allowed=row.allowed, quiet_from=row.quiet_from, quiet_to=row.quiet_to)


async def set_ways(store: Store, owner: Participant, ways: Sequence[Way]) -> None:
    """Those that are not named stay. Raises InvalidField, Forbidden, NotFound."""
    for one in ways:
        _check(one)

    async def work(change: Change) -> None:
        contact = await _contact(change.connection, owner)
        query = select(contact_channels).where(contact_channels.c.contact_id == contact).with_for_update()
        known = {row.channel: row for row in await change.connection.execute(query)}
        after = {channel: _way(channel, known.get(channel)) for channel in TO_OWNERS}
        after |= {one.channel: one for one in ways}
        if not any(one.allowed for one in after.values()):
            raise InvalidField(field="allowed", why="one_stays")
        for one in ways:
            await _write(change, contact, one, known.get(one.channel))

    await store.run(work)


def _check(way: Way) -> None:
    if way.channel not in TO_OWNERS:
        raise InvalidField(field="channel", why="unknown")
    hours = (way.quiet_from, way.quiet_to)
    if (None in hours) != (hours == (None, None)):
        raise InvalidField(field="quiet_to", why="required")
    for name, hour in (("quiet_from", way.quiet_from), ("quiet_to", way.quiet_to)):
        if hour is not None and not 0 <= hour < HOURS:
            raise InvalidField(field=name, why="out_of_range", least=0, most=HOURS - 1)


async def _contact(connection: AsyncConnection, owner: Participant) -> str:
    query = select(participants.c.contact_id).where(participants.c.id == owner.id)
    contact: str | None = (await connection.execute(query)).scalar_one_or_none()
    if owner.role != "owner":
        raise Forbidden
    if contact is None:
        raise NotFound
    return contact


async def _write(change: Change, contact: str, way: Way, row: Any) -> None:
    values = {
        "allowed": way.allowed,
        "quiet_from": way.quiet_from,
        "quiet_to": way.quiet_to,
        "changed_at": change.at,
    }
    if row is None:
        whose = {"id": change.store.ids.new(), "contact_id": contact, "channel": way.channel}
        await change.connection.execute(insert(contact_channels).values(whose | values))
    else:
        await change.connection.execute(
            update(contact_channels).where(contact_channels.c.id == row.id).values(values)
        )
