"""Test mode: strangers connect, and channels outside our namespaces are open to everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import jwt
import pytest

from hub.server import running
from models.clock import Clock
from models.settings import Settings
from tests.hub.conftest import Running, Writer
from tests.support.city import YUCHENG
from tests.support.hub_client import HubClient


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Nothing here depends on the kind of database."""
    return sqlite_url


@pytest.fixture
async def open_hub(settings: Settings, writer: Writer, clock: Clock) -> AsyncIterator[Running]:
    settings = replace(settings, hub_test_mode=True)
    async with running(settings, clock) as (hub, port):
        yield Running(hub, f"ws://127.0.0.1:{port}/connection/websocket", settings, clock)


async def stranger(client: HubClient) -> str:
    """Connects without a token; the client's id."""
    result = await client.connect("")
    assert "expires" not in result
    return str(result["client"])


async def test_a_stranger_publishes_and_a_stranger_hears_it_with_its_offset(open_hub: Running) -> None:
    async with open_hub.client() as one, open_hub.client() as two:
        name = await stranger(one)
        await stranger(two)
        result = await two.subscribe("news")
        assert (result["offset"], result["recoverable"], result["positioned"]) == (0, True, True)
        assert await one.ask(publish={"channel": "news", "data": {"a": 1}}) == {"id": 2, "publish": {}}
        assert await two.publication("news") == {"data": {"a": 1}, "info": {"client": name}, "offset": 1}


async def test_what_was_missed_is_recovered_from_memory(open_hub: Running) -> None:
    async with open_hub.client() as one, open_hub.client() as two:
        await stranger(one)
        name = await stranger(two)
        epoch = (await one.subscribe("chat:a"))["epoch"]
        await two.ask(publish={"channel": "chat:a", "data": 1})
        await one.publication("chat:a")
        await one.ask(unsubscribe={"channel": "chat:a"})
        await two.ask(publish={"channel": "chat:a", "data": 2})
        result = await one.subscribe("chat:a", since=(1, epoch))
        assert (result["recovered"], result["was_recovering"]) == (True, True)
        assert result["publications"] == [{"data": 2, "info": {"client": name}, "offset": 2}]
        lost = await two.subscribe("chat:a", since=(1, "another"))
        assert lost["was_recovering"] is True
        assert "recovered" not in lost


async def test_history_is_paged(open_hub: Running) -> None:
    async with open_hub.client() as client:
        await stranger(client)
        for number in range(3):
            await client.ask(publish={"channel": "news", "data": number})
        page = (await client.ask(history={"channel": "news", "limit": 2, "reverse": True}))["history"]
        assert [(one["data"], one["offset"]) for one in page["publications"]] == [(2, 3), (1, 2)]
        assert page["offset"] == 3
        since = {"offset": 2, "epoch": page["epoch"]}
        rest = (await client.ask(history={"channel": "news", "limit": -1, "since": since}))["history"]
        assert [one["offset"] for one in rest["publications"]] == [3]
        since["epoch"] = "another"
        wrong = await client.ask(history={"channel": "news", "limit": 1, "since": since})
        assert wrong["error"]["code"] == 112


async def test_presence_shows_who_is_there(open_hub: Running) -> None:
    async with open_hub.client() as one, open_hub.client() as two:
        name = await stranger(one)
        await two.connect(open_hub.token("wall:1"))
        await one.subscribe("news")
        await two.subscribe("news")
        here = (await one.ask(presence={"channel": "news"}))["presence"]["presence"]
        assert here.pop(name) == {"client": name}
        ((other, info),) = here.items()
        assert info == {"user": "wall:1", "client": other}
        stats = (await one.ask(presence_stats={"channel": "news"}))["presence_stats"]
        assert stats == {"num_clients": 2, "num_users": 2}


async def test_who_listens_hears_who_comes_and_goes(open_hub: Running) -> None:
    async with open_hub.client() as listener, open_hub.client() as deaf:
        one = await stranger(listener)
        await stranger(deaf)
        await listener.subscribe("news", join_leave=True)
        await deaf.subscribe("news")
        assert await listener.push() == {"channel": "news", "join": {"info": {"client": one}}}
        await listener.push()  # the deaf one
        async with open_hub.client() as guest:
            two = await stranger(guest)
            await guest.subscribe("news")
            assert await listener.push() == {"channel": "news", "join": {"info": {"client": two}}}
            await guest.ask(unsubscribe={"channel": "news"})
            assert await listener.push() == {"channel": "news", "leave": {"info": {"client": two}}}
            await guest.subscribe("news")
            assert "join" in await listener.push()
            guest.drop()
            assert await listener.push() == {"channel": "news", "leave": {"info": {"client": two}}}
        await deaf.nothing_came()


async def test_a_message_comes_back(open_hub: Running) -> None:
    async with open_hub.client() as client:
        await stranger(client)
        await client.say({"send": {"data": {"hello": 1}}})
        assert await client.push() == {"message": {"data": {"hello": 1}}}


async def test_tokens_without_an_end_are_good(open_hub: Running) -> None:
    issued_at = 1738078824
    secret = open_hub.settings.hub_token_secret
    async with open_hub.client() as client:
        result = await client.connect(jwt.encode({"iat": issued_at}, secret, "HS256"))
        assert "expires" not in result
        opened = jwt.encode({"iat": issued_at, "channel": "news"}, secret, "HS256")
        assert "expires" not in await client.subscribe("news", token=opened)
        assert (await client.ask(rpc={"method": "any"}))["error"]["code"] == 108


async def test_our_own_channels_stay_closed(open_hub: Running) -> None:
    async with open_hub.client() as client:
        await stranger(client)
        district = f"district:{YUCHENG}"
        for request in (
            {"subscribe": {"channel": district}},
            {"publish": {"channel": district, "data": 1}},
            {"history": {"channel": district, "limit": 1}},
        ):
            assert (await client.ask(**request))["error"]["code"] == 103


async def test_without_test_mode_strangers_and_open_channels_are_refused(hub: Running) -> None:
    async with hub.client() as client:
        await client.say({"id": 1, "connect": {}})
        assert (await client.closed())[0] == 3500
    async with hub.client() as client:
        await client.connect(hub.token("wall:1"))
        for request in (
            {"subscribe": {"channel": "news"}},
            {"publish": {"channel": "news", "data": 1}},
            {"history": {"channel": "news"}},
            {"presence": {"channel": "news"}},
        ):
            assert (await client.ask(**request))["error"]["code"] == 102
