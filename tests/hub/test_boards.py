"""The figures of a district: the latest for everybody who comes, and again when something happened."""

from __future__ import annotations

from typing import Any

import pytest

from models.actions.duty import set_duty, set_status
from tests.hub.conftest import Running, StartHub, Writer
from tests.support.city import YUCHENG, ZHANG, ask
from tests.support.hub_client import HubClient

BOARD = f"board:{YUCHENG}"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Nothing here depends on the kind of database."""
    return sqlite_url


async def come(hub: Running, client: HubClient, since: tuple[int, str] | None = None) -> dict[str, Any]:
    """Subscribes; the result."""
    await client.connect(hub.token("wall:1", BOARD))
    return await client.subscribe(BOARD, since)


def waiting(pub: dict[str, Any]) -> int:
    return int(pub["data"]["statuses"]["waiting"])


async def test_a_wall_reads_figures_at_once_and_again_when_something_happened(
    hub: Running, writer: Writer
) -> None:
    async with hub.client() as wall, hub.client() as second:
        result = await come(hub, wall)
        assert (result["positioned"], result["recoverable"], result["offset"]) == (True, True, 1)
        assert [waiting(pub) for pub in result["publications"]] == [0]
        nothing = {"count": 0, "n": 0, "share": None}
        shares = {"days": 30, "window_days": 90, "repeat": nothing, "left": nothing}
        assert result["publications"][0]["data"]["vehicles"] == shares, "with their n, as the newest"
        await ask(writer.store)
        await writer.ring(*writer.rung())
        pub = await wall.publication(BOARD)
        assert (waiting(pub), pub["offset"]) == (1, 2)
        # The latest value, without asking the database again.
        assert [waiting(pub) for pub in (await come(hub, second))["publications"]] == [1]
        await wall.nothing_came()


async def test_whoever_has_the_newest_is_told_nothing_and_whoever_has_not_gets_only_that(
    hub: Running, writer: Writer
) -> None:
    async with hub.client() as wall:
        result = await come(hub, wall)
        epoch = result["epoch"]
        for expected, car in ((1, "one"), (2, "two")):
            await ask(writer.store, car)
            await writer.ring(*writer.rung())
            assert waiting(await wall.publication(BOARD)) == expected
        for since, missed in (((3, epoch), []), ((1, epoch), [2]), ((3, "another hub's"), [2])):
            async with hub.client() as late:
                result = await come(hub, late, since)
                assert (result["was_recovering"], result["recovered"], result["offset"]) == (True, True, 3)
                assert [waiting(pub) for pub in result["publications"]] == missed


async def test_figures_that_nobody_watched_for_a_while_are_not_shown_as_new(
    hub: Running, writer: Writer
) -> None:
    async with hub.client() as wall:
        await come(hub, wall)
        await wall.ask(unsubscribe={"channel": BOARD})
        await ask(writer.store)
        await writer.ring(*writer.rung())
        hub.hub.boards._boards[YUCHENG].computed_at -= 2  # the time in which they are new enough
        await wall.nothing_came()
        result = await wall.subscribe(BOARD)
        assert [waiting(pub) for pub in result["publications"]] == [1]


async def test_a_wall_that_moves_to_another_hub_gets_the_newest(
    hub: Running, start_hub: StartHub, writer: Writer
) -> None:
    async with hub.client() as wall:
        result = await come(hub, wall)
    async with start_hub() as (other, url):
        there = Running(other, url, hub.settings, hub.clock)
        async with there.client() as wall:
            again = await come(there, wall, (result["offset"], result["epoch"]))
            assert again["recovered"] is True
            assert [waiting(pub) for pub in again["publications"]] == [0]


async def test_going_on_duty_changes_the_figures(hub: Running, writer: Writer) -> None:
    async with hub.client() as wall:
        (first,) = (await come(hub, wall))["publications"]
        assert first["data"]["on_duty"] == []
        await set_duty(writer.store, ZHANG, True, YUCHENG)
        await writer.ring(*writer.rung())
        (officer,) = (await wall.publication(BOARD))["data"]["on_duty"]
        assert officer["officer"] == ZHANG.service_number


async def test_a_break_changes_the_figures_and_no_feed(hub: Running, writer: Writer) -> None:
    async with hub.client() as wall:
        await set_duty(writer.store, ZHANG, True, YUCHENG)
        await writer.ring(*writer.rung())
        (first,) = (await come(hub, wall))["publications"]
        assert [one["status"] for one in first["data"]["on_duty"]] == ["available"]
        await set_status(writer.store, ZHANG, "break")
        (told,) = writer.rung()
        assert told.district == "control"
        await writer.ring(told)
        (officer,) = (await wall.publication(BOARD))["data"]["on_duty"]
        assert officer["status"] == "break"


async def test_many_events_are_one_new_board(hub: Running, writer: Writer) -> None:
    async with hub.client() as wall:
        await come(hub, wall)
        for car in ("one", "two", "three"):
            await ask(writer.store, car)
        await writer.ring(*writer.rung())
        assert waiting(await wall.publication(BOARD)) == 3
        await wall.nothing_came()
