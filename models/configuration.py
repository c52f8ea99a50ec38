"""The configuration that changes while the service runs, and how every process follows it within a second.

Each topic (rules, flags, texts, channels) has a revision in the database, which a change sets anew in its own
transaction. After the commit Redis is told; whoever hears nothing sees the other revision when it looks, twice a
second. What was read last stays in force while the database is away. What a topic holds is its own module's business:
it gives ``keep`` a callable that reads its whole set on a connection and puts it in place as the last thing it does.

    store.configuration.keep("flags", flags.load)        # at the start
    async with configuring(store, "flags") as change:    # a change
        await change.connection.execute(...)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Literal, get_args

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.database import Database
from models.tables import configuration

if TYPE_CHECKING:  # the store holds the configuration
    from models.store import Change, Store

Topic = Literal["rules", "flags", "texts", "keys", "channels"]
TOPICS: tuple[Topic, ...] = get_args(Topic)
Load = Callable[[AsyncConnection], Awaitable[None]]

CONFIGURED = "wufen:configuration"  # the channel of Redis that says: look
LOOK_SECONDS = 0.5
GIVE_UP_SECONDS = 5.0  # for one look: a database that died without a word must not keep us waiting for ever

log = structlog.get_logger()


@asynccontextmanager
async def configuring(store: Store, topic: Topic) -> AsyncIterator[Change]:
    """One transaction that changes ``topic``: with its commit the revision is another, and then everybody is told.

    Changes of one topic queue on its row from the start, so that each sees what the last one left.
    """
    async with store.change() as change:
        await revise(change.connection, topic, store.ids.new(), change.at)
        yield change
    store.bell.tell(CONFIGURED, {"topic": topic})
    store.configuration.look()


async def revise(connection: AsyncConnection, topic: Topic, revision: str, at: datetime) -> None:
    """Within a transaction that changes ``topic``, or what it is read with: every process reads it again."""
    await connection.execute(
        update(configuration).where(configuration.c.topic == topic).values(revision=revision, changed_at=at)
    )


class Configuration:
    """One process's knowledge of the configuration; whoever wants it to stay current runs ``follow``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._loads: dict[str, Load] = {}
        self._known: dict[str, str] = {}  # topic → the revision that is in place
        self._wake = asyncio.Event()
        self._failing = False

    @property
    def is_known(self) -> bool:
        """Whether every topic was read once. Until then what is shipped is in place."""
        return self._known.keys() >= self._loads.keys()

    def keep(self, topic: Topic, load: Load) -> None:
        """From now on ``load`` is called whenever ``topic`` has another revision.

        It reads everything on the connection it is given, of one state with the revision, and raises without
        having changed anything.
        """
        self._loads[topic] = load

    async def refresh(self) -> None:
        """Looks once, and reads the topics that changed. Raises what the database raises, and TimeoutError.

        A topic that cannot be understood keeps what was in place, and the others follow.
        """
        async with asyncio.timeout(GIVE_UP_SECONDS), self._database.read() as connection:
            rows = await connection.execute(select(configuration.c.topic, configuration.c.revision))
            now = {row.topic: row.revision for row in rows}
            for topic, load in self._loads.items():
                if topic in now and self._known.get(topic) != now[topic]:
                    await _put_in_place(topic, load, connection)
                    self._known[topic] = now[topic]

    def look(self) -> None:
        """Look as soon as possible: something changed, or may have been missed."""
        self._wake.set()

    def hear(self, _message: bytes) -> None:
        """What Redis carries says only that it is worth looking."""
        self._wake.set()

    async def follow(self) -> None:
        """Looks twice a second and whenever it is told to, until cancelled. An error is logged once."""
        while True:
            self._wake.clear()
            try:
                await self.refresh()
            except Exception as error:
                if not self._failing:
                    log.warning("configuration_not_read", error=type(error).__name__)
                self._failing = True
            else:
                if self._failing:
                    log.info("configuration_read_again")
                self._failing = False
            await self._pause()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            pass


async def _put_in_place(topic: str, load: Load, connection: AsyncConnection) -> None:
    try:
        await load(connection)
    except (SQLAlchemyError, OSError):
        raise
    except Exception:
        # It would be no better in half a second: only another change can mend it.
        log.exception("configuration_not_understood", topic=topic)
