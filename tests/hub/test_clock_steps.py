"""The database's clock is set while real hubs run: deadlines follow it, forwards and backwards, and fire once each.

On SQLite it is the machine's clock, of hubs that are given one to be set. On PostgreSQL it is the server's, whose
``clock_timestamp`` is put behind one that a table moves: the hubs are as they are.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from models.database import Database
from tests.hub.cities import city_of

pytestmark = pytest.mark.slow
HOUR = 3_600.0
RESPOND_SECONDS = 12  # time enough to set the clock before it is over


@dataclass
class Steps:
    """The surroundings of a city whose clock a test sets: ``set_clock`` by so many seconds from the true time."""

    environment: dict[str, str]
    program: str
    set_clock: Callable[[float], Awaitable[None]]


@pytest.fixture
async def steps(environment: dict[str, str], database_url: str, tmp_path: Path) -> Steps:
    own = environment | {"WUFEN_DATABASE_URL": database_url}
    if database_url.startswith("sqlite"):
        return await _of_the_machine(own, tmp_path)
    return await _of_the_server(own, database_url)


async def _of_the_machine(environment: dict[str, str], folder: Path) -> Steps:
    async def set_clock(seconds: float) -> None:
        new = folder / "new"
        new.write_text(str(seconds))
        new.replace(folder / "seconds")  # so that nobody reads half a number

    await set_clock(0)
    own = environment | {"CLOCK_IS_SET_BY": str(folder / "seconds")}
    return Steps(own, "tests.hub.hub_with_a_set_clock", set_clock)


async def _of_the_server(environment: dict[str, str], url: str) -> Steps:
    async def execute(*statements: str) -> None:
        database = Database.open(url)
        async with database.write() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        await database.close()

    async def set_clock(seconds: float) -> None:
        await execute(f"UPDATE settable.clock SET seconds = {seconds}")

    await execute(
        "CREATE SCHEMA settable",
        "CREATE TABLE settable.clock (seconds double precision NOT NULL)",
        "INSERT INTO settable.clock VALUES (0)",
        "CREATE FUNCTION settable.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS"
        " 'SELECT pg_catalog.clock_timestamp() + make_interval(secs => seconds) FROM settable.clock'",
        f'ALTER DATABASE "{make_url(url).database}" SET search_path = settable, pg_catalog, public',
    )
    return Steps(environment, "hub", set_clock)


async def test_a_clock_set_forwards_makes_due_what_was_minutes_away(steps: Steps) -> None:
    async with city_of(steps.environment, 300, steps.program) as city:
        for name in ("hub.1", "hub.2"):
            await city.start_hub(name)
        ids = await city.ask(6)
        for name in city.hubs:
            await city.known_to(name)
        await steps.set_clock(301)
        await city.handed_over(ids)
        await city.nothing_is_open()


async def test_a_clock_set_backwards_delays_and_once_it_is_right_again_everything_fires_once(
    steps: Steps,
) -> None:
    async with city_of(steps.environment, RESPOND_SECONDS, steps.program) as city:
        for name in ("hub.1", "hub.2"):
            await city.start_hub(name)
        ids = await city.ask(6)
        for name in city.hubs:
            await city.known_to(name)
        await steps.set_clock(-HOUR)
        # It is over for who counts by himself, and not for the clock that decides; a hub that erred would have fired.
        await city.time_is_over(since=timedelta(seconds=1))
        assert not await city.counts("handed_over")
        await steps.set_clock(0)
        await city.handed_over(ids)
        await city.nothing_is_open()


async def test_a_hub_that_is_far_from_the_databases_clock_is_not_ready(
    environment: dict[str, str], postgresql_url: str
) -> None:
    """The rule is 500 ms; what a busy machine adds to a measurement stays below the rest."""
    steps = await _of_the_server(environment | {"WUFEN_DATABASE_URL": postgresql_url}, postgresql_url)
    async with city_of(steps.environment, 300) as city:
        await city.start_hub("hub.1")
        await steps.set_clock(5)
        await city.until_checks("hub.1", lambda status, checks: (status, checks["clock"]) == (503, "distant"))
        await steps.set_clock(0.2)
        await city.until_checks("hub.1", lambda status, checks: (status, checks["clock"]) == (200, "ok"))
        await steps.set_clock(-5)
        await city.until_checks("hub.1", lambda status, checks: (status, checks["clock"]) == (503, "distant"))
