"""The official Python client of the protocol, unmodified, against our hub."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from centrifuge import (
    Client,
    ClientEventHandler,
    DisconnectedContext,
    PublicationContext,
    ReplyError,
    StreamPosition,
    SubscribedContext,
    SubscriptionEventHandler,
    UnsubscribedContext,
)

from hub import codes
from models.clock import Clock
from models.queries.board import board
from models.settings import Settings
from tests.hub.conftest import Running, StartHub, Writer
from tests.support.city import YUCHENG, ZHANG

CHANNEL = f"district:{YUCHENG}"
PATIENCE_SECONDS = 10


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Nothing here depends on the kind of database."""
    return sqlite_url


class Heard(SubscriptionEventHandler):  # type: ignore[misc]  # the package has no types
    """What a subscription was told."""

    def __init__(self) -> None:
        self.subscribed: asyncio.Queue[SubscribedContext] = asyncio.Queue()
        self.publications: asyncio.Queue[PublicationContext] = asyncio.Queue()
        self.unsubscribed: asyncio.Queue[UnsubscribedContext] = asyncio.Queue()

    async def on_subscribed(self, ctx: SubscribedContext) -> None:
        self.subscribed.put_nowait(ctx)

    async def on_publication(self, ctx: PublicationContext) -> None:
        self.publications.put_nowait(ctx)

    async def on_unsubscribed(self, ctx: UnsubscribedContext) -> None:
        self.unsubscribed.put_nowait(ctx)

    async def offsets(self, count: int) -> list[int]:
        return [(await next_of(self.publications)).pub.offset for _ in range(count)]


class Ended(ClientEventHandler):  # type: ignore[misc]
    """Whether the client gave up for good."""

    def __init__(self) -> None:
        self.disconnected: asyncio.Queue[DisconnectedContext] = asyncio.Queue()

    async def on_disconnected(self, ctx: DisconnectedContext) -> None:
        self.disconnected.put_nowait(ctx)


async def next_of(queue: asyncio.Queue[Any]) -> Any:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await queue.get()


def make(hub: Running, token: str, **more: Any) -> Client:
    return Client(hub.url, token=token, min_reconnect_delay=0.05, max_server_ping_delay=3.0, **more)


async def listening(client: Client) -> Heard:
    """Connects and subscribes."""
    heard = Heard()
    subscription = client.new_subscription(CHANNEL, heard)
    await client.connect()
    await subscription.subscribe()
    await next_of(heard.subscribed)
    return heard


async def test_it_connects_subscribes_and_hears(hub: Running, writer: Writer) -> None:
    client = make(hub, hub.token("wall:1", CHANNEL))
    heard = await listening(client)
    await writer.ring(*await writer.happen(count=3))
    assert await heard.offsets(3) == [1, 2, 3]
    await client.disconnect()


async def test_it_resumes_after_a_cut_without_a_hole(hub: Running, writer: Writer) -> None:
    client = make(hub, hub.token("wall:1", CHANNEL))
    heard = await listening(client)
    await writer.ring(*await writer.happen(count=2))
    assert await heard.offsets(2) == [1, 2]
    for socket in hub.hub.switchboard.subjects.of("wall:1"):
        socket.abort()
    await writer.ring(*await writer.happen(count=3))
    again = await next_of(heard.subscribed)
    assert (again.was_recovering, again.recovered) == (True, True)
    await writer.ring(*await writer.happen())
    assert await heard.offsets(4) == [3, 4, 5, 6]
    await client.disconnect()


async def test_it_begins_where_the_snapshot_stands_and_loads_it_anew_when_it_must(
    hub: Running, writer: Writer
) -> None:
    await writer.ring(*await writer.happen(count=4))
    asked = 0

    async def get_state(_channel: str) -> StreamPosition:
        nonlocal asked
        asked += 1
        if asked == 1:
            return StreamPosition(offset=2, epoch="of yesterday")
        snapshot = await board(writer.store, YUCHENG)
        return StreamPosition(offset=snapshot["offset"] - 1, epoch=snapshot["epoch"])

    client = make(hub, hub.token("wall:1", CHANNEL))
    heard = Heard()
    subscription = client.new_subscription(CHANNEL, heard, get_state=get_state)
    await client.connect()
    await subscription.subscribe()
    assert (await next_of(heard.subscribed)).recovered is True
    assert asked == 2
    assert await heard.offsets(1) == [4]
    await client.disconnect()


async def test_it_moves_to_another_hub_when_one_stops(
    start_hub: StartHub, hub: Running, writer: Writer
) -> None:
    async with start_hub() as (_, url):
        client = Client(url, token=hub.token("wall:1", CHANNEL), min_reconnect_delay=0.05)
        heard = await listening(client)
        await writer.ring(*await writer.happen())
        assert await heard.offsets(1) == [1]
        client._address = hub.url  # where the shared port would lead
    await writer.ring(*await writer.happen())
    assert await heard.offsets(1) == [2]
    await client.disconnect()


async def test_it_renews_its_token(hub: Running, writer: Writer) -> None:
    renewed = asyncio.Event()

    async def get_token() -> str:
        renewed.set()
        return hub.token("wall:1", CHANNEL)

    client = make(hub, hub.token("wall:1", CHANNEL, seconds=1), get_token=get_token)
    heard = await listening(client)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await renewed.wait()
    await writer.ring(*await writer.happen())
    assert await heard.offsets(1) == [1]
    assert heard.subscribed.empty()
    await client.disconnect()


async def test_it_stays_away_when_it_was_revoked(hub: Running, writer: Writer) -> None:
    ended = Ended()
    client = make(hub, hub.token(ZHANG.subject, CHANNEL, age=2), events=ended)
    await client.connect()
    await client.ready()
    await writer.ring(*await writer.order("revoked", ZHANG.subject))
    assert (await next_of(ended.disconnected)).code == codes.REVOKED.code


async def test_it_leaves_the_district_at_the_end_of_the_shift(hub: Running, writer: Writer) -> None:
    client = make(hub, hub.token(ZHANG.subject, CHANNEL, age=2))
    heard = await listening(client)
    await writer.ring(*await writer.order("off_duty", ZHANG.subject, YUCHENG))
    assert (await next_of(heard.unsubscribed)).code == codes.OFF_DUTY.code
    await client.disconnect()


async def test_it_resumes_after_a_day(
    start_hub: StartHub, settings: Settings, writer: Writer, clock: Clock
) -> None:
    entries = await writer.happen(count=300, age=timedelta(days=1))
    async with start_hub() as hub_and_url:
        hub = Running(*hub_and_url, settings, clock)
        client = make(hub, hub.token("wall:1", CHANNEL))
        heard = Heard()

        async def get_state(_channel: str) -> StreamPosition:
            return StreamPosition(offset=100, epoch=entries[0].epoch)

        subscription = client.new_subscription(CHANNEL, heard, get_state=get_state)
        await client.connect()
        await subscription.subscribe()
        again = await next_of(heard.subscribed)
        assert (again.was_recovering, again.recovered) == (True, True)
        await writer.ring(*await writer.happen())
        assert await heard.offsets(201) == list(range(101, 302))
        await client.disconnect()


async def test_it_brings_a_subscription_token(hub: Running, writer: Writer) -> None:
    async def get_token(channel: str) -> str:
        return hub.minted(sub="somebody", channel=channel)

    client = make(hub, hub.minted(sub="somebody"))
    heard = Heard()
    subscription = client.new_subscription(CHANNEL, heard, get_token=get_token)
    await client.connect()
    await subscription.subscribe()
    await next_of(heard.subscribed)
    await writer.ring(*await writer.happen())
    assert await heard.offsets(1) == [1]
    await client.disconnect()


async def test_it_pages_through_history_and_asks_who_is_there(hub: Running, writer: Writer) -> None:
    await writer.ring(*await writer.happen(count=5))
    client = make(hub, hub.token("officer:chief", CHANNEL, watched=[CHANNEL]))
    await listening(client)
    subscription = client.get_subscription(CHANNEL)
    page = await subscription.history(limit=2, reverse=True)
    assert [one.offset for one in page.publications] == [5, 4]
    (here,) = (await subscription.presence()).clients.values()
    assert here.user == "officer"
    assert (await subscription.presence_stats()).num_users == 1
    with pytest.raises(ReplyError) as refused:
        await subscription.publish(data={"a": 1})
    assert refused.value.code == codes.PERMISSION_DENIED.code
    await client.disconnect()
