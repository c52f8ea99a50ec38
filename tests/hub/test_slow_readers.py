"""Readers that are too slow: cut off within a bound of bytes and a bound of time, and whole again afterwards."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import chain

import pytest

from hub import outgoing
from hub.frames import TEXT
from hub.outgoing import STUCK_VISITS
from hub.server import running
from hub.transport import Socket
from models.clock import SystemClock
from models.settings import Settings
from tests.hub.conftest import Running, Writer
from tests.support.city import YUCHENG
from tests.support.raw_client import RawClient, frame, raw_client
from tests.support.waiting import until_async

CHANNEL = f"district:{YUCHENG}"
QUEUE_BYTES = 100_000


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests are about sockets."""
    return sqlite_url


@pytest.fixture
async def hub(settings: Settings, writer: Writer) -> AsyncIterator[Running]:
    # So slow a wheel comes round only when a test turns it.
    settings = replace(settings, hub_queue_bytes=QUEUE_BYTES, hub_ping_seconds=600)
    async with running(settings, SystemClock()) as (hub, port):
        hub.switchboard._next = 3_000  # and begins at the other end
        yield Running(hub, f"ws://127.0.0.1:{port}/connection/websocket", settings, SystemClock())


async def subscribed(client: RawClient, hub: Running, **since: object) -> None:
    """Connects and subscribes, and reads nothing beyond the two answers, or the beginning of a replay."""
    await client.upgrade()
    narrow(hub)
    commands = [
        {"id": 1, "connect": {"token": hub.token("officer:slow", CHANNEL)}},
        {"id": 2, "subscribe": {"channel": CHANNEL, **since}},
    ]
    await client.say(frame(TEXT, "\n".join(map(json.dumps, commands)).encode()))
    if since:
        await client.hear_until(b'"recovered":true')
        return
    answered = b""
    while b'"subscribe"' not in answered:
        answered = await client.hear_message()


def narrow(hub: Running) -> None:
    """Lets the kernel keep little of what is on its way, so that it is the hub where it waits."""
    for end in chain.from_iterable(hub.hub.switchboard._wheel):
        assert end._transport is not None
        end._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)


def port_of(hub: Running) -> int:
    return int(hub.url.split(":")[2].split("/")[0])


def slow_end(hub: Running) -> Socket | None:
    """The hub's end of the slow reader's connection; None when it was cut off."""
    sockets = hub.hub.switchboard.subjects.of("officer:slow")
    return sockets[0] if sockets else None


def waiting(end: Socket) -> int:
    assert end._transport is not None
    return end._transport.get_write_buffer_size()


async def read_to_the_end(client: RawClient) -> tuple[list[int], bytes]:
    """The offsets of all publications that still come, and the hub's last word."""
    seen = []
    while not (payload := await client.hear_message()).startswith(b"\x0b"):
        pushes = [json.loads(line)["push"] for line in payload.splitlines() if line != b"{}"]
        seen += [push["pub"]["offset"] for push in pushes]
    return seen, payload


async def test_a_reader_that_stopped_is_cut_within_the_bound_and_then_misses_nothing(
    hub: Running, writer: Writer
) -> None:
    async with raw_client(port_of(hub), buffer=4096) as slow, hub.watching(CHANNEL) as quick:
        await subscribed(slow, hub)
        sent = most = 0
        while (end := slow_end(hub)) is not None:
            await writer.ring(*await writer.happen(count=20, size=2_000))
            for _ in range(20):
                sent = (await quick.publication(CHANNEL))["offset"]
            most = max(most, waiting(end))
        await writer.ring(*await writer.happen(count=5))
        for _ in range(5):
            sent = (await quick.publication(CHANNEL))["offset"]
        assert most <= QUEUE_BYTES + 20 * 2_500  # what one turn of the loop brings comes on top
        seen, last_word = await read_to_the_end(slow)
        assert last_word == b"\x0b\xc0slow"
        assert seen == list(range(1, len(seen) + 1))
        assert len(seen) < sent
    async with hub.client() as back:
        await back.connect(hub.token("officer:slow", CHANNEL))
        result = await back.subscribe(CHANNEL, since=(len(seen), hub.hub.follower.epoch))
        seen += [pub["offset"] for pub in result["publications"]]
        await writer.ring(*await writer.happen())
        seen.append((await back.publication(CHANNEL))["offset"])
        assert seen == list(range(1, sent + 2))


async def test_a_reader_that_stopped_with_little_waiting_is_cut_in_time(hub: Running, writer: Writer) -> None:
    async with raw_client(port_of(hub), buffer=4096) as slow, hub.watching(CHANNEL) as quick:
        await subscribed(slow, hub)
        end = slow_end(hub)
        assert end is not None
        sent = 0
        while not waiting(end):
            await writer.ring(*await writer.happen(size=20_000))
            sent = (await quick.publication(CHANNEL))["offset"]
        visits = 0
        while slow_end(hub) is end:
            # It says that it is alive, each time; it only never reads.
            await slow.say(frame(TEXT, b"{}"))
            await quick.ask(ping={})
            await writer.ring(*await writer.happen())
            sent = (await quick.publication(CHANNEL))["offset"]
            end.connection._silent = 0  # type: ignore[union-attr]
            end.visit(hub.clock.now().timestamp())
            visits += 1
        # The kernel may still have taken something at the first ones.
        assert STUCK_VISITS < visits < 3 * STUCK_VISITS
        assert await read_to_the_end(slow) == (list(range(1, sent + 1)), b"\x0b\xc0slow")


async def test_a_reader_who_gets_on_is_not_cut_however_slow_he_is(hub: Running, writer: Writer) -> None:
    await writer.happen(count=30, size=60_000)
    await hub.hub.follower.compare()
    async with raw_client(port_of(hub), buffer=4096) as slow, hub.watching(CHANNEL) as quick:
        # 1.8 MB at once, eighteen times what may wait of live events: a replay is counted apart.
        await subscribed(slow, hub, recover=True, offset=0, epoch=hub.hub.follower.epoch)
        end = slow_end(hub)
        assert end is not None
        before = waiting(end)
        assert before > QUEUE_BYTES
        while before:
            while (left := waiting(end)) >= before:
                assert await slow.hear()
                await asyncio.sleep(0)
            before = left
            end.connection._silent = 0  # type: ignore[union-attr]
            end.visit(hub.clock.now().timestamp())
            assert slow_end(hub) is end
        await quick.nothing_came()
        assert hub.hub.switchboard.replays_waiting == 0


async def test_replays_that_nobody_takes_are_bounded_in_all(
    hub: Running, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "MOST_REPLAYS_WAITING", 2_000_000)
    await writer.happen(count=30, size=60_000)
    await hub.hub.follower.compare()
    asked = {"recover": True, "offset": 0, "epoch": hub.hub.follower.epoch}
    async with (
        raw_client(port_of(hub), buffer=4096) as first,
        raw_client(port_of(hub), buffer=4096) as second,
    ):
        await subscribed(first, hub, **asked)
        assert hub.hub.switchboard.replays_waiting > 1_800_000
        # For the second there is no more room than for live events: he is sent away, to come back later.
        await subscribed(second, hub, **asked)
        assert (await second.hear_out()).endswith(b"\x88\x06\x0b\xc0slow")
        assert len(hub.hub.switchboard.subjects.of("officer:slow")) == 1

    async def given_back() -> bool:
        return hub.hub.switchboard.replays_waiting == 0

    await until_async(given_back, "the hub to notice that both are gone")
