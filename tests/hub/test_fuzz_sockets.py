"""Everything bad over real sockets, and a well-behaved client beside it that must not notice.

Whatever is said: the hub logs no error, keeps no socket, no subscription and no subject of whoever is gone, and
the client beside it gets every publication, in order and once.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from bench.abusers import KINDS, Target
from hub import pages
from hub.assembly import Hub
from hub.frames import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT
from hub.server import running
from models.clock import SystemClock
from models.metrics import collect
from models.settings import Settings
from models.tokens import connection_token
from tests.hub.conftest import Writer
from tests.support.city import YUCHENG, ZHANG
from tests.support.hub_client import HubClient
from tests.support.raw_client import RawClient, frame, raw_client
from tests.support.waiting import until_async

CHANNEL = f"district:{YUCHENG}"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests are about sockets."""
    return sqlite_url


@pytest.fixture(autouse=True)
def no_error_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Neither by the hub nor by the loop, which says so when a callback raised."""
    with capture_logs() as lines, caplog.at_level(logging.WARNING):
        yield
    bad = [line for line in lines if line["log_level"] in ("error", "critical", "exception")]
    assert not bad, bad
    assert not caplog.records, [record.getMessage() for record in caplog.records]


@dataclass
class Scene:
    """A hub with limits, a client beside it, and who writes."""

    hub: Hub
    port: int
    client: HubClient
    writer: Writer
    token: str
    heard: int = 0

    async def still_works(self, count: int = 5) -> None:
        """Events are written, and the client beside it hears each, in order."""
        await self.writer.ring(*await self.writer.happen(count=count))
        for _ in range(count):
            self.heard += 1
            assert (await self.client.publication(CHANNEL))["offset"] == self.heard
        await self.client.nothing_came()

    async def is_empty(self) -> None:
        """Only the client beside it is left, and nothing is remembered of the others."""

        async def alone() -> bool:
            return len(self.hub.switchboard) == 1

        await until_async(alone, "the others to be gone", 30)
        assert len(self.hub.switchboard.subjects) == 1
        assert self.hub.channels.names("district") == [CHANNEL]
        assert self.hub.measures.registry.get_sample_value("wufen_hub_connections") == 1


@pytest.fixture
async def scene(settings: Settings, writer: Writer) -> AsyncIterator[Scene]:
    settings = replace(settings, limits=True, hub_ping_seconds=1)
    async with running(settings, SystemClock()) as (hub, port):
        now = SystemClock().now()
        token = connection_token(settings.hub_token_secret, ZHANG.subject, [CHANNEL], now, 600)
        async with HubClient(f"ws://127.0.0.1:{port}/connection/websocket") as client:
            await client.connect(connection_token(settings.hub_token_secret, "wall:1", [CHANNEL], now, 600))
            await client.subscribe(CHANNEL)
            async with _kept_alive(client):
                yield Scene(hub, port, client, writer, token)


@asynccontextmanager
async def _kept_alive(client: HubClient) -> AsyncIterator[None]:
    """Says something from time to time, whatever the test does meanwhile."""

    async def say() -> None:
        while True:
            await client.socket.send("{}")
            await asyncio.sleep(0.5)

    async with asyncio.TaskGroup() as group:
        saying = group.create_task(say())
        yield
        saying.cancel()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
async def test_who_misbehaves_is_gone_and_nobody_else_notices(scene: Scene, kind: str) -> None:
    target = Target(scene.port, scene.token, CHANNEL)
    rounds = [asyncio.ensure_future(KINDS[kind](target)) for _ in range(8)]
    for _ in range(5):
        await scene.still_works()
    done, _ = await asyncio.wait(rounds, timeout=40)
    assert len(done) == len(rounds), "a round has no end"
    for one in done:
        assert isinstance(one.exception(), OSError | EOFError | None)
    await scene.is_empty()
    await scene.still_works()


# --- frames of any kind, before and after the token


def anything(chance: random.Random) -> bytes:
    """A frame, or something like one."""
    opcode = chance.choice([CONTINUATION, TEXT, TEXT, TEXT, BINARY, CLOSE, PING, PONG, 3, 11])
    payload = chance.choice(
        [
            b"",
            b"{}",
            b"\xff\xfe\xfd",
            b"[" * chance.randrange(1, 5_000),
            b'{"a":' * 1_000,
            b'{"id":%d,"subscribe":{"channel":"%b"}}' % (chance.randrange(-1, 9), CHANNEL.encode()),
            b'{"id":%d,"unsubscribe":{"channel":"%b"}}' % (chance.randrange(1, 9), CHANNEL.encode()),
            b'{"id":3,"subscribe":{"channel":"district:control"}}',
            b'{"id":3,"subscribe":{"channel":"%b","recover":true,"offset":-1}}' % CHANNEL.encode(),
            b'{"id":3,"rpc":{"method":"seen","data":{"offers":["\\u0000","x"]}}}',
            b'{"id":3,"rpc":{"method":"received","data":{"offer":"none"}}}',
            b'{"id":3,"history":{"channel":"%b","limit":9}}' % CHANNEL.encode(),
            b'{"id":3,"refresh":{"token":"x"}}',
            b'{"id":4294967295,"ping":{}}',
            b'{"id":18446744073709551616,"ping":{}}',
            chance.randbytes(chance.randrange(200)),
        ]
    )
    whole = frame(opcode, payload, final=chance.random() < 0.9)
    if chance.random() < 0.1:
        return whole[: chance.randrange(len(whole))]
    if chance.random() < 0.05:
        whole = bytes((whole[0] ^ (1 << chance.randrange(8)),)) + whole[1:]
    return whole


async def _babble(scene: Scene, seed: int) -> None:
    """One connection that says anything, knowing the token or not, and leaves in one way or another."""
    chance = random.Random(seed)
    client = RawClient(scene.port, source=f"127.0.0.{2 + seed % 3}", buffer=chance.choice([None, 4096]))
    with suppress(OSError, EOFError):
        await client.open()
        if chance.random() < 0.9:
            await client.upgrade()
        if chance.random() < 0.7:
            connect = b'{"id":1,"connect":{"token":"%b"}}' % scene.token.encode()
            await client.say(frame(TEXT, connect))
        for _ in range(chance.randrange(1, 20)):
            await client.say(anything(chance))
        if chance.random() < 0.5:
            await client.say(frame(CLOSE, b"\x03\xe8"))
            await client.hear_out()
    if chance.random() < 0.5:
        client.reset()
    else:
        client.close()


async def test_babble_troubles_nobody(scene: Scene) -> None:
    for begin in range(0, 120, 40):
        async with asyncio.TaskGroup() as group:
            for seed in range(begin, begin + 40):
                group.create_task(_babble(scene, seed))
            await scene.still_works()
    await scene.is_empty()
    await scene.still_works()


# --- answers to single misdeeds


async def test_who_sends_no_request_in_time_is_cut_off(scene: Scene) -> None:
    async with raw_client(scene.port) as client:
        await client.say(b"GET /connection/websocket HTTP/1.1\r\nHost: ")
        assert await client.hear_out() == b""


async def test_a_head_without_end_is_refused(scene: Scene) -> None:
    async with raw_client(scene.port) as client:
        with suppress(OSError):
            await client.say(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000)
        assert (await client.hear_out()).startswith(b"HTTP/1.1 431 ")


async def test_who_shows_no_token_in_time_is_told_and_cut_off(scene: Scene) -> None:
    async with raw_client(scene.port) as client:
        await client.upgrade()
        assert b"\x0d\xaestale" in await client.hear_out()


async def test_a_message_in_pieces_without_end_is_too_big(scene: Scene) -> None:
    async with raw_client(scene.port) as client:
        await client.upgrade()
        with suppress(OSError):
            await client.say(frame(TEXT, b"x", final=False) + frame(CONTINUATION, b"", final=False) * 1_000)
        assert b"\x03\xf1message too big" in await client.hear_out()


@pytest.mark.parametrize(
    "flood",
    [
        frame(PING, b""),
        frame(PONG, b""),
        frame(TEXT, b""),
        frame(TEXT, b"{}"),
        frame(TEXT, b'{"id":3,"rpc":{"method":"%b"}}' % (b"x" * 65_000)),
    ],
    ids=["pings", "pongs", "nothing", "empty commands", "giants"],
)
async def test_a_flood_of_frames_is_cut_off(scene: Scene, flood: bytes) -> None:
    async with raw_client(scene.port) as client:
        await client.upgrade()
        await client.say(frame(TEXT, b'{"id":1,"connect":{"token":"%b"}}' % scene.token.encode()))
        with suppress(OSError):
            await client.say(flood * 600)
        assert b"\x0b\xc5too many requests" in await client.hear_out()
    await scene.is_empty()


async def test_who_goes_on_talking_after_the_last_word_is_cut_off(settings: Settings, writer: Writer) -> None:
    # So slow a wheel does not come round in time to cut anybody off.
    settings = replace(settings, hub_ping_seconds=60)
    async with running(settings, SystemClock()) as (_, port), raw_client(port) as client:
        await client.upgrade()
        await client.say(frame(TEXT, b"nonsense"))
        assert b"\x0d\xadbad request" in await client.hear()
        with suppress(OSError):
            await client.say(frame(TEXT, b"x" * 1_000) * 100)
        assert await client.hear_out() == b""


async def test_who_asks_for_figures_all_the_time_shares_them(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected = []

    async def counted(*asked: Any) -> bytes:
        collected.append(asked)
        return await collect(*asked)

    monkeypatch.setattr(pages, "collect", counted)
    monkeypatch.setattr(pages, "BETWEEN_FIGURES_SECONDS", 1.0)

    async def ask() -> bytes:
        async with raw_client(scene.port) as client:
            await client.say(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return await client.hear_out()

    for figures in await asyncio.gather(*(ask() for _ in range(50))):
        assert b"wufen_hub_connections" in figures
    assert len(collected) < 10  # nobody waited for more than ten seconds
    await scene.still_works()


async def test_of_one_subject_there_are_so_many_connections(settings: Settings, writer: Writer) -> None:
    settings = replace(settings, limits=True, hub_subject_connections=2)
    async with running(settings, SystemClock()) as (hub, port):
        url = f"ws://127.0.0.1:{port}/connection/websocket"
        token = connection_token(settings.hub_token_secret, ZHANG.subject, [], SystemClock().now(), 600)
        async with HubClient(url) as one, HubClient(url) as two, HubClient(url) as three:
            await one.connect(token)
            await two.connect(token)
            refused = await three.ask(connect={"token": token})
            assert refused["error"] == {"code": 111, "message": "too many requests", "temporary": True}
            figures = hub.measures.registry
            assert figures.get_sample_value("wufen_hub_refusals_total", {"reason": "subject"}) == 1
            other = connection_token(settings.hub_token_secret, "wall:1", [], SystemClock().now(), 600)
            await three.connect(other)
