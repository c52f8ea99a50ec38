"""Backups under traffic, put back under a new epoch, and refused where anything is not as it was; on both databases."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from hub.server import running
from models.clock import SystemClock
from models.media import open_media
from models.queries.board import board
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from models.tables import deadlines, events, incidents, pictures
from models.tokens import connection_token
from tests.models.test_fold import Board, Town, fold, publications_after
from tests.support.city import YUCHENG, found_city
from tests.support.clock import FakeClock
from tests.support.databases import PostgresDatabases, SqliteDatabases
from tests.support.examined import examined
from tests.support.hub_client import HubClient
from tests.support.keeping import (
    Place,
    epochs_of,
    heads_of,
    home_with_secrets,
    put_back,
    quiet,
    settings_of,
    store_of,
)
from workers.command.backup import postgres_copy, postgres_tools, sqlite_copy, taking
from workers.command.backup.taking import take
from workers.command.refusals import Refused

COMMITS_MEANWHILE = 12


@pytest.fixture
async def here(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Place]:
    settings = settings_of(tmp_path / "home", database_url)
    place = Place(settings, store_of(settings, clock))
    await found_city(place.store)
    yield place
    await place.store.close()


@pytest.fixture
def elsewhere(
    database_url: str, sqlite_databases: SqliteDatabases, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[[Place], Settings]]:
    """Another machine with the same secrets and a database that is not empty."""
    with contextlib.ExitStack() as stack:

        def make(place: Place) -> Settings:
            if database_url.startswith("sqlite"):
                url = sqlite_databases.create(tmp_path / "elsewhere.db")
            else:
                databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
                name, url = databases.create()
                stack.callback(databases.drop, name)
            return replace(place.settings, home=home_with_secrets(place, tmp_path), database_url=url)

        yield make


class Traffic:
    """Somebody asks, answers, accepts, without an end; the backup goes on only when a commit came in between."""

    def __init__(self, place: Place, clock: FakeClock) -> None:
        self._town = Town(place.store, clock)
        self._store = place.store
        self._committed = threading.Semaphore(0)
        self._numbers = count()
        self.waited = 0

    async def run(self, stop: asyncio.Event, most: int | None = None) -> None:
        for number in self._numbers:
            if stop.is_set() or number == most:
                return
            step = ("scan", "shift", "command", "command", "time")[number % 5]
            before = await self._head()
            with contextlib.suppress(Exception):
                await getattr(self._town, step)(number * 7_919)
            if await self._head() > before:
                self._committed.release()
            await asyncio.sleep(0)

    def let_it_go_on(self) -> None:
        """In the backup's thread: waits for a commit of the traffic, some times."""
        if self.waited < COMMITS_MEANWHILE:
            assert self._committed.acquire(timeout=20), "no traffic"
            self.waited += 1

    def forget(self) -> None:
        """What was committed until now does not count."""
        while self._committed.acquire(blocking=False):
            pass

    async def _head(self) -> int:
        async with self._store.database.read() as connection:
            return int((await connection.execute(select(func.count()).select_from(events))).scalar_one())


@pytest.fixture
def commits_in_between(monkeypatch: pytest.MonkeyPatch) -> Callable[[Traffic], None]:
    """Each step of the copy, from its instant on, waits for a commit of others."""

    def arrange(traffic: Traffic) -> None:
        monkeypatch.setattr(sqlite_copy, "STEP_PAGES", 8)
        copy, run, hold = sqlite_copy.copy, postgres_tools.run, taking.Incoming.hold

        def slowly(source: Any, to: Path) -> None:
            remaining: list[int] = []

            def told(left: int, _all: int) -> None:
                remaining.append(left)
                traffic.let_it_go_on()

            copy(source, to, told)
            # It never began again, however much was committed: that would be a copy without an end.
            assert remaining == sorted(remaining, reverse=True)

        def after_commits(command: list[str], url: str) -> None:
            for _ in range(COMMITS_MEANWHILE):
                traffic.let_it_go_on()
            run(command, url)

        def held(incoming: taking.Incoming) -> None:
            hold(incoming)
            traffic.forget()

        monkeypatch.setattr(sqlite_copy, "copy", slowly)
        monkeypatch.setattr(postgres_tools, "run", after_commits)
        monkeypatch.setattr(taking.Incoming, "hold", held)

    return arrange


@pytest.mark.timeout(120)
async def test_a_backup_under_traffic_is_restored_as_one_state_and_passes_the_fold(
    here: Place,
    elsewhere: Callable[[Place], Settings],
    clock: FakeClock,
    tmp_path: Path,
    commits_in_between: Callable[[Traffic], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evidence = here.media.keep(b"a picture")
    stop = asyncio.Event()
    traffic = Traffic(here, clock)
    await traffic.run(stop, most=100)
    commits_in_between(traffic)
    running_traffic = asyncio.ensure_future(traffic.run(stop))
    told = await asyncio.to_thread(here.take, tmp_path / "backup")
    stop.set()
    await running_traffic
    monkeypatch.undo()
    assert traffic.waited == COMMITS_MEANWHILE
    assert (await heads_of(here.store))[YUCHENG] >= told.heads[YUCHENG] + COMMITS_MEANWHILE

    there = elsewhere(here)
    with pytest.raises(Refused, match="Nothing was changed: the database here is not empty"):
        await asyncio.to_thread(put_back, there, tmp_path / "backup")
    done = await asyncio.to_thread(put_back, there, tmp_path / "backup", replace=True)
    assert done.media_files == 1
    assert open_media(there).read(evidence) == b"a picture"

    store = store_of(there, clock)
    try:
        assert await heads_of(store) == told.heads
        assert await epochs_of(store) == [told.epoch, done.epoch]
        await expect_whole(store)
    finally:
        await store.close()


async def expect_whole(store: Store) -> None:
    """The log without holes tells the rows, each of its newest version; deadlines are those of what is open."""
    empty: dict[str, Any] = {"incidents": []}
    told: Board = fold(empty, await publications_after(store, 0))
    assert told == {one["id"]: one for one in (await board(store, YUCHENG))["incidents"]}
    assert told, "nothing was going on"
    async with store.database.read() as connection:
        of_closed = (
            select(func.count())
            .select_from(deadlines.join(incidents, incidents.c.id == deadlines.c.incident_id))
            .where(deadlines.c.status == "open", incidents.c.status == "closed")
        )
        assert (await connection.execute(of_closed)).scalar_one() == 0
        if connection.dialect.name == "sqlite":
            assert (await connection.execute(text("PRAGMA foreign_key_check"))).first() is None


async def test_a_client_from_before_the_restore_resynchronises_by_the_new_epoch(
    database_url: str, redis_url: str, tmp_path: Path
) -> None:
    environ = {
        **os.environ,
        "WUFEN_HOME": str(tmp_path / "home"),
        "WUFEN_DATABASE_URL": database_url,
        "WUFEN_REDIS_URL": redis_url,
        "WUFEN_LIMITS": "off",
    }
    settings = replace(with_secrets(Settings.from_env(environ)), hub_port=0)
    clock, channel = SystemClock(), f"district:{YUCHENG}"
    token = connection_token(settings.hub_token_secret, "wall:1", [channel], clock.now(), 600)
    store = store_of(settings)
    await found_city(store)
    town = Town(store, FakeClock())
    async with running(settings, clock) as (_, port):
        async with HubClient(f"ws://127.0.0.1:{port}/connection/websocket") as client:
            await client.connect(token)
            first = await client.subscribe(channel)
            await town.scan(0)
            assert (await client.publication(channel))["offset"] == 1
            place = Place(settings, store)
            told = await asyncio.to_thread(place.take, tmp_path / "backup")
            await town.scan(1)
            newest = (await client.publication(channel))["offset"]
        if not store.database.is_sqlite:
            with pytest.raises(Refused, match="other connections use this database"):
                await asyncio.to_thread(put_back, settings, tmp_path / "backup", replace=True)
    await store.close()
    assert (told.heads[YUCHENG], newest) == (1, 2)

    await asyncio.to_thread(put_back, settings, tmp_path / "backup", replace=True)
    async with (
        running(settings, clock) as (_, port),
        HubClient(f"ws://127.0.0.1:{port}/connection/websocket") as client,
    ):
        await client.connect(token)
        again = await client.subscribe(channel, (newest, first["epoch"]))
        assert (again.get("recovered", False), again["offset"]) == (False, 1)
        assert again["epoch"] != first["epoch"]


async def test_evidence_that_is_damaged_or_gone_is_told(here: Place, tmp_path: Path) -> None:
    await examined(here.store, "one")
    async with here.store.database.read() as connection:
        shown = (await connection.execute(select(pictures))).one()
    here.media.remove(shown.file)
    (path,) = here.media.path.glob(f"*/{shown.covered}")
    path.write_bytes(b"a spoilt one")
    told = await asyncio.to_thread(here.take, tmp_path / "backup")
    assert (told.damaged, told.missing) == ([shown.covered], [shown.file])


def test_the_tools_of_an_older_postgresql_are_refused_with_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="not on this machine: install postgresql-client-16"):
        postgres_tools.folder_for(16, [tmp_path])
    for name in postgres_tools.TOOLS:
        (tmp_path / name).write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.18 (Debian 15.18-0)'\n")
        (tmp_path / name).chmod(0o700)
    with pytest.raises(Refused, match="of version 15, older than the server: install postgresql-client-16"):
        postgres_tools.folder_for(16, [tmp_path])
    assert postgres_tools.folder_for(15, [tmp_path]) == tmp_path


def test_the_tools_get_the_password_where_nobody_else_reads_it() -> None:
    told = postgres_tools.environment("postgresql://wufen:s3cret@db.example:5433/city?ssl=require")
    names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGSSLMODE")
    assert [told[name] for name in names] == ["db.example", "5433", "wufen", "s3cret", "city", "require"]


async def test_a_dump_that_fails_in_the_middle_changes_nothing(
    postgresql_url: str, tmp_path: Path, clock: FakeClock
) -> None:
    settings = settings_of(tmp_path / "home", postgresql_url)
    store = store_of(settings, clock)
    await found_city(store)
    await store.close()
    told = await asyncio.to_thread(take, settings, open_media(settings), tmp_path / "backup", tell=quiet)
    tools, _ = await postgres_copy.check_fits(postgresql_url, tmp_path / "backup" / "database.dump")
    with pytest.raises(Refused, match="Nothing was changed"):
        await asyncio.to_thread(
            postgres_copy.load, postgresql_url, tools, tmp_path / "backup" / "database.dump", "SELECT 1/0;"
        )
    store = store_of(settings, clock)
    assert await heads_of(store) == told.heads
    assert await epochs_of(store) == [told.epoch]
    await store.close()
