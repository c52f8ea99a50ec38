"""Readers that are too slow: cut off within a bound of bytes and a bound of time, and whole again afterwards."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from hub.frames import TEXT
from hub.server import running
from hub.transport import STUCK_VISITS, Socket
from models.clock import SystemClock
from models.settings import Settings
from tests.hub.conftest import Running, Writer
from tests.support.city import YUCHENG
from tests.support.raw_client import RawClient, frame, raw_client

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
        yield Running(hub, f"ws://127.0.0.1:{port}/connection/websocket", settings, SystemClock())


async def subscribed(client: RawClient, hub: Running, **since: object) -> None:
    """Connects and subscribes, and reads nothing beyond the two answers, or the beginning of a replay."""
    await client.upgrade()
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


def port_of(hub: Running) -> int:
    return int(hub.url.split(":")[2].split("/")[0])


def slow_end(hub: Running) -> Socket | None:
    """The hub's end of the slow reader's connection; None when it was cut off."""
    sockets = hub.hub.switchboard.subjects.of("officer:slow")
    return sockets[0] if sockets else None


def waiting(socket: Socket) -> int:
    assert socket._transport is not None
    return socket._transport.get_write_buffer_size()


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
        while (socket := slow_end(hub)) is not None:
            await writer.ring(*await writer.happen(count=20, size=2_000))
            for _ in range(20):
                sent = (await quick.publication(CHANNEL))["offset"]
            most = max(most, waiting(socket))
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
        socket = slow_end(hub)
        assert socket is not None
        sent = 0
        while not waiting(socket):
            await writer.ring(*await writer.happen(size=20_000))
            sent = (await quick.publication(CHANNEL))["offset"]
        for _ in range(STUCK_VISITS + 1):
            # It says that it is alive, each time; it only never reads.
            await slow.say(frame(TEXT, b"{}"))
            await quick.ask(ping={})
            await writer.ring(*await writer.happen())
            sent = (await quick.publication(CHANNEL))["offset"]
            assert slow_end(hub) is socket
            socket.connection._silent = 0  # type: ignore[union-attr]
            socket.visit(hub.clock.now().timestamp())
        assert slow_end(hub) is None
        assert await read_to_the_end(slow) == (list(range(1, sent + 1)), b"\x0b\xc0slow")


async def test_a_reader_who_gets_on_is_not_cut_however_slow_he_is(hub: Running, writer: Writer) -> None:
    await writer.happen(count=30, size=60_000)
    await hub.hub.follower.compare()
    async with raw_client(port_of(hub), buffer=4096) as slow, hub.watching(CHANNEL) as quick:
        # 1.8 MB at once, eighteen times what may wait of live events: a replay is counted apart.
        await subscribed(slow, hub, recover=True, offset=0, epoch=hub.hub.follower.epoch)
        socket = slow_end(hub)
        assert socket is not None
        before = waiting(socket)
        while before:
            while (left := waiting(socket)) >= before:
                assert await slow.hear()
                await asyncio.sleep(0)
            before = left
            socket.connection._silent = 0  # type: ignore[union-attr]
            socket.visit(hub.clock.now().timestamp())
            assert slow_end(hub) is socket
        await quick.nothing_came()
