"""What a city sets up for a channel: switch, account, time-out, calls a minute. Its administrator types it in.

Secrets are sealed and told to nobody, not even to whoever typed them. Every process follows within a second
(``models.configuration``). Which fields a channel has is ``models.channels.kinds``'.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import insert, select, update

from models.actions import audit
from models.caller import Officer
from models.channels.kinds import KINDS, Field, Kind
from models.channels.setups import LONGEST_SECONDS, opened, sealed
from models.configuration import configuring
from models.errors import InvalidField, NotFound
from models.store import Store
from models.tables import channel_setups, districts

MOST_A_MINUTE = 100_000


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """``given``: the values by field; of a secret an empty text takes it away and a missing one leaves it."""

    active: bool
    given: Mapping[str, str]
    timeout_seconds: float | None = None
    a_minute: int | None = None


async def set_up(store: Store, by: Officer, city: str, channel: str, wish: Wish) -> None:
    """Raises NotFound for a channel or city that is none of his, InvalidField naming the field."""
    kind = KINDS.get(channel)
    if kind is None or not kind.fields:
        raise NotFound(field="channel")
    _check(kind, wish)
    async with configuring(store, "channels") as change:
        mine = select(districts.c.city_code).where(districts.c.code.in_(sorted(by.districts)))
        if city not in set((await change.connection.execute(mine)).scalars()):
            raise NotFound(field="city")
        where = (channel_setups.c.city_code == city) & (channel_setups.c.channel == channel)
        row = (await change.connection.execute(select(channel_setups).where(where).with_for_update())).first()
        row_id = store.ids.new() if row is None else row.id
        kept = {} if row is None else opened(store.vault, row.id, row.secrets_sealed)
        secrets = _secrets(kind, kept, wish)
        plain = {
            one.name: wish.given[one.name]
            for one in kind.fields
            if not one.secret and wish.given.get(one.name)
        }
        if wish.active:
            _complete(kind, plain | secrets)
        values: dict[str, Any] = {
            "active": wish.active,
            "given": msgspec.json.encode(plain).decode(),
            "secrets_sealed": sealed(store.vault, row_id, secrets),
            "timeout_seconds": wish.timeout_seconds,
            "a_minute": wish.a_minute,
            "changed_at": change.at,
            "changed_by": by.subject,
        }
        if row is None:
            whose = {"id": row_id, "city_code": city, "channel": channel}
            await change.connection.execute(insert(channel_setups).values(whose | values))
        else:
            await change.connection.execute(update(channel_setups).where(where).values(values))
        await audit.write(
            change.connection,
            store.ids,
            change.at,
            actor=by.subject,
            role=by.role,
            action="set_channel",
            subject=f"channel:{city}/{channel}",
            reason="on" if wish.active else "off",
        )


def _check(kind: Kind, wish: Wish) -> None:
    known = {one.name: one for one in kind.fields}
    for name, text in wish.given.items():
        if name not in known:
            raise InvalidField(field=name[:40], why="unknown")
        if text and not known[name].pattern.fullmatch(text):
            raise InvalidField(field=name, why="malformed")
    if wish.timeout_seconds is not None and not 0.5 <= wish.timeout_seconds <= LONGEST_SECONDS:
        raise InvalidField(field="timeout_seconds", why="out_of_range")
    if wish.a_minute is not None and not 1 <= wish.a_minute <= MOST_A_MINUTE:
        raise InvalidField(field="a_minute", why="out_of_range", least=1, most=MOST_A_MINUTE)


def _secrets(kind: Kind, kept: Mapping[str, str], wish: Wish) -> dict[str, str]:
    names = {one.name for one in kind.fields if one.secret}
    after = {name: text for name, text in kept.items() if name in names}
    after |= {name: text for name, text in wish.given.items() if name in names}
    return {name: text for name, text in after.items() if text}


def _complete(kind: Kind, there: Mapping[str, str]) -> None:
    missing: Field | None = next((one for one in kind.fields if one.required and one.name not in there), None)
    if missing is not None:
        raise InvalidField(field=missing.name, why="required")
