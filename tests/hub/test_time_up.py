"""Deadlines with real hubs and a real database: every one fires, and each fires once."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from sqlalchemy import select

from hub.assembly import Hub
from models.actions.commands import act
from models.clock import SystemClock
from models.incident.commands import Cancel
from models.tables import events
from tests.hub.conftest import Running, StartHub, Writer
from tests.support.city import YUCHENG, ask
from tests.support.clock import FakeClock
from tests.support.hub_client import HubClient
from tests.support.waiting import until_async

CHANNEL = f"district:{YUCHENG}"


@pytest.fixture
def clock() -> FakeClock:
    """Deadlines are minutes away: the test turns the hands."""
    return FakeClock(SystemClock().now())


async def names_of(writer: Writer, incident_id: str) -> Counter[str]:
    async with writer.store.database.read() as connection:
        query = select(events.c.name).where(events.c.incident_id == incident_id)
        return Counter((await connection.execute(query)).scalars())


async def until(client: HubClient, event: str) -> list[str]:
    """The events of the district's channel up to and with ``event``."""
    seen: list[str] = []
    while not seen or seen[-1] != event:
        seen.append((await client.publication(CHANNEL))["data"]["event"])
    return seen


async def test_at_the_end_of_the_response_time_the_request_is_handed_over(
    hub: Running, writer: Writer, clock: FakeClock
) -> None:
    async with hub.watching(CHANNEL) as client:
        asked = await ask(writer.store)
        await writer.ring(*writer.rung())
        assert await until(client, "requested") == ["requested"]
        clock.advance(301)
        seen = await until(client, "breached")
        assert "handed_over" in seen or "handed_over" in await until(client, "handed_over")
    assert (await names_of(writer, asked.id))["breached"] == 1


async def test_two_hubs_fire_each_deadline_once(
    hub: Running, start_hub: StartHub, writer: Writer, clock: FakeClock
) -> None:
    async with start_hub() as (second, _), hub.watching(CHANNEL) as client:
        asked = [(await ask(writer.store, car)).id for car in ("one", "two", "three")]
        await writer.ring(*writer.rung())
        clock.advance(301)
        breached = 0
        while breached < 3:
            breached += (await client.publication(CHANNEL))["data"]["event"] == "breached"
        await settled(hub.hub, writer)
        await settled(second, writer)
        for incident_id in asked:
            names = await names_of(writer, incident_id)
            assert (names["breached"], names["handed_over"]) == (1, 1)


async def settled(hub: Hub, writer: Writer) -> None:
    """Until this hub has nothing more that is due."""
    async with asyncio.timeout(10):
        while hub.deadlines.due:
            await hub.follower.compare()


async def test_a_deadline_that_is_set_or_cancelled_is_so_on_every_hub(
    hub: Running, start_hub: StartHub, writer: Writer
) -> None:
    async with start_hub() as (second, _):
        asked = await ask(writer.store)
        await writer.ring(*writer.rung())
        for one in (hub.hub, second):
            await holds(one, 5)
        await act(writer.store, asked.id, Cancel(), asked.requester)
        await writer.ring(*writer.rung())
        for one in (hub.hub, second):
            await holds(one, 0)


async def holds(hub: Hub, count: int) -> None:
    """Until this hub has so many deadlines in memory."""

    async def does() -> bool:
        return len(hub.deadlines) == count

    await until_async(does, f"{count} open deadlines")


async def test_what_fell_due_while_no_hub_ran_fires_at_the_start(
    start_hub: StartHub, writer: Writer, clock: FakeClock
) -> None:
    asked = await ask(writer.store)
    clock.advance(3_600)
    async with start_hub() as (hub, _):
        async with asyncio.timeout(10):
            while (await names_of(writer, asked.id))["breached"] == 0:
                await hub.follower.compare()
        await settled(hub, writer)
    assert (await names_of(writer, asked.id))["breached"] == 1


async def test_a_closed_incident_has_no_deadlines_left_in_memory(hub: Running, writer: Writer) -> None:
    asked = await ask(writer.store)
    await hub.hub.follower.compare()
    assert len(hub.hub.deadlines) > 0
    await act(writer.store, asked.id, Cancel(), asked.requester)
    await hub.hub.follower.compare()
    assert len(hub.hub.deadlines) == 0


async def test_a_clock_that_is_set_back_fires_nothing_again_and_what_comes_then_at_its_time(
    hub: Running, writer: Writer, clock: FakeClock
) -> None:
    async with hub.watching(CHANNEL) as client:
        before = await ask(writer.store, "one")
        await writer.ring(*writer.rung())
        clock.advance(301)
        await until(client, "handed_over")
        clock.advance(-3_600)
        after = await ask(writer.store, "two")
        await writer.ring(*writer.rung())
        clock.advance(299)
        await settled(hub.hub, writer)
        assert (await names_of(writer, after.id))["handed_over"] == 0
        clock.advance(2)
        await until(client, "handed_over")
    for one in (before, after):
        assert (await names_of(writer, one.id))["handed_over"] == 1
