"""Channels that the token names, and channels that a subscription token opens, on real sockets."""

from __future__ import annotations

import json

import pytest

from tests.hub.conftest import Running, Writer
from tests.support.city import YUCHENG, ZHANG

CHANNEL = f"district:{YUCHENG}"
BOARD = f"board:{YUCHENG}"
OFFICER = f"officer:{ZHANG.id}"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Nothing here depends on the kind of database."""
    return sqlite_url


async def test_a_token_with_documented_claims_only_is_served_its_channels(
    hub: Running, writer: Writer
) -> None:
    await writer.ring(*await writer.happen(count=2))
    token = hub.minted(sub="somebody", channels=[CHANNEL], subs={OFFICER: {"data": {"hello": 1}}})
    async with hub.client() as client:
        result = await client.connect(token)
        epoch = hub.hub.follower.epoch
        assert result["subs"] == {
            CHANNEL: {"recoverable": True, "positioned": True, "epoch": epoch, "offset": 2},
            OFFICER: {
                "recoverable": True,
                "positioned": True,
                "epoch": epoch,
                "offset": 0,
                "data": {"hello": 1},
            },
        }
        await writer.ring(*await writer.happen())
        assert (await client.publication(CHANNEL))["offset"] == 3


async def test_it_recovers_what_it_missed_in_the_reply_to_connect(hub: Running, writer: Writer) -> None:
    await writer.ring(*await writer.happen(count=3))
    had = {CHANNEL: {"recover": True, "offset": 1, "epoch": hub.hub.follower.epoch}}
    async with hub.client() as client:
        token = hub.minted(sub="somebody", channels=[CHANNEL])
        result = (await client.ask(connect={"token": token, "subs": had}))["connect"]["subs"][CHANNEL]
        assert (result["was_recovering"], result["recovered"]) == (True, True)
        assert [pub["offset"] for pub in result["publications"]] == [2, 3]


async def test_nothing_comes_before_the_reply_to_connect_and_nothing_is_lost_behind_it(
    hub: Running, writer: Writer
) -> None:
    entries = await writer.happen(count=3)
    # The officer's position has to be read from the database; meanwhile the district is live already.
    token = hub.minted(sub="somebody", channels=[CHANNEL, OFFICER])
    async with hub.client() as client:
        await client.say({"id": 1, "connect": {"token": token}}, {"id": 2, "ping": {}})
        for entry in entries:
            hub.hub.follower.hear([entry])
        first = await client._message()
        assert list(first) == ["id", "connect"]
        start = first["connect"]["subs"][CHANNEL]["offset"]
        assert await client._message() == {"id": 2, "ping": {}}
        offsets = [(await client.publication(CHANNEL))["offset"] for _ in range(3 - start)]
        assert offsets == list(range(start + 1, 4))


async def test_a_channel_that_does_not_exist_ends_the_connection(hub: Running) -> None:
    for channels in (["news"], ["incident:never"]):
        async with hub.client() as client:
            await client.say({"id": 1, "connect": {"token": hub.minted(sub="x", channels=channels)}})
            assert await client.closed() == (3507, "permission denied")


async def test_a_subscription_token_opens_its_channel_and_no_other(hub: Running, writer: Writer) -> None:
    async with hub.client() as client:
        await client.connect(hub.minted(sub="somebody"))
        refused = await client.ask(subscribe={"channel": CHANNEL})
        assert refused["error"]["code"] == 103
        token = hub.minted(sub="somebody", channel=CHANNEL)
        other = await client.ask(subscribe={"channel": f"district:{YUCHENG[:-1]}9", "token": token})
        assert other["error"]["code"] == 103
        result = await client.subscribe(CHANNEL, token=token)
        assert result["expires"] is True
        assert 590 <= result["ttl"] <= 600
        renewed = await client.ask(sub_refresh={"channel": CHANNEL, "token": token})
        assert renewed["sub_refresh"]["expires"] is True
        (entry,) = await writer.happen()
        await writer.ring(entry)
        assert (await client.publication(CHANNEL))["data"] == json.loads(entry.data)


async def test_a_revocation_reaches_whoever_came_with_a_token_of_another_issuer(
    hub: Running, writer: Writer
) -> None:
    async with hub.client() as client:
        await client.connect(hub.minted(sub=ZHANG.subject, channels=[CHANNEL]))
        await writer.ring(*await writer.order("revoked", ZHANG.subject))
        assert (await client.closed())[0] == 3503
    async with hub.client() as client:
        await client.say({"id": 1, "connect": {"token": hub.minted(sub=ZHANG.subject)}})
        assert (await client.closed())[0] == 3500
