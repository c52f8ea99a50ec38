"""What leaves: straight to the descriptor, through the transport when the kernel takes no more, always in order."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from socket import SO_SNDBUF, SOL_SOCKET

import pytest

from models.settings import Settings
from tests.hub.conftest import Running
from tests.support.city import YUCHENG

CHANNEL = f"positions:{YUCHENG}"  # nobody else publishes there
PIECE = "x" * 20_000
COUNT = 300


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Nothing here depends on the kind of database."""
    return sqlite_url


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, hub_queue_bytes=64 * 1024 * 1024)


async def test_order_is_kept_when_the_kernel_takes_only_a_part(hub: Running) -> None:
    async with hub.watching(CHANNEL) as client:
        (socket,) = hub.hub.switchboard.subjects.of("wall:1")
        transport = socket._transport
        assert transport is not None
        # A kernel that holds little for this connection.
        transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_SNDBUF, 400_000)
        waited = []
        for number in range(COUNT):
            hub.hub.channels.publish(CHANNEL, b'{"n":%d,"pad":"%b"}' % (number, PIECE.encode()))
            # Every third is joined with the next one to a single write.
            if number % 3:
                await asyncio.sleep(0)
            waited.append(transport.get_write_buffer_size())
        arrived: list[int] = []
        while len(arrived) < COUNT:
            data = (await client.publication(CHANNEL))["data"]
            assert data["pad"] == PIECE
            arrived.append(data["n"])
        assert arrived == list(range(COUNT))
        # Both ways were taken, and the first again after the second.
        assert waited[0] == 0
        assert max(waited) > 0
        hub.hub.channels.publish(CHANNEL, b'{"n":"last"}')
        assert (await client.publication(CHANNEL))["data"] == {"n": "last"}
        assert transport.get_write_buffer_size() == 0


async def test_nothing_is_written_to_a_line_that_is_gone(hub: Running) -> None:
    async with hub.watching(CHANNEL) as gone, hub.watching(CHANNEL, "wall:2") as there:
        (socket,) = hub.hub.switchboard.subjects.of("wall:1")
        gone.drop()
        while socket._transport is not None:
            hub.hub.channels.publish(CHANNEL, b'{"n":1}')
            await there.publication(CHANNEL)
        socket.write(b"nobody hears this")
        hub.hub.channels.publish(CHANNEL, b'{"n":2}')
        while (await there.publication(CHANNEL))["data"] != {"n": 2}:
            pass
