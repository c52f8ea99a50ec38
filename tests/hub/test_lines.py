"""Sockets behind one descriptor: a share of each turn, nothing lost, and nobody harmed by another one's failure."""

from __future__ import annotations

import asyncio
import os
import resource
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

import pytest

from hub import lines as module
from hub.lines import Line, Lines

MANY = 200
PIECE = bytes(range(256)) * 4096  # a MiB, of which a kernel takes a part at once


class Reader(asyncio.Protocol):
    """Keeps what came."""

    def __init__(self, heard: Callable[[bytes], None]) -> None:
        self._heard = heard
        self.came = bytearray()
        self.line: Line | None = None
        self.lost = asyncio.Event()
        self.paused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, Line)
        self.line = transport

    def data_received(self, data: bytes) -> None:
        self.came += data
        self._heard(data)

    def pause_writing(self) -> None:
        self.paused += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()


class Harbour:
    """Lines with readers, and clients that are plain sockets."""

    def __init__(self) -> None:
        listening = socket.create_server(("127.0.0.1", 0), backlog=MANY)
        listening.setblocking(False)
        self.address = listening.getsockname()
        self.readers: list[Reader] = []
        self.heard: Callable[[bytes], None] = lambda _data: self.changed.set()
        self.changed = asyncio.Event()
        self.waits = False
        self.lines = Lines(listening, self._reader, lambda: self.waits)
        self._clients: list[socket.socket] = []

    def _reader(self) -> Reader:
        self.readers.append(Reader(lambda data: self.heard(data)))
        self.changed.set()
        return self.readers[-1]

    def stranger(self) -> socket.socket:
        """Not connected yet."""
        client = socket.socket()
        self._clients.append(client)
        client.setblocking(False)
        return client

    async def connect(self, client: socket.socket) -> None:
        """As far as the kernel is concerned."""
        await asyncio.get_running_loop().sock_connect(client, self.address)

    async def client(self) -> socket.socket:
        client = self.stranger()
        await self.connect(client)
        return client

    async def until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            self.changed.clear()
            await self.changed.wait()

    async def accepted(self) -> tuple[socket.socket, Reader]:
        """A client, and who reads its line."""
        before = len(self.readers)
        client = await self.client()
        await self.until(lambda: len(self.readers) > before)
        return client, self.readers[-1]

    def close(self) -> None:
        self.lines.close()
        for client in self._clients:
            client.close()


@pytest.fixture
async def harbour() -> AsyncIterator[Harbour]:
    harbour = Harbour()
    yield harbour
    harbour.close()
    for reader in harbour.readers:
        await reader.lost.wait()


async def test_a_crowd_leaves_the_loop_its_turns(harbour: Harbour) -> None:
    loop = asyncio.get_running_loop()
    happened: list[str] = []

    def work(_data: bytes) -> None:
        until = perf_counter() + 0.001
        while perf_counter() < until:
            pass
        happened.append("served")
        harbour.changed.set()

    def turn() -> None:
        happened.append("turn")
        if happened.count("served") < MANY:
            loop.call_soon(turn)

    clients = [await harbour.client() for _ in range(MANY)]
    await harbour.until(lambda: len(harbour.readers) == MANY)
    harbour.heard = work
    for client in clients:
        client.send(b"hello")
    loop.call_soon(turn)
    await harbour.until(lambda: happened.count("served") == MANY)
    longest = max(map(len, "".join(what[0] for what in happened).split("t")))
    # A share is 20 ms, and sockets are asked for by sixteens.
    assert longest <= 20 + 16
    assert [bytes(reader.came) for reader in harbour.readers] == [b"hello"] * MANY


async def test_what_is_about_to_leave_goes_first(harbour: Harbour) -> None:
    client, reader = await harbour.accepted()
    harbour.waits = True
    client.send(b"later")
    for _ in range(100):
        await asyncio.sleep(0)
    assert reader.came == b""
    harbour.waits = False
    await harbour.until(lambda: reader.came == b"later")


async def test_what_the_kernel_does_not_take_waits_in_order_and_is_sent_before_the_end(
    harbour: Harbour,
) -> None:
    client, reader = await harbour.accepted()
    line = reader.line
    assert line is not None
    line.set_write_buffer_limits(high=len(PIECE))
    for _ in range(8):
        line.write(PIECE)
    line.close()
    line.write(b"nothing comes after the end")
    assert line.is_closing()
    assert reader.paused == 1
    loop, came = asyncio.get_running_loop(), bytearray()
    while data := await loop.sock_recv(client, 1 << 20):
        came += data
    assert came == PIECE * 8
    await reader.lost.wait()
    assert line.get_write_buffer_size() == 0


async def test_a_level_is_told_again_when_it_was_left_in_between(harbour: Harbour) -> None:
    client, reader = await harbour.accepted()
    line = reader.line
    assert line is not None
    line.set_write_buffer_limits(high=1_000)
    loop = asyncio.get_running_loop()
    for times in (1, 2):
        line.write(PIECE)
        line.write(b"still more than wanted")
        assert reader.paused == times
        left = len(PIECE) + len(b"still more than wanted")
        while left:
            left -= len(await loop.sock_recv(client, left))
    line.write(b"x")
    assert reader.paused == 2
    line.set_write_buffer_limits(high=0)
    assert reader.paused == 3


async def test_whoever_hangs_up_is_let_go(harbour: Harbour) -> None:
    for reset in (False, True):
        client, reader = await harbour.accepted()
        descriptor = reader.line.get_extra_info("socket").fileno() if reader.line else -1
        if reset:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()
        await reader.lost.wait()
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)


async def test_a_peer_that_dies_while_its_end_waits_is_let_go(harbour: Harbour) -> None:
    client, reader = await harbour.accepted()
    assert reader.line is not None
    for _ in range(8):
        reader.line.write(PIECE)
    reader.line.close()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()
    await reader.lost.wait()


async def test_a_failure_over_one_line_ends_that_line_only(harbour: Harbour) -> None:
    bad, badly = await harbour.accepted()
    good, well = await harbour.accepted()

    def fail(data: bytes) -> None:
        harbour.changed.set()
        if data == b"bad":
            raise ZeroDivisionError

    harbour.heard = fail
    bad.send(b"bad")
    good.send(b"good")
    await badly.lost.wait()
    await harbour.until(lambda: well.came == b"good")
    assert not well.lost.is_set()


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    spare = os.dup(0)
    os.close(spare)
    resource.setrlimit(resource.RLIMIT_NOFILE, (spare, hard))  # the lowest that is free would be too high
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_accepting_goes_on_when_there_is_a_descriptor_again(
    harbour: Harbour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NO_ROOM_SECONDS", 0.01)
    failed = asyncio.Event()

    class Told:
        def warning(self, event: str, **fields: object) -> None:
            assert (event, fields["error"]) == ("accepting_failed", "OSError")
            failed.set()

    monkeypatch.setattr(module, "log", Told())
    client = harbour.stranger()
    with no_descriptor_left():
        await harbour.connect(client)
        await failed.wait()
    await harbour.until(lambda: len(harbour.readers) == 1)


async def test_nobody_comes_in_after_the_end_of_listening_and_whoever_is_in_stays(harbour: Harbour) -> None:
    client, reader = await harbour.accepted()
    harbour.lines.stop_listening()
    with pytest.raises(ConnectionRefusedError):
        await harbour.client()
    client.send(b"still here")
    await harbour.until(lambda: reader.came == b"still here")
