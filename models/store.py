"""What every action takes first: the database, the clock, ids, secrets, rules and the bell, in one value.

And the change: one write transaction whose events are appended last and announced after the commit, alone
(``Store.change``) or in a group with others (``Store.commit``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from models.channels.setups import Setups
from models.clock import Clock, DatabaseClock
from models.configuration import Configuration
from models.database import Database
from models.facts import Asked, Ended, Fact, Want, read, together
from models.feed.append import Pending, append
from models.feed.bell import Bell
from models.feed.entries import Entry
from models.feed.records import append_records
from models.flags.flags import Flags
from models.geography import Boundaries
from models.groups import Groups, Work
from models.ids import Ids, RandomIds
from models.keyring import Keyring
from models.media import Media, open_media
from models.privacy import Vault
from models.rulebook import RuleBook
from models.settings import Settings
from models.texts.texts import Texts
from models.writes import Stale, Writes, write

Key = TypeVar("Key", bound=Hashable)
Told = TypeVar("Told")
Result = TypeVar("Result")


@dataclass(slots=True)
class Change:
    """One command's part of a write transaction. ``at`` is the instant of everything in it, taken once it had its turn.

    ``taken`` is what this transaction changes already: None for a change that has it for itself.
    """

    store: Store
    connection: AsyncConnection
    at: datetime
    taken: set[Hashable] | None = None
    writes: Writes = field(default_factory=Writes)
    pending: list[Pending] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)  # of the audit
    notices_written: bool = False
    _learned: dict[Asked, Any] = field(default_factory=dict)

    async def fact(self, fact: Fact[Key, Told], key: Key) -> Told | None:
        """What ``fact`` tells of ``key``, None if there is nothing. In a group it is asked once for all members."""
        if (fact, key) not in self._learned:
            await self.learn((fact, key))
        told: Told | None = self._learned[fact, key]
        return told

    async def learn(self, *asked: Asked) -> None:
        """Asks for several facts at once, so that ``fact`` knows them."""
        want = Want(asked)
        values = (await read(self.connection, [want]))[0] if self.taken is None else await want
        self._learned.update(zip(asked, values, strict=True))

    def take(self, subject: Hashable) -> None:
        """Only one member of a group changes one subject. Raises Stale for a second one, which then tries again."""
        if self.taken is None:
            return
        if subject in self.taken:
            raise Stale
        self.taken.add(subject)


@dataclass(slots=True)
class Store:
    """Made once per process by its composition root, and passed to whoever needs it."""

    database: Database
    clock: Clock
    ids: Ids
    vault: Vault
    settings: Settings
    bell: Bell
    boundaries: Boundaries
    media: Media
    groups: Groups[Change] = field(init=False)
    configuration: Configuration = field(init=False)
    rules: RuleBook = field(init=False, default_factory=RuleBook)
    flags: Flags = field(init=False)
    texts: Texts = field(init=False)
    channels: Setups = field(init=False)

    def __post_init__(self) -> None:
        self.groups = Groups(self._commit)
        self.configuration = Configuration(self.database)
        self.configuration.keep("keys", Keyring(self.settings, self.vault).load)
        self.configuration.keep("rules", self.rules.load)
        self.flags = Flags()
        self.configuration.keep("flags", self.flags.load)
        self.texts = Texts()
        self.configuration.keep("texts", self.texts.load)
        self.channels = Setups(self.vault)
        self.configuration.keep("channels", self.channels.load)

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
            vault=Vault(settings.field_keys, settings.index_keys),
            settings=settings,
            bell=bell,
            boundaries=Boundaries.load(settings.boundaries) if settings.boundaries else Boundaries(),
            media=open_media(settings),
        )

    async def close(self) -> None:
        """Waits for what is being committed, and gives the database's connections back."""
        await self.groups.close()
        await self.database.close()

    @asynccontextmanager
    async def change(self) -> AsyncIterator[Change]:
        """One transaction for itself: what is done in it is committed with its events, or not at all."""
        async with self.database.write() as connection:
            change = Change(self, connection, self.clock.now())
            yield change
            entries = await _finish(connection, [change])
        self._ring([change], entries)

    async def run(self, work: Callable[[Change], Awaitable[Result]]) -> Result:
        """The same around ``work``, which waits for its connection and for nothing else (``Database.run``)."""

        async def whole(connection: AsyncConnection) -> tuple[Change, Result, list[Entry]]:
            change = Change(self, connection, self.clock.now())
            result = await work(change)
            return change, result, await _finish(connection, [change])

        change, result, entries = await self.database.run(whole)
        self._ring([change], entries)
        return result

    async def commit(self, kind: str, subjects: Iterable[Hashable], work: Work[Change, Result]) -> Result:
        """One change in a transaction shared with others of its ``kind``: they are committed together.

        ``work`` reads (facts in one statement for all) and checks; what it wants to write it says to
        ``change.writes``, and executes nothing that writes. What it raises is its own affair and changes
        nothing. ``kind``: commands of one kind lock rows in the same order. ``subjects``: what it will
        change, as far as it is known before; of two with the same subject the second comes in the next group.
        """
        return await self.groups.ask(kind, frozenset(subjects), work)

    async def _commit(self, works: list[Work[Change, Any]]) -> list[Ended]:
        async def group(connection: AsyncConnection) -> tuple[list[Ended], list[Change], list[Entry]]:
            at, taken = self.clock.now(), set[Hashable]()
            changes = [Change(self, connection, at, taken) for _ in works]
            members: list[Coroutine[Any, Any, Any]] = [
                work(change) for work, change in zip(works, changes, strict=True)
            ]
            ends = await together(connection, members)
            done = [change for change, end in zip(changes, ends, strict=True) if end.error is None]
            return ends, done, await _finish(connection, done)

        ends, done, entries = await self.database.run(group)
        self._ring(done, entries)
        return ends

    def _ring(self, changes: list[Change], entries: list[Entry]) -> None:
        self.bell.ring(entries)
        if any(change.notices_written for change in changes):
            self.bell.notices()


async def _finish(connection: AsyncConnection, changes: list[Change]) -> list[Entry]:
    """Writes what the changes want, and then, last of all, their events and records."""
    await write(connection, [change.writes for change in changes])
    entries = await append(connection, [event for change in changes for event in change.pending])
    await append_records(connection, [record for change in changes for record in change.records])
    return entries
