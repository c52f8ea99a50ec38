"""Who is let in: by address and in all, by number and by pace; first pure, then on real sockets."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest

from hub.admission import MOST_REMEMBERED, Address, Admission, Limits, Refusal, limits_of
from hub.assembly import Hub
from hub.pace import Pace
from hub.server import running
from models.addresses import Proxies
from models.clock import SystemClock
from models.settings import Settings
from models.tokens import connection_token
from tests.hub.conftest import Writer
from tests.support.city import YUCHENG
from tests.support.hub_client import HubClient
from tests.support.raw_client import raw_client
from tests.support.waiting import until_async

ROOMY = Limits(1000, 1000, 1000, 1000)
CHANNEL = f"district:{YUCHENG}"

# --- the pace


def test_a_burst_is_allowed_and_then_so_many_a_second() -> None:
    pace = Pace()
    assert [pace.take(100.0, 10, 3) for _ in range(3)] == [0, 0, 0]
    assert pace.take(100.0, 10, 3) == pytest.approx(0.1)
    assert pace.take(100.05, 10, 3) == pytest.approx(0.05)
    assert pace.take(100.1, 10, 3) == 0
    assert pace.take(100.1, 10, 3) > 0


def test_what_was_saved_up_is_the_burst_and_no_more() -> None:
    pace = Pace()
    pace.take(100.0, 10, 3)
    assert [bool(pace.take(1e6, 10, 3)) for _ in range(4)] == [False, False, False, True]


def test_several_may_be_taken_together_or_not_at_all() -> None:
    pace = Pace()
    assert pace.take(100.0, 10, 10, 7) == 0
    assert pace.take(100.0, 10, 10, 4) == pytest.approx(0.1)
    assert pace.take(100.0, 10, 10, 3) == 0
    assert pace.take(100.7, 10, 10, 7) == 0
    assert pace.take(100.7, 10, 10) > 0


def test_being_refused_costs_nothing() -> None:
    pace = Pace()
    pace.take(100.0, 1, 1)
    for _ in range(1000):
        assert pace.take(100.5, 1, 1) == pytest.approx(0.5)
    assert pace.take(101.0, 1, 1) == 0


@pytest.mark.parametrize("step", [-3600.0, -1.0, 3600.0])
def test_a_clock_that_steps_locks_nobody_out(step: float) -> None:
    pace = Pace()
    for _ in range(3):
        pace.take(100_000.0, 10, 3)
    assert pace.take(100_000.0 + step, 10, 3) == 0


# --- admission, pure


def admission(limits: Limits | None, *proxies: str) -> Admission:
    return Admission(limits, Proxies(proxies))


def come(admission: Admission, peer: str, now: float = 0.0, *forwarded: str, page: bool = False) -> Address:
    """Somebody who is let in."""
    address = admission.arrive(peer) or admission.ask(peer, forwarded)
    assert admission.why_not(address, now, websocket=not page) is None
    return address


def turned_away(
    admission: Admission, peer: str, now: float = 0.0, *forwarded: str, page: bool = False
) -> Refusal:
    """Why somebody is not let in; his socket is gone afterwards."""
    address = admission.arrive(peer) or admission.ask(peer, forwarded)
    refusal = admission.why_not(address, now, websocket=not page)
    assert refusal is not None
    admission.leave(address, now)
    return refusal


def test_an_address_has_so_many_connections_and_others_do_not_notice() -> None:
    door = admission(ROOMY._replace(address_connections=2))
    first = come(door, "203.0.113.1")
    come(door, "203.0.113.1")
    assert turned_away(door, "203.0.113.1") == Refusal("address_connections", 429, 5)
    come(door, "203.0.113.2")
    door.leave(first, 0.0)
    come(door, "203.0.113.1")


def test_a_line_of_ipv6_is_one_address() -> None:
    door = admission(ROOMY._replace(address_connections=1))
    come(door, "2001:db8:9:8::1")
    assert turned_away(door, "2001:db8:9:8:ffff::2").reason == "address_connections"
    come(door, "2001:db8:9:9::1")


def test_an_address_shakes_hands_at_its_pace() -> None:
    door = admission(ROOMY._replace(address_handshakes=2))
    for _ in range(20):  # ten seconds' worth at once
        door.leave(come(door, "203.0.113.1"), 0.0)
    assert turned_away(door, "203.0.113.1") == Refusal("address_handshakes", 429, 1)
    come(door, "203.0.113.2")
    come(door, "203.0.113.1", 0.5)
    assert turned_away(door, "203.0.113.1", 0.5).reason == "address_handshakes"


def test_coming_and_going_does_not_clear_the_count() -> None:
    door = admission(ROOMY._replace(address_handshakes=1))
    for _ in range(10):
        door.leave(come(door, "203.0.113.1"), 0.0)
    assert turned_away(door, "203.0.113.1").reason == "address_handshakes"
    assert len(door) == 1
    door.leave(come(door, "203.0.113.1", 60.0), 70.0)
    assert len(door) == 0  # whoever has been slow is not remembered


def test_this_hub_has_so_many_connections_in_all() -> None:
    door = admission(ROOMY._replace(connections=2))
    come(door, "203.0.113.1")
    come(door, "203.0.113.2")
    assert turned_away(door, "203.0.113.3") == Refusal("connections", 503, 5)


def test_this_hub_shakes_hands_at_its_pace_whoever_comes() -> None:
    door = admission(ROOMY._replace(handshakes=2))
    for number in range(6):  # three seconds' worth at once
        come(door, f"203.0.113.{number}")
    assert turned_away(door, "203.0.113.7") == Refusal("handshakes", 503, 1)
    come(door, "203.0.113.7", 1.0)


def test_a_full_hub_still_says_that_it_is_alive() -> None:
    door = admission(ROOMY._replace(connections=1, handshakes=1))
    for number in range(1):
        come(door, f"203.0.113.{number}")
    assert turned_away(door, "203.0.113.7").status == 503
    come(door, "203.0.113.8", page=True)


def test_twice_too_many_is_not_even_heard() -> None:
    door = admission(ROOMY._replace(address_connections=2))
    addresses = [door.arrive("203.0.113.1") for _ in range(4)]
    assert not door.is_flood(addresses[-1])
    assert door.is_flood(door.arrive("203.0.113.1"))
    assert not door.is_flood(door.arrive("203.0.113.2"))


def test_behind_a_proxy_the_phones_count_and_not_the_proxy() -> None:
    door = admission(ROOMY._replace(address_connections=1), "10.0.0.1")
    come(door, "10.0.0.1", 0.0, "203.0.113.1")
    come(door, "10.0.0.1", 0.0, "203.0.113.2")
    assert turned_away(door, "10.0.0.1", 0.0, "203.0.113.66, 203.0.113.1").reason == "address_connections"
    # A stranger who says that he is a proxy is still himself.
    come(door, "198.51.100.1", 0.0, "203.0.113.3")
    assert turned_away(door, "198.51.100.1", 0.0, "203.0.113.4").reason == "address_connections"


def test_a_proxys_socket_that_never_asked_for_anything_is_counted_out() -> None:
    door = admission(ROOMY._replace(connections=1), "10.0.0.1")
    waiting = door.arrive("10.0.0.1")
    assert waiting is None
    assert not door.is_flood(waiting)
    door.leave(waiting, 0.0)
    come(door, "203.0.113.1")


def test_addresses_are_remembered_up_to_a_number() -> None:
    door = admission(ROOMY._replace(address_handshakes=1))
    for number in range(MOST_REMEMBERED + 10):
        name = f"2001:db8:{number // 65536:x}:{number % 65536:x}::1"
        door.leave(come(door, name, number / 1000), number / 1000)
    assert len(door) <= MOST_REMEMBERED


def test_without_limits_everybody_comes_in() -> None:
    door = admission(None)
    for _ in range(5000):
        come(door, "203.0.113.1")
    assert not door.is_flood(door.arrive("203.0.113.1"))


def test_the_settings_say_the_limits() -> None:
    assert limits_of(Settings.from_env({})) == Limits(10_000, 3_000, 2_000, 200)
    assert limits_of(Settings.from_env({"WUFEN_LIMITS": "off"})) is None


# --- on real sockets


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests are about sockets."""
    return sqlite_url


@asynccontextmanager
async def limited(settings: Settings, **limits: int) -> AsyncIterator[tuple[Hub, int]]:
    """A hub with limits, and its port."""
    async with running(replace(settings, limits=True, **limits), SystemClock()) as (hub, port):  # type: ignore[arg-type]
        yield hub, port


async def ask(port: int, *headers: str, source: str = "127.0.0.1", **more: str) -> str:
    """The head of the answer to an opening handshake; the line is cut afterwards."""
    async with raw_client(port, source=source) as client:
        return await client.upgrade(*headers, **more)


async def stay(stack: AsyncExitStack, port: int, *headers: str, source: str = "127.0.0.1") -> str:
    """The same, and the connection stays open."""
    client = await stack.enter_async_context(raw_client(port, source=source))
    return await client.upgrade(*headers)


def refused(hub: Hub, reason: str) -> float:
    """How many /metrics says were refused so."""
    return hub.measures.registry.get_sample_value("wufen_hub_refusals_total", {"reason": reason}) or 0.0


async def test_beyond_its_connections_an_address_is_told_to_come_back(
    settings: Settings, writer: Writer
) -> None:
    async with limited(settings, hub_address_connections=2) as (hub, port), AsyncExitStack() as stack:
        for _ in range(2):
            assert " 101 " in await stay(stack, port)
        answer = await ask(port)
        assert answer.startswith("HTTP/1.1 429 ")
        assert "\r\nRetry-After: 5\r\n" in answer
        assert refused(hub, "address_connections") == 1
        assert " 101 " in await stay(stack, port, source="127.0.0.2")


async def test_beyond_its_pace_an_address_is_told_when_to_come_back(
    settings: Settings, writer: Writer
) -> None:
    async with limited(settings, hub_address_handshakes=1) as (hub, port):
        answers = [await ask(port) for _ in range(30)]
        last = answers[-1]
        assert last.startswith("HTTP/1.1 429 ")
        assert int(re.search(r"Retry-After: (\d+)", last)[1]) >= 1  # type: ignore[index]
        assert refused(hub, "address_handshakes") >= 1
        assert " 101 " in await ask(port, source="127.0.0.2")


async def test_a_full_hub_sends_newcomers_elsewhere_and_keeps_its_own(
    settings: Settings, writer: Writer
) -> None:
    async with limited(settings, hub_connections=4) as (hub, port), AsyncExitStack() as stack:
        url = f"ws://127.0.0.1:{port}/connection/websocket"
        client = await stack.enter_async_context(HubClient(url))
        token = connection_token(settings.hub_token_secret, "wall:1", [CHANNEL], SystemClock().now(), 600)
        await client.connect(token)
        await client.subscribe(CHANNEL)
        for _ in range(3):
            another = await stack.enter_async_context(HubClient(url))
            await another.connect(token)
        answer = await ask(port, source="127.0.0.9")
        assert answer.startswith("HTTP/1.1 503 ")
        assert "\r\nRetry-After: 5\r\n" in answer
        assert refused(hub, "connections") == 1
        assert " 200 " in await ask(port, path="/healthz")
        await writer.ring(*await writer.happen())
        assert (await client.publication(CHANNEL))["offset"] == 1


async def test_a_storm_from_many_addresses_is_let_in_at_the_hubs_pace(
    settings: Settings, writer: Writer
) -> None:
    async with limited(settings, hub_handshakes=1) as (hub, port):
        answers = [await ask(port, source=f"127.0.1.{number}") for number in range(1, 30)]
        assert " 503 " in answers[-1]
        assert refused(hub, "handshakes") >= 1


async def test_a_flood_from_one_address_is_cut_off_unheard(settings: Settings, writer: Writer) -> None:
    async with limited(settings, hub_address_connections=2) as (hub, port), AsyncExitStack() as stack:
        for _ in range(4):
            await stack.enter_async_context(raw_client(port))
        one_more = await stack.enter_async_context(raw_client(port))
        assert await one_more.hear_out() == b""
        assert refused(hub, "flood") == 1


async def test_of_too_many_strangers_the_oldest_is_cut_off(settings: Settings, writer: Writer) -> None:
    async with limited(settings, hub_connections=4) as (hub, port), AsyncExitStack() as stack:
        url = f"ws://127.0.0.1:{port}/connection/websocket"
        known = await stack.enter_async_context(HubClient(url))
        now = SystemClock().now()
        await known.connect(connection_token(settings.hub_token_secret, "wall:1", [], now, 600))
        oldest = await stack.enter_async_context(raw_client(port))
        for _ in range(2):
            await stack.enter_async_context(raw_client(port))
        assert await oldest.hear_out() == b""
        assert refused(hub, "strangers") == 1
        await known.nothing_came()


async def test_behind_a_trusted_proxy_each_phone_is_counted_for_itself(
    settings: Settings, writer: Writer
) -> None:
    settings = replace(settings, trusted_proxies=("127.0.0.1/32",))
    async with limited(settings, hub_address_connections=1) as (_, port), AsyncExitStack() as stack:
        assert " 101 " in await stay(stack, port, "X-Forwarded-For: 203.0.113.1")
        assert " 101 " in await stay(stack, port, "X-Forwarded-For: 203.0.113.2")
        assert " 429 " in await ask(port, "X-Forwarded-For: 203.0.113.1")
        # Not a proxy of ours: the header is somebody's invention.
        assert " 101 " in await stay(stack, port, "X-Forwarded-For: 203.0.113.3", source="127.0.0.2")
        assert " 429 " in await ask(port, "X-Forwarded-For: 203.0.113.4", source="127.0.0.2")


async def test_whoever_leaves_is_counted_out(settings: Settings, writer: Writer) -> None:
    async with limited(settings, hub_address_connections=1) as (hub, port):
        for _ in range(5):
            assert " 101 " in await ask(port)
            await _empty(hub)


async def _empty(hub: Hub) -> None:
    async def nobody() -> bool:
        return len(hub.switchboard) == 0

    await until_async(nobody, "the hub to notice that the line was cut")
