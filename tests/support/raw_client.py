"""A client that need not behave: raw bytes over a socket of its own, with a receive buffer of any size."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

PATIENCE_SECONDS = 10.0


class RawClient:
    """One socket. ``source``: the loopback address that it comes from; ``buffer``: bytes that it may not read yet."""

    def __init__(self, port: int, *, source: str = "127.0.0.1", buffer: int | None = None) -> None:
        self._port = port
        self._loop = asyncio.get_running_loop()
        self._socket = socket.socket()
        self._socket.setblocking(False)
        if buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self._socket.bind((source, 0))
        self.heard = b""  # and not used yet

    async def open(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._loop.sock_connect(self._socket, ("127.0.0.1", self._port))

    async def say(self, data: bytes) -> None:
        """Raises OSError when the line is cut."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._loop.sock_sendall(self._socket, data)

    async def hear(self) -> bytes:
        """What comes next; empty when the peer hung up. Raises OSError when the line was cut."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._loop.sock_recv(self._socket, 65536)

    async def hear_until(self, end: bytes) -> bytes:
        """Everything up to ``end``. Raises EOFError when the peer hangs up before."""
        while end not in self.heard:
            more = await self.hear()
            if not more:
                raise EOFError(self.heard[-200:])
            self.heard += more
        head, _, self.heard = self.heard.partition(end)
        return head + end

    async def hear_message(self) -> bytes:
        """The payload of the next frame from the hub. Raises EOFError when the peer hangs up before."""
        await self._have(2)
        size, at = self.heard[1] & 0x7F, 2
        if size >= 126:
            at = 4 if size == 126 else 10
            await self._have(at)
            size = int.from_bytes(self.heard[2:at], "big")
        await self._have(at + size)
        payload, self.heard = self.heard[at : at + size], self.heard[at + size :]
        return payload

    async def _have(self, count: int) -> None:
        while len(self.heard) < count:
            more = await self.hear()
            if not more:
                raise EOFError(self.heard[-200:])
            self.heard += more

    async def hear_out(self) -> bytes:
        """Everything until the peer hangs up or the line is cut."""
        try:
            while more := await self.hear():
                self.heard += more
        except OSError:
            pass
        heard, self.heard = self.heard, b""
        return heard

    async def upgrade(self, *headers: str, path: str = "/connection/websocket") -> str:
        """Asks for a WebSocket; the head of the answer."""
        fields = ["Host: localhost", "Connection: Upgrade", "Upgrade: websocket", *headers]
        fields += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"]
        await self.say("\r\n".join([f"GET {path} HTTP/1.1", *fields, "", ""]).encode())
        return (await self.hear_until(b"\r\n\r\n")).decode()

    def reset(self) -> None:
        """Drops the line with a reset, as a crashed machine's successor would."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def close(self) -> None:
        self._socket.close()


@asynccontextmanager
async def raw_client(
    port: int, *, source: str = "127.0.0.1", buffer: int | None = None
) -> AsyncIterator[RawClient]:
    """A client that is open, and closed afterwards."""
    client = RawClient(port, source=source, buffer=buffer)
    try:
        await client.open()
        yield client
    finally:
        client.close()


def frame(opcode: int, payload: bytes, *, final: bool = True) -> bytes:
    """A client's frame (RFC 6455 section 5.2); the mask is no secret here."""
    return masked(opcode | (0x80 if final else 0), payload)


def masked(first: int, payload: bytes) -> bytes:
    """The same by its first byte, reserved bits and all."""
    size = len(payload)
    if size < 126:
        length = bytes((0x80 | size,))
    elif size < 65536:
        length = b"\xfe" + size.to_bytes(2, "big")
    else:
        length = b"\xff" + size.to_bytes(8, "big")
    mask = b"\x01\x02\x03\x04"
    stretched = (mask * (size // 4 + 1))[:size]
    body = (int.from_bytes(payload, "big") ^ int.from_bytes(stretched, "big")).to_bytes(size, "big")
    return bytes((first,)) + length + mask + body
