"""What leaves: straight to the descriptor, through the transport when the kernel takes no more, always in order."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from socket import SO_SNDBUF, SOL_SOCKET

import pytest

from models.settings import Settings
from tests.hub.conftest import Running
from tests.support.city import YUCHENG

BOARD = f"board:{YUCHENG}"
PIECE = "x" * 20_000
COUNT = 150


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Nothing here depends on the kind of database."""
    return sqlite_url


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, hub_queue_bytes=64 * 1024 * 1024)


async def test_order_is_kept_when_the_kernel_takes_only_a_part(hub: Running) -> None:
    async with hub.watching(BOARD) as client:
        await client.publication(BOARD)
        (socket,) = hub.hub.switchboard.subjects.of("wall:1")
        transport = socket._transport
        assert transport is not None
        # A kernel that holds little for this connection.
        transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_SNDBUF, 10_000)
        waited = []
        for number in range(COUNT):
            hub.hub.channels.publish(BOARD, b'{"n":%d,"pad":"%b"}' % (number, PIECE.encode()))
            # Every third is joined with the next one to a single write.
            if number % 3:
                await asyncio.sleep(0)
            waited.append(transport.get_write_buffer_size())
        arrived: list[int] = []
        while len(arrived) < COUNT:
            data = (await client.publication(BOARD))["data"]
            if "n" in data:  # else figures, which the hub works out by itself
                assert data["pad"] == PIECE
                arrived.append(data["n"])
        assert arrived == list(range(COUNT))
        # Both ways were taken, and the first again after the second.
        assert waited[0] == 0
        assert max(waited) > 0
        hub.hub.channels.publish(BOARD, b'{"n":"last"}')
        assert (await client.publication(BOARD))["data"] == {"n": "last"}
        assert transport.get_write_buffer_size() == 0


async def test_nothing_is_written_to_a_line_that_is_gone(hub: Running) -> None:
    async with hub.watching(BOARD) as gone, hub.watching(BOARD, "wall:2") as there:
        (socket,) = hub.hub.switchboard.subjects.of("wall:1")
        gone.drop()
        while socket._transport is not None:
            hub.hub.channels.publish(BOARD, b'{"n":1}')
            await there.publication(BOARD)
        socket.write(b"nobody hears this")
        hub.hub.channels.publish(BOARD, b'{"n":2}')
        while (await there.publication(BOARD))["data"] != {"n": 2}:
            pass
