"""Clients that do not behave, one kind each: what an attacker, a bug or a bad line does to a hub.

Each kind is one round of misbehaviour over sockets of its own; who calls it decides how often. The rounds end
when the hub cuts them off, or by themselves. Loopback only.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType

from hub.frames import PING, TEXT
from tests.support.raw_client import RawClient, frame, raw_client

SMALL = 4096  # bytes of a receive buffer
HOLD_SECONDS = 30.0  # that a round which only waits may last at most


@dataclass
class Target:
    """A hub to be troubled. ``token`` opens ``channel``; ``sources`` are the loopback addresses to come from."""

    port: int
    token: str
    channel: str
    sources: tuple[str, ...] = ("127.0.0.2",)
    random: random.Random = random.Random(5)

    def source(self) -> str:
        return self.random.choice(self.sources)

    def connect(self) -> bytes:
        """The first command of somebody who may come in."""
        return frame(TEXT, b'{"id":1,"connect":{"token":"%b"}}' % self.token.encode())

    def subscribe(self, command_id: int = 2) -> bytes:
        return frame(TEXT, b'{"id":%d,"subscribe":{"channel":"%b"}}' % (command_id, self.channel.encode()))


async def _held(client: RawClient) -> None:
    """Says nothing more and waits to be cut off."""
    with suppress(TimeoutError):
        async with asyncio.timeout(HOLD_SECONDS):
            await client.hear_out()


async def opens_and_drops(target: Target) -> None:
    """A connection, and the line is cut before a word is said."""
    client = RawClient(target.port, source=target.source())
    try:
        await client.open()
    finally:
        client.reset()


async def shakes_hands_and_drops(target: Target) -> None:
    """The whole handshake, for nothing."""
    async with raw_client(target.port, source=target.source()) as client:
        await client.upgrade()
        client.reset()


async def asks_slowly(target: Target) -> None:
    """An HTTP head that never ends, a few bytes at a time (slowloris)."""
    async with raw_client(target.port, source=target.source()) as client:
        await client.say(b"GET /connection/websocket HTTP/1.1\r\n")
        for _ in range(int(HOLD_SECONDS)):
            await client.say(b"X-A: b\r\n")
            await asyncio.sleep(1.0)


async def never_shows_a_token(target: Target) -> None:
    """A connection that stays a stranger."""
    async with raw_client(target.port, source=target.source()) as client:
        await client.upgrade()
        await _held(client)


async def sends_half_a_frame(target: Target) -> None:
    """The beginning of a long message, and not the rest."""
    async with raw_client(target.port, source=target.source()) as client:
        await client.upgrade()
        await client.say(frame(TEXT, b"x" * 16_000)[:15_000])
        await _held(client)


async def sends_pieces_without_end(target: Target) -> None:
    """A message in pieces of one byte, of which the last never comes."""
    async with raw_client(target.port, source=target.source()) as client:
        await client.upgrade()
        await client.say(frame(TEXT, b"{", final=False))
        while True:
            await client.say(frame(0, b"x", final=False) * 200)


async def sends_garbage(target: Target) -> None:
    """A handshake, and then random bytes."""
    async with raw_client(target.port, source=target.source()) as client:
        await client.upgrade()
        await client.say(target.random.randbytes(target.random.randrange(1, 4096)))
        await client.hear_out()


async def speaks_nonsense(target: Target) -> None:
    """Somebody with a good token, and then whole frames with wrong contents."""
    words = (
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"id":1}',
        b'{"id":1e99}',
        b"null",
        b'{"id":2,"subscribe":{"channel":1}}',
    )
    async with raw_client(target.port, source=target.source()) as client:
        await client.upgrade()
        await client.say(target.connect() + frame(TEXT, target.random.choice(words)))
        await client.hear_out()


async def sends_giants(target: Target) -> None:
    """Messages of the greatest length, and one that is greater."""
    async with raw_client(target.port, source=target.source()) as client:
        await client.upgrade()
        await client.say(target.connect())
        await client.hear_until(b'"pong":true')
        giant = frame(TEXT, b'{"id":3,"rpc":{"method":"' + b"x" * 65_000 + b'"}}')
        for _ in range(20):
            await client.say(giant)
        await client.say(frame(TEXT, b"x" * 70_000))
        await client.hear_out()


async def floods_with_commands(target: Target) -> None:
    """Somebody who asks as fast as he can, and reads the answers."""
    await _flood(target, frame(TEXT, b"\n".join(b'{"id":%d,"ping":{}}' % n for n in range(3, 103))))


async def floods_with_pings(target: Target) -> None:
    """The WebSocket's own pings, and empty messages."""
    await _flood(target, (frame(PING, b"") + frame(TEXT, b"")) * 500)


async def _flood(target: Target, data: bytes) -> None:
    async with raw_client(target.port, source=target.source()) as client:
        await client.upgrade()
        await client.say(target.connect())
        while True:
            await client.say(data)


async def never_reads(target: Target) -> None:
    """Somebody who asks for everything again and again, says that he is alive, and reads nothing."""
    async with raw_client(target.port, source=target.source(), buffer=SMALL) as client:
        await client.upgrade()
        await client.say(target.connect() + target.subscribe())
        again = frame(TEXT, b'{"id":3,"unsubscribe":{"channel":"%b"}}' % target.channel.encode())
        for number in range(4, int(HOLD_SECONDS * 10)):
            await client.say(again + target.subscribe(number) + frame(TEXT, b"{}"))
            await asyncio.sleep(0.1)


async def never_pongs(target: Target) -> None:
    """Somebody who listens, and never says that he is still there."""
    async with raw_client(target.port, source=target.source()) as client:
        await client.upgrade()
        await client.say(target.connect() + target.subscribe())
        await _held(client)


KINDS: Mapping[str, Callable[[Target], Awaitable[None]]] = MappingProxyType(
    {
        kind.__name__: kind
        for kind in (
            opens_and_drops,
            shakes_hands_and_drops,
            asks_slowly,
            never_shows_a_token,
            sends_half_a_frame,
            sends_pieces_without_end,
            sends_garbage,
            speaks_nonsense,
            sends_giants,
            floods_with_commands,
            floods_with_pings,
            never_reads,
            never_pongs,
        )
    }
)


async def misbehave(kind: str, target: Target, at_once: int, seconds: float) -> int:
    """Rounds of one kind, ``at_once`` side by side, over and over for so long; how many there were."""
    rounds = 0

    async def over_and_over() -> None:
        nonlocal rounds
        while True:
            rounds += 1
            with suppress(OSError, EOFError, TimeoutError):
                await KINDS[kind](target)

    with suppress(TimeoutError):
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(over_and_over())
    return rounds
