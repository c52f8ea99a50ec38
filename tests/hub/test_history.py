"""The history of the log's channels, page by page, on both databases."""

from __future__ import annotations

from typing import Any

from tests.hub.conftest import Running, Writer
from tests.support.city import YUCHENG, ZHANG
from tests.support.hub_client import HubClient

CHANNEL = f"district:{YUCHENG}"


async def page(client: HubClient, **wanted: Any) -> list[int]:
    """The offsets of a page."""
    answer = (await client.ask(history={"channel": CHANNEL, **wanted}))["history"]
    return [pub["offset"] for pub in answer.get("publications", [])]


async def test_history_is_read_in_both_directions(hub: Running, writer: Writer) -> None:
    await writer.happen(count=5)
    async with hub.client() as client:
        await client.connect(hub.token("wall:1", CHANNEL))
        answer = (await client.ask(history={"channel": CHANNEL}))["history"]
        assert (answer["offset"], answer["publications"]) == (5, [])
        at = {"epoch": answer["epoch"]}
        assert await page(client, limit=-1) == [1, 2, 3, 4, 5]
        assert await page(client, limit=2) == [1, 2]
        assert await page(client, limit=2, reverse=True) == [5, 4]
        assert await page(client, limit=2, since={**at, "offset": 2}) == [3, 4]
        assert await page(client, limit=9, since={**at, "offset": 3}, reverse=True) == [2, 1]
        assert await page(client, limit=9, since={**at, "offset": 5}) == []


async def test_a_page_has_its_limit(hub: Running, writer: Writer) -> None:
    await writer.happen(count=201)
    async with hub.client() as client:
        await client.connect(hub.token("wall:1", CHANNEL))
        assert await page(client, limit=-1) == list(range(1, 201))
        assert await page(client, limit=1000, reverse=True) == list(range(201, 1, -1))


async def test_a_position_of_another_log_is_an_error(hub: Running, writer: Writer) -> None:
    await writer.happen()
    async with hub.client() as client:
        await client.connect(hub.token("wall:1", CHANNEL))
        since = {"offset": 0, "epoch": "of yesterday"}
        refused = await client.ask(history={"channel": CHANNEL, "limit": 1, "since": since})
        assert refused["error"]["code"] == 112


async def test_history_is_for_whoever_may_subscribe(hub: Running, writer: Writer) -> None:
    async with hub.client() as client:
        await client.connect(hub.token("participant:1", "incident:never"))
        assert (await client.ask(history={"channel": CHANNEL}))["error"]["code"] == 103
        assert (await client.ask(history={"channel": "incident:never"}))["error"]["code"] == 102
    async with hub.client() as client:
        await client.connect(hub.token(ZHANG.subject, CHANNEL))
        assert (await client.ask(history={"channel": "incident:never"}))["error"]["code"] == 103
