"""One process's knowledge of what each city has set up for its channels.

Read from the database as a whole (``models.configuration`` says when); until then, and while the database is away, what
was known last counts, and at first that nothing is set up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.channels.kinds import KINDS
from models.privacy import SealBroken, Vault
from models.tables import channel_setups, cities

SECRETS = "channel_setups.secrets_sealed"
LONGEST_SECONDS = 9.0  # a delivery as a whole has ten

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Setup:
    """What a city has set up for one channel, by the names of its fields (``models.channels.kinds``).

    ``timeout_seconds`` bounds the whole delivery: the channel is cancelled then. ``a_minute``: deliveries that the
    provider is asked at most, None without a bound. ``version`` is another one after each change, for what a client
    keeps (a token, a connection).
    """

    city: str
    channel: str
    values: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    timeout_seconds: float
    a_minute: int | None = None
    version: str = ""


class Setups:
    """``of`` answers from memory."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._known: Mapping[tuple[str, str], Setup] = {}
        self._first: str | None = None

    @property
    def first_city(self) -> str | None:
        """Whose channels tell what belongs to no city."""
        return self._first

    def of(self, city: str | None, channel: str) -> Setup | None:
        """What the city (without one: the first) has set up and switched on, else None."""
        return self._known.get((city or self._first or "", channel))

    async def load(self, connection: AsyncConnection) -> None:
        """Reads them all. One that cannot be opened counts as not set up, and is logged."""
        first = select(cities.c.code).order_by(cities.c.code).limit(1)
        city = (await connection.execute(first)).scalar_one_or_none()
        known = {}
        query = select(channel_setups).where(channel_setups.c.active)
        for row in (await connection.execute(query)).mappings():
            kind = KINDS.get(row["channel"])
            if kind is None:
                continue
            try:
                secrets = opened(self._vault, row["id"], row["secrets_sealed"])
            except SealBroken:
                log.error("channel_unreadable", city=row["city_code"], channel=row["channel"])
                continue
            known[row["city_code"], row["channel"]] = Setup(
                city=row["city_code"],
                channel=row["channel"],
                values=msgspec.json.decode(row["given"], type=dict[str, str]),
                secrets=secrets,
                timeout_seconds=min(row["timeout_seconds"] or kind.timeout_seconds, LONGEST_SECONDS),
                a_minute=row["a_minute"] or kind.a_minute,
                version=f"{row['id']}:{row['changed_at'].isoformat()}",
            )
        self._known, self._first = known, city


def opened(vault: Vault, row_id: str, sealed: bytes | None) -> dict[str, str]:
    """The secrets of a row by their names. Raises SealBroken."""
    return (
        {}
        if sealed is None
        else msgspec.json.decode(vault.open(SECRETS, row_id, sealed), type=dict[str, str])
    )


def sealed(vault: Vault, row_id: str, secrets: Mapping[str, str]) -> bytes | None:
    """What the row keeps of them."""
    return vault.seal(SECRETS, row_id, msgspec.json.encode(dict(secrets)).decode()) if secrets else None
