"""What every action takes first: the database, the clock, ids, secrets, rules and the bell, in one value.

And the change: one write transaction whose events are appended last and announced after the commit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from models.clock import Clock, DatabaseClock
from models.database import Database
from models.feed.append import Pending, append
from models.feed.bell import Bell
from models.geography import Boundaries
from models.ids import Ids, RandomIds
from models.privacy import Vault
from models.rules import Rules
from models.settings import Settings


@dataclass(slots=True)
class Change:
    """One write transaction. ``at`` is the instant of everything in it, taken once it had its turn."""

    store: Store
    connection: AsyncConnection
    at: datetime
    pending: list[Pending] = field(default_factory=list)
    notices_written: bool = False


@dataclass(frozen=True, slots=True)
class Store:
    """Made once per process by its composition root, and passed to whoever needs it."""

    database: Database
    clock: Clock
    ids: Ids
    vault: Vault
    rules: Rules
    settings: Settings
    bell: Bell
    boundaries: Boundaries

    @classmethod
    def open(
        cls, settings: Settings, *, bell: Bell, clock: Clock | None = None, ids: Ids | None = None
    ) -> Store:
        """The store of a process; ``settings`` carry their secrets. Without ``clock`` it is the database's,

        which somebody has to keep measured (``models.clock.follow``). Close it with ``close``.
        """
        database = Database.open(settings.database_url)
        return cls(
            database=database,
            clock=clock or DatabaseClock(database.now),
            ids=ids or RandomIds(),
            vault=Vault(settings.field_keys, settings.index_key),
            rules=Rules.load(settings.respond_seconds),
            settings=settings,
            bell=bell,
            boundaries=Boundaries.load(settings.boundaries) if settings.boundaries else Boundaries(),
        )

    async def close(self) -> None:
        """Gives the database's connections back."""
        await self.database.close()

    @asynccontextmanager
    async def change(self) -> AsyncIterator[Change]:
        """One transaction: what is done in it is committed together with its events, or not at all."""
        async with self.database.write() as connection:
            change = Change(self, connection, self.clock.now())
            yield change
            entries = await append(connection, change.pending)
        self.bell.ring(entries)
        if change.notices_written:
            self.bell.notices()
