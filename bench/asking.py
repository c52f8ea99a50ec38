"""The load of the request bench: keep-alive connections that ask, and one officer who listens.

Bare protocols on one event loop, so that the client costs a small part of what it measures. ``Times`` holds,
per incident, the instant just before its POST, of its answer, and of its frame at the officer.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import msgspec
from websockets.asyncio.client import ClientConnection, connect

QUIET_SECONDS = 5.0  # without a frame: what is missing now does not come any more


class _Incident(msgspec.Struct):
    id: str


class _Answer(msgspec.Struct):
    incident: _Incident


class _Event(msgspec.Struct):
    event: str
    incident: _Incident


class _Publication(msgspec.Struct):
    data: _Event


class _Push(msgspec.Struct):
    pub: _Publication | None = None


class _Message(msgspec.Struct):
    push: _Push | None = None


_answer = msgspec.json.Decoder(_Answer)
_message = msgspec.json.Decoder(_Message)


@dataclass(slots=True)
class Times:
    """Seconds of ``perf_counter``, by the incident's id; ``refused`` counts answers other than 201."""

    began: dict[str, float] = field(default_factory=dict)
    answered: dict[str, float] = field(default_factory=dict)
    framed: dict[str, float] = field(default_factory=dict)
    refused: dict[int, int] = field(default_factory=dict)


class Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self, times: Times, free: Callable[[Connection], None]) -> None:
        self._times = times
        self._free = free
        self._transport: asyncio.Transport | None = None
        self._came = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self, request: bytes, began: float) -> None:
        assert self._transport is not None
        self._began = began
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, separator, body = self._came.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        now = time.perf_counter()
        status = int(head[9:12])
        if status == 201:
            incident = _answer.decode(body).incident.id
            self._times.began[incident] = self._began
            self._times.answered[incident] = now
        else:
            self._times.refused[status] = self._times.refused.get(status, 0) + 1
        self._came = b""
        self._free(self)

    def connection_lost(self, error: Exception | None) -> None:
        if self._came or error is not None:
            self._times.refused[0] = self._times.refused.get(0, 0) + 1


class Crowd:
    """Connections to one address; who has to wait for a free one is timed from when he came."""

    def __init__(self, times: Times) -> None:
        self._times = times
        self._idle: deque[Connection] = deque()
        self._waiting: deque[tuple[bytes, float]] = deque()
        self._left = 0
        self._done = asyncio.Event()

    async def open(self, host: str, port: int, count: int) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(count):
            _, made = await loop.create_connection(lambda: Connection(self._times, self._freed), host, port)
            self._idle.append(made)

    def ask(self, request: bytes) -> None:
        began = time.perf_counter()
        if self._idle:
            self._idle.popleft().ask(request, began)
        else:
            self._waiting.append((request, began))

    def _freed(self, connection: Connection) -> None:
        if self._waiting:
            connection.ask(*self._waiting.popleft())
        else:
            self._idle.append(connection)
        self._left -= 1
        if self._left == 0:
            self._done.set()

    async def paced(self, requests: list[bytes], rate: float) -> None:
        """Asks ``rate`` times a second whatever the answers do, and waits for the last answer."""
        loop = asyncio.get_running_loop()
        self._expect(len(requests))
        start = loop.time()
        for number, request in enumerate(requests):
            loop.call_at(start + number / rate, self.ask, request)
        await self._done.wait()

    async def at_once(self, requests: list[bytes], seconds: float) -> float:
        """As fast as the connections are answered, for ``seconds``; returns how long it really took."""
        start = time.perf_counter()
        remaining = deque(requests)
        free = self._freed

        def next_one(connection: Connection) -> None:
            if remaining and time.perf_counter() - start < seconds:
                connection.ask(remaining.popleft(), time.perf_counter())
                return
            free(connection)

        asking = list(self._idle)
        self._idle.clear()
        self._expect(len(asking))
        for connection in asking:
            connection._free = next_one
            connection.ask(remaining.popleft(), time.perf_counter())
        await self._done.wait()
        return time.perf_counter() - start

    def _expect(self, count: int) -> None:
        self._left = count
        self._done.clear()


class Listener:
    """The officer: connected and subscribed to his district through the hub's own protocol."""

    def __init__(self, socket: ClientConnection, times: Times) -> None:
        self._socket = socket
        self._times = times

    @classmethod
    async def subscribed(cls, url: str, token: str, channel: str, times: Times) -> Listener:
        socket = await connect(url, compression=None, ping_interval=None, max_size=None, proxy=None)
        listener = cls(socket, times)
        await listener._ask({"id": 1, "connect": {"token": token, "name": "bench"}})
        await listener._ask({"id": 2, "subscribe": {"channel": channel}})
        return listener

    async def _ask(self, command: dict[str, object]) -> None:
        await self._socket.send(msgspec.json.encode(command).decode())
        while True:
            for line in str(await self._socket.recv()).splitlines():
                reply = msgspec.json.decode(line)
                if reply.get("id") == command["id"]:
                    if "error" in reply:
                        raise RuntimeError(f"the hub refused: {reply['error']}")
                    return

    async def listen(self) -> None:
        """Until cancelled: notes when each new incident's frame is here."""
        framed = self._times.framed
        async for frame in self._socket:
            now = time.perf_counter()
            for line in str(frame).splitlines():
                if line == "{}":
                    await self._socket.send("{}")
                    continue
                push = _message.decode(line).push
                if push is not None and push.pub is not None and push.pub.data.event == "requested":
                    framed.setdefault(push.pub.data.incident.id, now)

    async def until_all_came(self) -> None:
        """Waits for the frames of everything that was answered, as long as more are coming."""
        seen, since = -1, time.perf_counter()
        while self._times.answered.keys() - self._times.framed.keys():
            if len(self._times.framed) != seen:
                seen, since = len(self._times.framed), time.perf_counter()
            elif time.perf_counter() - since > QUIET_SECONDS:
                return
            await asyncio.sleep(0.05)
