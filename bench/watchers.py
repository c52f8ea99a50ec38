"""Clients that watch a district as our pages do, and count what a person would miss.

Bare protocols on one event loop. Each holds its position, reconnects with the pages' back-off, notices a silent
hub as they do, and resumes; what does not follow on what it has is counted, never mended.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import cast
from urllib.parse import urlsplit

import msgspec

from bench.ledger import LATE_SECONDS, Ledger

# As in web/ui/src/shared/hub.ts.
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.15, 2.0
PING_SLACK_SECONDS = 1.5
CONNECT_SECONDS = 4.0
_PONG = b"\x81\x82\0\0\0\0{}"  # masked with zeros, which is as good as any other mask for a bench
_TEXT, _CLOSE = 0x81, 0x88


class _Incident(msgspec.Struct):
    id: str


class _Event(msgspec.Struct):
    event: str
    incident: _Incident


class _Publication(msgspec.Struct):
    offset: int
    data: _Event


class _Unsubscribe(msgspec.Struct):
    code: int


class _Push(msgspec.Struct):
    pub: _Publication | None = None
    unsubscribe: _Unsubscribe | None = None


class _Connected(msgspec.Struct):
    ping: int


class _Subscribed(msgspec.Struct):
    epoch: str
    offset: int = 0
    was_recovering: bool = False
    recovered: bool = False
    publications: list[_Publication] = []


class _Error(msgspec.Struct):
    code: int


class _Message(msgspec.Struct):
    push: _Push | None = None
    connect: _Connected | None = None
    subscribe: _Subscribed | None = None
    error: _Error | None = None


_decode = msgspec.json.Decoder(_Message).decode


class Watcher:
    """One client. ``token`` opens ``channel``; ``ledger`` says when each incident was answered for."""

    def __init__(self, url: str, token: str, channel: str, ledger: Ledger) -> None:
        self._url = urlsplit(url)
        self._host, self._port = self._url.hostname or "", self._url.port or 0
        self._token = token
        self._channel = channel
        self._ledger = ledger
        self._missing: set[int] = set()
        self.offset = 0
        self.epoch = ""
        self.lost = self.doubled = self.reordered = self.started_over = 0
        self.cuts = 0  # connections that ended
        self.cut_at = 0.0  # when the last of them did
        self.late_until = 0.0  # when something last came that had been committed long before
        self.longest = 0.0  # seconds that something was on its way
        self.subscribed = asyncio.Event()

    async def run(self) -> None:
        """Connects again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        wait = FIRST_RETRY_SECONDS
        while True:
            line = _Line(self)
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await loop.create_connection(line.itself, self._host, self._port)
                    line.open(self._url.netloc, self._url.path, self._token)
                    await line.greeted.wait()
                wait = FIRST_RETRY_SECONDS
                await line.over.wait()
                self.cut_at = time.perf_counter()
            except (OSError, TimeoutError):
                pass
            finally:
                line.cut()
                self.subscribed.clear()
            self.cuts += 1
            await asyncio.sleep(wait * (0.5 + random.random()))
            wait = min(wait * 2, LAST_RETRY_SECONDS)

    def subscribe(self) -> bytes:
        """The command that resumes, or begins."""
        request: dict[str, object] = {"channel": self._channel}
        if self.epoch:
            request |= {"recover": True, "offset": self.offset, "epoch": self.epoch}
        return msgspec.json.encode({"id": 2, "subscribe": request})

    def began(self, answer: _Subscribed) -> None:
        if answer.recovered:
            for publication in answer.publications:
                self.take(publication)
        else:
            self.started_over += answer.was_recovering
            self.offset = answer.offset
        self.epoch = answer.epoch
        self.subscribed.set()

    def take(self, publication: _Publication) -> None:
        """One publication: is it the next, and how late is it?"""
        offset = publication.offset
        if offset <= self.offset:
            late_comer = offset in self._missing
            self.reordered += late_comer
            self.lost -= late_comer
            self.doubled += not late_comer
            self._missing.discard(offset)
            return
        hole = range(self.offset + 1, offset)
        self.lost += len(hole)
        self._missing.update(hole)
        self.offset = offset
        now = time.perf_counter()
        if publication.data.event != "requested":
            return
        age = self._ledger.age(publication.data.incident.id, now)
        self.longest = max(self.longest, age)
        if age > LATE_SECONDS:
            self.late_until = now


class _Line(asyncio.Protocol):
    """One connection of a watcher."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self._transport: asyncio.Transport | None = None
        self._came = bytearray()
        self._upgraded = False
        self._silence: asyncio.TimerHandle | None = None
        self._patience = CONNECT_SECONDS
        self.greeted = asyncio.Event()
        self.over = asyncio.Event()

    def itself(self) -> _Line:
        """For the loop, which wants to make its protocols."""
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def open(self, host: str, path: str, token: str) -> None:
        assert self._transport is not None
        head = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        self._transport.write(head.encode())
        self._say(msgspec.json.encode({"id": 1, "connect": {"token": token, "name": "bench"}}))
        self._say(self._watcher.subscribe())

    def _say(self, text: bytes) -> None:
        assert self._transport is not None
        size = len(text)
        head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE)) + size.to_bytes(2, "big")
        self._transport.write(head + b"\0\0\0\0" + text)

    def data_received(self, data: bytes) -> None:
        self._came += data
        if not self._upgraded:
            head, end, rest = bytes(self._came).partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.splitlines()[0]:
                self.cut()
                return
            self._upgraded = True
            self._came = bytearray(rest)
        self._listen_on()
        while (frame := _first_frame(self._came)) is not None:
            kind, text = frame
            if kind == _TEXT:
                self._hear(text)
            elif kind == _CLOSE:
                self.cut()
                return

    def _hear(self, text: bytes) -> None:
        for line in text.splitlines():
            message = _decode(line)
            if message.push is not None and message.push.pub is not None:
                self._watcher.take(message.push.pub)
            elif message.connect is not None:
                self._patience = message.connect.ping + PING_SLACK_SECONDS
                self.greeted.set()
            elif message.subscribe is not None:
                self._watcher.began(message.subscribe)
            elif message.error is not None:
                asyncio.get_running_loop().call_later(FIRST_RETRY_SECONDS, self._ask_again)
            elif message.push is not None:
                self._watcher.subscribed.clear()
                self._ask_again()
            elif self._transport is not None:
                self._transport.write(_PONG)

    def _ask_again(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._say(self._watcher.subscribe())

    def _listen_on(self) -> None:
        """Silence for longer than the hub's interval and the pages' slack means that it is dead."""
        if self._silence is not None:
            self._silence.cancel()
        self._silence = asyncio.get_running_loop().call_later(self._patience, self.cut)

    def cut(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
        if self._transport is not None:
            self._transport.abort()
        self.over.set()

    def connection_lost(self, error: Exception | None) -> None:
        self.over.set()
        self.greeted.set()


def _first_frame(came: bytearray) -> tuple[int, bytes] | None:
    """Takes the first whole frame out: its first byte and its payload."""
    if len(came) < 2:
        return None
    size, start = came[1], 2
    if size > 125:
        start = 4 if size == 126 else 10
        size = int.from_bytes(came[2:start], "big")
        if len(came) < start:
            return None
    if len(came) < start + size:
        return None
    frame = came[0], bytes(came[start : start + size])
    del came[: start + size]
    return frame
