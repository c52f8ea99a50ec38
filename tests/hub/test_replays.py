"""Replays from the database: many who ask for the same, and what a client of a small memory gets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from hub.actions import Since, Subscribe
from hub.missed import NotRead
from hub.replays import Replays
from models.settings import Settings
from models.tasks import Tasks
from tests.hub.conftest import Running, Writer
from tests.support.city import YUCHENG

CHANNEL = f"district:{YUCHENG}"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """The follower's tests run on both databases."""
    return sqlite_url


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A hub that remembers nothing."""
    return replace(settings, hub_recent_bytes=1024)


# What the hub's own look at the log, which goes on meanwhile, does not begin with.
OF_A_REPLAY = 'SELECT events."offset", events.data, events.offer'


@contextmanager
def statements(engine: AsyncEngine, word: str) -> Iterator[list[str]]:
    """The statements with that word which are executed meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if word in statement:
            seen.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


async def test_a_hundred_who_ask_from_one_old_position_cost_one_read(hub: Running, writer: Writer) -> None:
    await writer.happen(count=20)
    await hub.hub.follower.compare()
    store = hub.hub.store
    async with Tasks() as tasks:
        replays = Replays(store.database, hub.hub.follower, hub.settings, tasks)
        wanted = Subscribe(1, CHANNEL, Since(5, hub.hub.follower.epoch))
        with statements(store.database._reader, OF_A_REPLAY) as seen:
            found = await asyncio.gather(*(replays.read(wanted) for _ in range(100)))
        assert len(seen) == 1
        assert len(set(map(id, found))) == 1
        assert found[0] is not None
        assert (found[0].offset, found[0].complete) == (20, True)


async def test_a_replay_of_several_pages_is_whole(hub: Running, writer: Writer) -> None:
    await writer.happen(count=1_100)
    await hub.hub.follower.compare()
    async with hub.client() as client:
        await client.connect(hub.token("wall:1", CHANNEL))
        with statements(hub.hub.store.database._reader, OF_A_REPLAY) as seen:
            subscribed = await client.subscribe(CHANNEL, since=(7, hub.hub.follower.epoch))
        assert [pub["offset"] for pub in subscribed["publications"]] == list(range(8, 1_101))
        assert len([one for one in seen if "LIMIT" in one]) >= 3


async def test_a_read_that_fails_is_said_once_however_many_wait_for_it(hub: Running, writer: Writer) -> None:
    await writer.happen(count=20)
    await hub.hub.follower.compare()
    store = hub.hub.store

    def refuse(*_: Any) -> None:
        raise OSError("the disk is gone")

    async with Tasks() as tasks:
        replays = Replays(store.database, hub.hub.follower, hub.settings, tasks)
        wanted = Subscribe(1, CHANNEL, Since(5, hub.hub.follower.epoch))
        event.listen(store.database._reader.sync_engine, "before_cursor_execute", refuse)
        try:
            with capture_logs() as lines:
                ends = await asyncio.gather(
                    *(replays.read(wanted) for _ in range(100)), return_exceptions=True
                )
        finally:
            event.remove(store.database._reader.sync_engine, "before_cursor_execute", refuse)
        assert [type(end) for end in ends] == [NotRead] * 100
        said = [line for line in lines if line["event"] != "log_unreachable"]  # the follower meets it too
        assert [(line["event"], line["channel"]) for line in said] == [("replay_failed", CHANNEL)]
        found = await replays.read(wanted)
        assert found is not None
        assert found.offset == 20
