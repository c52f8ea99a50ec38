"""Every process follows the configuration: by looking, and sooner when it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from models import configuration
from models.configuration import CONFIGURED, Configuration, configuring
from models.database import Database
from models.feed.bell import RedisBell
from models.listening import listen
from models.store import Store
from models.tables import cities
from models.tasks import Tasks
from tests.support.recording import RecordingBell


class Platform:
    """Stands for a topic: what the city calls its platform, as it was last read."""

    def __init__(self) -> None:
        self.name = "as shipped"
        self.reads = 0
        self.changed = asyncio.Event()

    async def load(self, connection: AsyncConnection) -> None:
        self.reads += 1
        name = (await connection.execute(select(cities.c.platform))).scalar_one()
        if name == "nonsense":
            raise ValueError(name)
        self.name = name
        self.changed.set()

    async def becomes(self, name: str) -> None:
        while self.name != name:
            self.changed.clear()
            await self.changed.wait()


async def rename(store: Store, name: str) -> None:
    async with configuring(store, "rules") as change:
        await change.connection.execute(cities.update().values(platform=name))


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Configuration]:
    """The configuration of another process."""
    database = Database.open(database_url)
    yield Configuration(database)
    await database.close()


async def test_a_change_is_seen_by_a_process_that_only_looks(store: Store, other: Configuration) -> None:
    platform = Platform()
    other.keep("rules", platform.load)
    assert not other.is_known
    async with Tasks() as tasks:
        tasks.start(other.follow(), "follow")
        await platform.becomes("城市交管")
        await rename(store, "雅安交管")
        await platform.becomes("雅安交管")
    assert other.is_known


async def test_a_set_is_read_once_for_each_change(store: Store, other: Configuration) -> None:
    platform, untouched = Platform(), Platform()
    other.keep("rules", platform.load)
    other.keep("flags", untouched.load)
    for _ in range(3):
        await other.refresh()
    await rename(store, "雅安交管")
    for _ in range(3):
        await other.refresh()
    assert (platform.reads, untouched.reads) == (2, 1)


async def test_whoever_hears_redis_need_not_wait_until_it_looks(
    store: Store, other: Configuration, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configuration, "LOOK_SECONDS", 3600)
    platform, listening = Platform(), asyncio.Event()
    other.keep("rules", platform.load)
    async with Redis.from_url(redis_url) as talking, Redis.from_url(redis_url) as hearing, Tasks() as tasks:
        bell = RedisBell(talking)
        store.bell = bell
        tasks.start(bell.serve(), "bell")
        tasks.start(listen(hearing, {CONFIGURED: other.hear}, listening.set), "doorbell")
        tasks.start(other.follow(), "follow")
        await platform.becomes("城市交管")
        await listening.wait()
        await rename(store, "雅安交管")
        await platform.becomes("雅安交管")


async def test_nobody_is_told_of_a_change_that_was_not_committed(
    store: Store, bell: RecordingBell, other: Configuration
) -> None:
    platform = Platform()
    other.keep("rules", platform.load)
    await other.refresh()
    with pytest.raises(RuntimeError):
        async with configuring(store, "rules"):
            raise RuntimeError
    await other.refresh()
    assert (bell.told, platform.reads) == ([], 1)


async def test_what_was_read_last_stays_in_force_while_the_database_is_of_no_use(
    store: Store, other: Configuration
) -> None:
    platform = Platform()
    other.keep("rules", platform.load)
    await other.refresh()
    async with store.database.write() as connection:
        await connection.execute(text("ALTER TABLE configuration RENAME TO elsewhere"))
    with pytest.raises(SQLAlchemyError):
        await other.refresh()
    assert platform.name == "城市交管"
    async with Tasks() as tasks:
        tasks.start(other.follow(), "follow")
        async with store.database.write() as connection:
            await connection.execute(text("ALTER TABLE elsewhere RENAME TO configuration"))
        await rename(store, "雅安交管")
        await platform.becomes("雅安交管")


async def test_a_topic_that_cannot_be_understood_keeps_what_it_had_and_does_not_hold_up_the_others(
    store: Store, other: Configuration
) -> None:
    platform, flags = Platform(), Platform()
    other.keep("rules", platform.load)
    await other.refresh()
    other.keep("flags", flags.load)
    await rename(store, "nonsense")
    await other.refresh()
    assert platform.name == "城市交管"
    async with configuring(store, "flags") as change:
        await change.connection.execute(cities.update().values(platform="雅安交管"))
    await other.refresh()
    assert (flags.name, platform.name) == ("雅安交管", "城市交管")


async def test_changes_of_one_topic_queue(store: Store) -> None:
    """Each sees what the last one left, so that a check in the change holds until its commit."""

    async def add(letter: str) -> None:
        async with configuring(store, "rules") as change:
            before = (await change.connection.execute(select(cities.c.platform))).scalar_one()
            await change.connection.execute(cities.update().values(platform=before + letter))

    await rename(store, "")
    await asyncio.gather(*(add(letter) for letter in "abcd"))
    async with store.database.read() as connection:
        name = (await connection.execute(select(cities.c.platform))).scalar_one()
    assert sorted(name) == ["a", "b", "c", "d"]
