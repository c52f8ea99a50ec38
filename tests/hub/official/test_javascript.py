"""The official JavaScript client of the protocol, unmodified, against our hub."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.server import running
from models.clock import Clock
from models.settings import Settings
from models.tokens import subscription_token
from tests.hub.conftest import Running, StartHub, Writer
from tests.hub.official.javascript import javascript
from tests.support.city import YUCHENG, ZHANG

CHANNEL = f"district:{YUCHENG}"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Nothing here depends on the kind of database."""
    return sqlite_url


def cut(hub: Running, subject: str) -> None:
    """The line breaks without a word."""
    for socket in hub.hub.switchboard.subjects.of(subject):
        socket.abort()


async def test_it_connects_subscribes_and_hears(hub: Running, writer: Writer) -> None:
    async with javascript() as client:
        await client.open(hub.url, hub.token("wall:1", CHANNEL))
        subscribed = await client.subscribe(CHANNEL)
        assert (subscribed["positioned"], subscribed["recoverable"]) == (True, True)
        await writer.ring(*await writer.happen(count=3))
        assert await client.offsets(3) == [1, 2, 3]
        await client.do("unsubscribe", channel=CHANNEL)
        assert (await client.next("unsubscribed"))["code"] == 0
        await client.do("disconnect")
        assert (await client.next("disconnected"))["code"] == 0


async def test_it_offers_deltas_and_is_served_whole_publications(hub: Running, writer: Writer) -> None:
    async with javascript() as client:
        await client.open(hub.url, hub.token("wall:1", CHANNEL))
        await client.subscribe(CHANNEL, delta="fossil")
        entries = await writer.happen(count=2)
        await writer.ring(*entries)
        assert [(await client.next("publication"))["data"] for _ in entries] == [
            json.loads(entry.data) for entry in entries
        ]


async def test_it_renews_its_token_and_stays_connected(hub: Running, writer: Writer) -> None:
    async with javascript() as client:
        await client.open(hub.url, hub.token("wall:1", CHANNEL, seconds=2), renew=True)
        await client.subscribe(CHANNEL)
        await client.next("token wanted")
        await client.do("bring", what="token wanted", value=hub.token("wall:1", CHANNEL))
        answer = await client.ask("history", CHANNEL, {"limit": 0})
        assert answer["value"]["offset"] == 0
        await writer.ring(*await writer.happen())
        assert await client.offsets(1) == [1]
        (socket,) = hub.hub.switchboard.subjects.of("wall:1")
        assert socket.connection is not None
        assert socket.connection.bearer.expires_at > hub.clock.now().timestamp() + 500


async def test_an_expired_token_makes_it_bring_another(hub: Running) -> None:
    async with javascript() as client:
        old = hub.token("wall:1", CHANNEL, age=700, seconds=600)
        await client.do("open", url=hub.url, options={"token": old, "renew": True})
        assert (await client.next("error"))["error"]["code"] == 109
        await client.next("token wanted")
        await client.do("bring", what="token wanted", value=hub.token("wall:1", CHANNEL))
        await client.next("connected")


async def test_it_recovers_after_a_cut_without_a_hole(hub: Running, writer: Writer) -> None:
    async with javascript() as client:
        await client.open(hub.url, hub.token("wall:1", CHANNEL))
        await client.subscribe(CHANNEL)
        await writer.ring(*await writer.happen(count=2))
        assert await client.offsets(2) == [1, 2]
        cut(hub, "wall:1")
        await writer.ring(*await writer.happen(count=3))
        again = await client.next("subscribed")
        assert (again["wasRecovering"], again["recovered"]) == (True, True)
        await writer.ring(*await writer.happen())
        assert await client.offsets(4) == [3, 4, 5, 6]


async def test_it_recovers_after_a_day(
    start_hub: StartHub, settings: Settings, writer: Writer, clock: Clock
) -> None:
    entries = await writer.happen(count=300, age=timedelta(days=1))
    async with start_hub() as hub_and_url, javascript() as client:
        hub = Running(*hub_and_url, settings, clock)
        await client.open(hub.url, hub.token("wall:1", CHANNEL))
        again = await client.subscribe(CHANNEL, since={"offset": 100, "epoch": entries[0].epoch})
        assert (again["wasRecovering"], again["recovered"]) == (True, True)
        await writer.ring(*await writer.happen(count=2))
        assert await client.offsets(202) == list(range(101, 303))


async def test_from_an_unrecoverable_position_it_loads_its_state_anew(hub: Running, writer: Writer) -> None:
    (entry, *_) = entries = await writer.happen(count=4)
    await writer.ring(*entries)
    async with javascript() as client:
        await client.open(hub.url, hub.token("wall:1", CHANNEL))
        await client.do("subscribe", channel=CHANNEL, options={"stateful": True})
        await client.next("state wanted")
        old = {"offset": 2, "epoch": "of yesterday"}
        await client.do("bring", what="state wanted", value=old)
        await client.next("state wanted")
        await client.do("bring", what="state wanted", value={"offset": 3, "epoch": entry.epoch})
        assert (await client.next("subscribed"))["recovered"] is True
        assert await client.offsets(1) == [4]


async def test_without_a_state_to_load_it_is_told_that_it_missed_something(
    hub: Running, writer: Writer
) -> None:
    await writer.ring(*await writer.happen(count=4))
    async with javascript() as client:
        await client.open(hub.url, hub.token("wall:1", CHANNEL))
        again = await client.subscribe(CHANNEL, since={"offset": 2, "epoch": "of yesterday"})
        assert (again["wasRecovering"], again["recovered"]) == (True, False)


async def test_it_stays_away_when_it_was_revoked(hub: Running, writer: Writer) -> None:
    async with javascript() as client:
        await client.open(hub.url, hub.token(ZHANG.subject, CHANNEL, age=2))
        await writer.ring(*await writer.order("revoked", ZHANG.subject))
        assert (await client.next("disconnected"))["code"] == 3503


async def test_it_moves_to_another_hub_on_the_port_when_one_stops_and_misses_nothing(
    settings: Settings, writer: Writer, clock: Clock
) -> None:
    async with AsyncExitStack() as others, javascript() as client:
        async with running(settings, clock) as hub_and_port:
            settings = replace(settings, hub_port=hub_and_port[1])
            url = f"ws://127.0.0.1:{settings.hub_port}/connection/websocket"
            hub = Running(hub_and_port[0], url, settings, clock)
            await client.open(url, hub.token("wall:1", CHANNEL))
            await client.subscribe(CHANNEL)
            await others.enter_async_context(running(settings, clock))
            await writer.ring(*await writer.happen())
            assert await client.offsets(1) == [1]
            assert (await client.next("connecting"))["code"] == 0
        lost = await client.next("connecting")
        assert (lost["code"], lost["reason"]) == (3001, "shutdown")
        await writer.ring(*await writer.happen())
        assert (await client.next("subscribed"))["recovered"] is True
        assert await client.offsets(1) == [2]


async def test_it_is_served_the_channels_of_its_token_and_recovers_them(hub: Running, writer: Writer) -> None:
    async with javascript() as client:
        token = hub.minted(sub="somebody", subs={CHANNEL: {"data": {"hello": 1}}})
        await client.open(hub.url, token)
        assert (await client.next("served subscribed"))["data"] == {"hello": 1}
        await writer.ring(*await writer.happen(count=2))
        assert await client.offsets(2, "served publication") == [1, 2]
        cut(hub, "somebody")
        await writer.ring(*await writer.happen(count=2))
        again = await client.next("served subscribed")
        assert (again["wasRecovering"], again["recovered"]) == (True, True)
        assert await client.offsets(2, "served publication") == [3, 4]


async def test_it_brings_subscription_tokens_and_renews_them(hub: Running, writer: Writer) -> None:
    def token(seconds: int) -> str:
        secret = hub.settings.hub_token_secret
        return subscription_token(secret, "somebody", CHANNEL, hub.clock.now(), seconds)

    async with javascript() as client:
        await client.open(hub.url, hub.minted(sub="somebody"))
        await client.do("subscribe", channel=CHANNEL, options={"renew": True})
        await client.next("subscription token wanted")
        await client.do("bring", what="subscription token wanted", value=token(2))
        await client.next("subscribed")
        await client.next("subscription token wanted")
        await client.do("bring", what="subscription token wanted", value=token(600))
        assert (await client.ask("history", CHANNEL, {"limit": 0}))["value"]["offset"] == 0
        (socket,) = hub.hub.switchboard.subjects.of("somebody")
        assert socket.connection is not None
        expires_at = socket.connection.grants[CHANNEL].expires_at
        assert expires_at > hub.clock.now().timestamp() + 500


async def test_it_pages_through_history_and_asks_who_is_there(hub: Running, writer: Writer) -> None:
    await writer.ring(*await writer.happen(count=5))
    async with javascript() as client:
        connected = await client.open(hub.url, hub.token("officer:chief", CHANNEL, watched=[CHANNEL]))
        await client.subscribe(CHANNEL)
        page = (await client.ask("history", CHANNEL, {"limit": 2, "reverse": True}))["value"]
        assert [one["offset"] for one in page["publications"]] == [5, 4]
        since = {"offset": 4, "epoch": page["epoch"]}
        rest = (await client.ask("history", CHANNEL, {"limit": -1, "since": since, "reverse": True}))["value"]
        assert [one["offset"] for one in rest["publications"]] == [3, 2, 1]
        since["epoch"] = "another"
        assert (await client.ask("history", CHANNEL, {"limit": 1, "since": since}))["error"]["code"] == 112
        here = (await client.ask("presence", CHANNEL))["value"]["clients"]
        assert here[connected["client"]]["user"] == "officer"
        assert (await client.ask("presenceStats", CHANNEL))["value"] == {"numClients": 1, "numUsers": 1}
        assert (await client.ask("publish", CHANNEL, {"a": 1}))["error"]["code"] == 103
        assert (await client.ask("rpc", "dance", {}))["error"]["code"] == 104


async def test_strangers_talk_in_test_mode(settings: Settings, writer: Writer, clock: Clock) -> None:
    async with running(replace(settings, hub_test_mode=True), clock) as (_, port):
        url = f"ws://127.0.0.1:{port}/connection/websocket"
        async with javascript() as one, javascript() as two:
            first = await one.open(url)
            await two.open(url)
            await one.subscribe("news", joinLeave=True)
            assert (await one.next("join"))["info"]["client"] == first["client"]
            await two.subscribe("news")
            second = (await one.next("join"))["info"]["client"]
            await two.ask("publish", "news", {"a": 1})
            heard = await one.next("publication")
            assert (heard["data"], heard["offset"]) == ({"a": 1}, 1)
            assert first["client"] in (await two.ask("presence", "news"))["value"]["clients"]
            assert (await two.ask("history", "news", {"limit": 10}))["value"]["offset"] == 1
            await one.ask("send", {"hello": 1})
            assert (await one.next("message"))["data"] == {"hello": 1}
            await two.do("disconnect")
            assert (await one.next("leave"))["info"]["client"] == second
