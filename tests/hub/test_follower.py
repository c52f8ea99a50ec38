"""Following the log under every fault of the doorbell: each entry once, in order, at every client."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, update

from hub import follower as follower_module
from models.actions.cities import import_city
from models.city.bundle import read
from models.feed.append import Pending
from models.feed.channels import publication
from models.queries.log import positions_of
from models.tables import epochs, events, heads, incidents
from tests.hub.conftest import Running, StartHub, Writer
from tests.support.city import MINGSHAN, YUCHENG, ask
from tests.support.hub_client import HubClient
from tests.support.tampering import unguard

CHANNEL = f"district:{YUCHENG}"


async def offsets(client: HubClient, count: int) -> list[int]:
    return [(await client.publication(CHANNEL))["offset"] for _ in range(count)]


async def test_a_doorbell_that_was_lost_is_found_by_comparing_heads(hub: Running, writer: Writer) -> None:
    async with hub.watching(CHANNEL) as client:
        (entry,) = await writer.happen()
        pub = await client.publication(CHANNEL)
        assert pub == {"data": json.loads(entry.data), "offset": 1}


async def test_a_doorbell_that_rings_twice_is_heard_once(hub: Running, writer: Writer) -> None:
    async with hub.watching(CHANNEL) as client:
        first = await writer.happen()
        await writer.ring(*first, *first)
        await writer.ring(*first)
        await writer.ring(*await writer.happen())
        assert await offsets(client, 2) == [1, 2]
        await client.nothing_came()


async def test_doorbells_out_of_order_are_put_in_order(hub: Running, writer: Writer) -> None:
    async with hub.watching(CHANNEL) as client:
        entries = await writer.happen(count=5)
        for at in (4, 2, 0, 3, 1):
            await writer.ring(entries[at])
        assert await offsets(client, 5) == [1, 2, 3, 4, 5]
        await client.nothing_came()


async def test_a_hole_between_doorbells_is_read_from_the_log(hub: Running, writer: Writer) -> None:
    async with hub.watching(CHANNEL) as client:
        entries = await writer.happen(count=5)
        await writer.ring(entries[4])
        assert await offsets(client, 5) == [1, 2, 3, 4, 5]


async def test_redis_says_nonsense_and_the_hub_listens_on(hub: Running, writer: Writer) -> None:
    async with hub.watching(CHANNEL) as client:
        for message in (b"", b"nonsense", b"[1]", b"[[1,2,3]]"):
            await writer.redis.publish("wufen:doorbell", message)
            await writer.redis.publish("wufen:positions", message)
            await writer.redis.publish("wufen:hubs", message)
        await writer.ring(*await writer.happen())
        assert await offsets(client, 1) == [1]


async def test_redis_loses_its_listeners_and_nothing_is_lost(hub: Running, writer: Writer) -> None:
    async with hub.watching(CHANNEL) as client:
        await writer.ring(*await writer.happen())
        await writer.redis.client_kill_filter(_type="pubsub")
        await writer.ring(*await writer.happen())
        await writer.redis.flushall()
        await writer.happen()
        assert await offsets(client, 3) == [1, 2, 3]
        await client.nothing_came()


async def test_more_than_a_page_is_caught_up_in_order(hub: Running, writer: Writer) -> None:
    async with hub.watching(CHANNEL) as client:
        await writer.happen(count=1_200)
        assert await offsets(client, 1_200) == list(range(1, 1_201))


async def test_a_district_that_nobody_watches_is_followed_too(hub: Running, writer: Writer) -> None:
    await writer.happen(MINGSHAN, count=3)
    await hub.hub.follower.compare()
    assert hub.hub.follower.known(MINGSHAN) == 3


async def test_a_district_that_came_while_the_hub_ran_is_followed_from_its_first_entry(
    hub: Running, writer: Writer
) -> None:
    bundle = read((Path(__file__).parents[2] / "docs/cities/dechang.yaml").read_bytes())
    async with writer.store.database.write() as connection:
        await import_city(connection, writer.store.ids, writer.store.clock.now(), bundle)
    await hub.hub.follower.compare()
    async with hub.watching("district:513424") as client:
        (entry,) = await writer.happen("513424")
        assert await client.publication("district:513424") == {"data": json.loads(entry.data), "offset": 1}


async def test_a_head_that_was_announced_while_heads_were_read_is_no_other_log(
    hub: Running, writer: Writer
) -> None:
    async with hub.watching(CHANNEL) as client:
        for _ in range(30):
            # The comparison's snapshot is older than the doorbell that is heard meanwhile.
            await writer.ring(*await writer.happen())
            await hub.hub.follower.compare()
        assert await offsets(client, 30) == list(range(1, 31))
        await client.nothing_came()


async def test_another_epoch_sends_everybody_back_for_a_new_start(hub: Running, writer: Writer) -> None:
    async with hub.watching(CHANNEL) as client, hub.watching(f"positions:{YUCHENG}") as other:
        await writer.ring(*await writer.happen(count=2))
        assert await offsets(client, 2) == [1, 2]
        old = hub.hub.follower.epoch
        async with writer.store.database.write() as connection:
            values = {"number": 2, "epoch": "restored", "began_at": hub.clock.now()}
            await connection.execute(insert(epochs).values(values))
        ended = await client.push()
        assert ended == {
            "channel": CHANNEL,
            "unsubscribe": {"code": 2500, "reason": "insufficient state"},
        }
        again = await client.subscribe(CHANNEL, since=(2, old))
        assert again["epoch"] == "restored"
        assert "recovered" not in again
        # What has no position has lost none.
        await other.nothing_came()


async def test_a_head_below_our_own_is_another_log(hub: Running, writer: Writer) -> None:
    async with hub.watching(CHANNEL) as client:
        await writer.ring(*await writer.happen(count=5))
        assert await offsets(client, 5) == [1, 2, 3, 4, 5]
        # A backup of an hour ago, restored by somebody who forgot the epoch.
        async with writer.store.database.write() as connection:
            await unguard(connection, "events")
            await connection.execute(delete(events).where(events.c.offset > 2))
            await connection.execute(update(heads).where(heads.c.district == YUCHENG).values(head=2))
        assert (await client.push())["unsubscribe"]["code"] == 2500
        again = await client.subscribe(CHANNEL)
        assert again["offset"] == 2
        await writer.ring(*await writer.happen())
        assert await offsets(client, 1) == [3]


async def test_a_subscriber_who_comes_in_the_middle_of_traffic_misses_nothing(
    hub: Running, writer: Writer
) -> None:
    epoch = hub.hub.follower.epoch
    await writer.ring(*await writer.happen(count=20))
    async with hub.client() as client:
        await client.connect(hub.token("wall:1", CHANNEL))
        request = {"channel": CHANNEL, "recover": True, "offset": 5, "epoch": epoch}
        await client.say({"id": 99, "subscribe": request})
        for _ in range(10):
            await writer.ring(*await writer.happen())
        reply = await client._message()
        seen = [pub["offset"] for pub in reply["subscribe"]["publications"]]
        while seen[-1] < 30:
            seen.append((await client.publication(CHANNEL))["offset"])
        assert seen == list(range(6, 31))


async def test_a_database_that_does_not_answer_is_given_up_and_asked_again(
    start_hub: StartHub, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start_hub() as (hub, _):
        monkeypatch.setattr(follower_module, "GIVE_UP_SECONDS", 0.01)
        silent = asyncio.Event()
        monkeypatch.setattr(hub.follower, "_check", lambda _connection: silent.wait())
        with pytest.raises(TimeoutError):
            await hub.follower.compare()
        monkeypatch.undo()
        await writer.happen()
        await hub.follower.compare()
        assert hub.follower.known(YUCHENG) == 1


# --- whether subscribers have what the hub has


async def test_subscribers_of_a_channel_that_fell_behind_come_back_for_what_they_lack(
    hub: Running, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await ask(writer.store)
    hub.hub.arrivals.every = 1
    for channel in (CHANNEL, f"incident:{asked.id}"):
        await hub.hub.follower.compare()
        async with hub.watching(channel, "officer:051827") as client:
            await hub.hub.follower.compare()
            await client.nothing_came()
            with monkeypatch.context() as patch:
                # What the hub knows, its channels were never told.
                patch.setattr(hub.hub.channels, "publish", lambda *_: None)
                await change_of(writer, asked.id)
                await hub.hub.follower.compare()
            assert (await client.push())["unsubscribe"]["code"] == 2500
            again = await client.ask(subscribe={"channel": channel})
            assert again["subscribe"]["offset"] == await position(hub, channel)


async def change_of(writer: Writer, incident_id: str) -> None:
    """Something happens to the incident that nobody is told of."""
    async with writer.store.change() as change:
        moved = update(incidents).where(incidents.c.id == incident_id)
        moved = moved.values(feed_offset=incidents.c.feed_offset + 1)
        offset = (await change.connection.execute(moved.returning(incidents.c.feed_offset))).scalar_one()
        text = publication("answered", {"id": incident_id}, "now")
        pending = Pending(YUCHENG, "answered", change.at, text, "system", incident_id, offset)
        change.pending.append(pending)


async def position(hub: Running, channel: str) -> int:
    async with hub.hub.store.database.read() as connection:
        return (await positions_of(connection, [channel]))[channel]


async def test_the_position_of_each_channel_of_the_log(hub: Running, writer: Writer) -> None:
    asked = await ask(writer.store)
    await change_of(writer, asked.id)
    names = [CHANNEL, f"incident:{asked.id}", "officer:051827", "incident:none", f"board:{YUCHENG}"]
    async with hub.hub.store.database.read() as connection:
        found = await positions_of(connection, names)
    assert found == {CHANNEL: 2, f"incident:{asked.id}": 2, "officer:051827": 0}
