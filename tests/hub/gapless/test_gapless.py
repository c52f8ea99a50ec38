"""Whatever happens to doorbells, hubs, lines and the database: each client has each entry once and in order.

A machine plays random faults and checks every message that every client is told against the log; at the end
faults stop, and everybody must be current. No step waits for time: the machine decides what happens next, in
the middle of reads too. ``GAPLESS_EXAMPLES=2000`` plays longer than the ordinary suite does.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from models.secrets_file import with_secrets
from models.settings import Settings
from tests.hub.gapless.world import DISTRICTS, OFFICERS, World, found
from tests.support.city import ZHANG
from tests.support.databases import PostgresDatabases, SqliteDatabases

EXAMPLES = int(os.environ.get("GAPLESS_EXAMPLES", "0"))
REPLAY_ENTRIES = 6  # so that a replay is often too long

HUB = st.integers(0, 1)
CLIENT = st.integers(0, 2)
CHANNEL = st.integers(0, 5)
ANY = st.integers(0, 7)


class Faults(RuleBasedStateMachine):
    """One world from its founding to the moment when everybody is current again."""

    new_settings: Callable[[], Awaitable[Settings]]

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._world = self._do(self._found())

    async def _found(self) -> World:
        world = World(await type(self).new_settings())
        await world.begin()
        return world

    def _do(self, step: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(step)

    def _settle(self) -> None:
        self._do(self._world.settle())

    # --- what is written

    @rule(
        district=st.sampled_from(DISTRICTS),
        incident=st.sampled_from((None, 0, 1)),
        officer=st.sampled_from((None, *OFFICERS)),
        count=st.integers(1, 4),
    )
    def write(self, district: str, incident: int | None, officer: str | None, count: int) -> None:
        self._do(self._world.write(district, incident, officer, count))

    @rule(lost=st.integers(0, 3))
    def restore_a_backup(self, lost: int) -> None:
        self._do(self._world.restore(lost))

    # --- the doorbell: late, out of order, twice, never

    @rule(hub=HUB, which=ANY, again=st.booleans())
    def ring(self, hub: int, which: int, again: bool) -> None:
        here = self._world.hubs[hub]
        if here.bells:
            at = which % len(here.bells)
            self._do(_call(here.hear, here.bells[at] if again else here.bells.pop(at)))
            self._settle()

    @rule(hub=HUB)
    def ring_all(self, hub: int) -> None:
        here = self._world.hubs[hub]
        for message in here.bells:
            self._do(_call(here.hear, message))
        here.bells.clear()
        self._settle()

    @rule(hub=HUB, which=ANY)
    def lose_a_doorbell(self, hub: int, which: int) -> None:
        bells = self._world.hubs[hub].bells
        if bells:
            bells.pop(which % len(bells))

    # --- hubs and their database

    @rule(hub=HUB)
    def compare(self, hub: int) -> None:
        self._do(_call(self._world.hubs[hub].compare))
        self._settle()

    @rule(hub=HUB)
    def hub_dies_or_comes(self, hub: int) -> None:
        here = self._world.hubs[hub]
        self._do(here.start() if here.hub is None else here.stop())
        self._settle()

    @rule(hub=HUB)
    def a_publication_fails(self, hub: int) -> None:
        self._world.hubs[hub].unheeded = 1

    @rule(hub=HUB, slow=st.booleans())
    def database_slow(self, hub: int, slow: bool) -> None:
        self._world.hubs[hub].database.slow = slow

    @rule(hub=HUB, which=ANY)
    def a_read_goes_on(self, hub: int, which: int) -> None:
        self._do(_call(self._world.hubs[hub].database.release, which))
        self._settle()

    @rule(hub=HUB, away=st.booleans())
    def database_away(self, hub: int, away: bool) -> None:
        self._world.hubs[hub].database.away = away

    # --- clients

    @rule(client=CLIENT, hub=HUB)
    def connect(self, client: int, hub: int) -> None:
        self._do(self._world.clients[client].connect(self._world.hubs[hub]))

    @rule(client=CLIENT)
    def cut(self, client: int) -> None:
        self._world.clients[client].cut()
        self._settle()

    @rule(client=CLIENT, channel=CHANNEL)
    def subscribe(self, client: int, channel: int) -> None:
        one = self._world.clients[client]
        one.subscribe(one.channels[channel])
        self._settle()

    @rule(client=CLIENT, channel=CHANNEL)
    def unsubscribe(self, client: int, channel: int) -> None:
        one = self._world.clients[client]
        one.unsubscribe(one.channels[channel])
        self._settle()

    @rule(client=CLIENT, hub=HUB)
    def come_back(self, client: int, hub: int) -> None:
        self._do(self._world.clients[client].come_back(self._world.hubs[hub]))
        self._settle()

    def teardown(self) -> None:
        try:
            self._do(self._world.heal())
            for client in self._world.clients:
                client.expect_current()
        finally:
            self._do(self._world.close())
            self._runner.close()


async def _call(do: Callable[..., object], *arguments: object) -> None:
    do(*arguments)


def play(new_settings: Callable[[], Awaitable[Settings]], examples: int, steps: int) -> None:
    machine = type("PlayedFaults", (Faults,), {"new_settings": staticmethod(new_settings)})
    how = settings(
        max_examples=EXAMPLES or examples,
        stateful_step_count=steps,
        # The ordinary suite plays the same every time; whoever asks for more gets something new.
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)


def settings_of(url: str, home: Path) -> Settings:
    made = with_secrets(Settings.from_env({"WUFEN_HOME": str(home), "WUFEN_DATABASE_URL": url}))
    return replace(made, replay_entries=REPLAY_ENTRIES)


@pytest.mark.timeout(600)  # shrinking a failure takes long
def test_each_client_has_each_entry_once_and_in_order_whatever_fails(
    sqlite_databases: SqliteDatabases, tmp_path: Path
) -> None:
    founded = tmp_path / "founded.db"
    asyncio.run(found(settings_of(sqlite_databases.create(founded), tmp_path)))
    numbers = itertools.count()

    async def new_settings() -> Settings:
        copy = tmp_path / f"{next(numbers)}.db"
        shutil.copyfile(founded, copy)
        return settings_of(f"sqlite:///{copy}", tmp_path)

    play(new_settings, examples=30, steps=40)


@pytest.mark.timeout(600)  # shrinking a failure takes long
def test_the_same_on_postgresql(postgres_databases: PostgresDatabases, tmp_path: Path) -> None:
    async def new_settings() -> Settings:
        made = settings_of(postgres_databases.create()[1], tmp_path)
        await found(made)
        return made

    play(new_settings, examples=6, steps=30)


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[World]:
    made = settings_of(sqlite_url, tmp_path)
    await found(made)
    world = World(made)
    await world.begin()
    yield world
    await world.close()


async def test_a_late_doorbell_of_the_old_log_is_not_taken_for_an_entry_of_the_new_one(world: World) -> None:
    client, here = world.clients[1], world.hubs[1]
    await here.start()
    await world.settle()
    for _ in range(2):
        await world.write(DISTRICTS[0], None, ZHANG.id, 1)
    await world.restore(2)
    await world.write(DISTRICTS[0], None, ZHANG.id, 1)
    # The hub does not know of the restore yet, and the client asks the database through it.
    await client.connect(here)
    client.subscribe(f"officer:{ZHANG.id}")
    await world.settle()
    for message in here.bells[:2]:
        here.hear(message)
    await world.settle()
    await world.heal()
    client.expect_current()
