"""Hubs on ports of their own, as on several machines: one falls silent, one dies, one is drained, behind the balancer
and without it.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.request import urlopen

import jwt
import pytest

from models.clock import SystemClock
from models.secrets_file import with_secrets
from models.settings import Settings
from models.settings_table import BY_NAME
from models.tokens import connection_token
from tests.hub.conftest import Writer
from tests.hub.official.javascript import JavaScript, javascript
from tests.hub.test_process import answers, environ, process
from tests.support.city import YUCHENG
from tests.support.hub_client import HubClient
from tests.support.ports import free_port, free_ports
from tests.support.programs import Missing, haproxy
from tests.support.waiting import until, until_async

__all__ = ["environ"]

pytestmark = pytest.mark.slow
CHANNEL = f"district:{YUCHENG}"
_ROOT = Path(__file__).resolve().parents[2]
_PAGES_CLIENT = (_ROOT / "web/ui/src/shared/hub.ts").read_text()
NOTICED_MS = 5_000


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def ports(environ: dict[str, str]) -> list[int]:
    return [int(environ["WUFEN_HUB_PORT"]), free_port()]


@pytest.fixture
def hubs(environ: dict[str, str], ports: list[int]) -> Iterator[list[subprocess.Popen[str]]]:
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                process({**environ, "WUFEN_HUB_PORT": str(port), "WUFEN_PROCESS": f"hub.{number}"})
            )
            for number, port in enumerate(ports, start=1)
        ]
        for port in ports:
            until(lambda port=port: answers(str(port)), "a hub", 30)  # type: ignore[misc]
        yield started


@pytest.fixture
def secret(environ: dict[str, str]) -> str:
    own = {name: value for name, value in environ.items() if name.startswith("WUFEN_")}
    return with_secrets(Settings.from_env(own)).hub_token_secret


@pytest.fixture
def token(secret: str) -> str:
    return connection_token(secret, "wall:1", [CHANNEL], SystemClock().now(), 600)


def url(port: int) -> str:
    return f"ws://127.0.0.1:{port}/connection/websocket"


def slack_of_our_pages() -> int:
    (milliseconds,) = re.findall(r"PING_SLACK_MS = (\d+);", _PAGES_CLIENT)
    return int(milliseconds)


def test_our_pages_notice_a_silent_death_inside_five_seconds() -> None:
    assert "maxServerPingDelay: PING_SLACK_MS" in _PAGES_CLIENT
    (retry,) = re.findall(r"FIRST_RETRY_MS = (\d+);", _PAGES_CLIENT)
    ping = int(BY_NAME["WUFEN_HUB_PING_SECONDS"].default) * 1_000
    # The worst: it dies just after a ping. A retry's jitter is half as much again at most.
    assert ping + slack_of_our_pages() + int(retry) * 1.5 < NOTICED_MS


async def test_the_client_of_our_pages_leaves_a_hub_that_fell_silent_and_resumes_at_another(
    environ: dict[str, str], token: str, writer: Writer
) -> None:
    port = int(environ["WUFEN_HUB_PORT"])
    with ExitStack() as hubs:
        silent = hubs.enter_context(process(environ))
        until(lambda: answers(str(port)), "the first hub", 30)
        async with javascript() as client:
            await client.open(url(port), token, maxServerPingDelay=slack_of_our_pages())
            await client.subscribe(CHANNEL)
            await client.next("connecting")  # it was, at the beginning
            await writer.ring(*await writer.happen())
            assert await client.offsets(1) == [1]
            # Its line stays whole: the kernel acknowledges what is sent there, and nobody ever answers.
            silent.send_signal(signal.SIGSTOP)
            assert (await client.next("connecting"))["reason"] == "no ping"
            hubs.enter_context(process({**environ, "WUFEN_PROCESS": "hub.2"}))
            silent.kill()  # as the supervisor does after three seconds
            await writer.happen(count=2)
            assert (await client.next("subscribed"))["recovered"] is True
            assert await client.offsets(2) == [2, 3]


@pytest.fixture
def balancer(ports: list[int], tmp_path: Path) -> Iterator[int]:
    """HAProxy with the sample of `deploy/`, its addresses replaced by those of this machine."""
    program = haproxy()
    if program is None:
        raise Missing("The tests need HAProxy: `make test` installs it.")
    pages, redis = free_ports(2)
    text = (_ROOT / "deploy/haproxy/haproxy.cfg").read_text()
    text = re.sub(r"bind :443 ssl crt \S+ alpn \S+", f"bind 127.0.0.1:{pages}", text)
    text = text.replace("maxconn 100000", "maxconn 200")
    text = text.replace("bind 127.0.0.1:6379", f"bind 127.0.0.1:{redis}")
    for machine, port in zip(("one", "two"), ports, strict=True):
        text = re.sub(rf"server {machine} 10\.0\.0\.1\d:800\d", f"server {machine} 127.0.0.1:{port}", text)
    assert "10.0.0.1" not in text.replace("10.0.0.…", "")
    configuration = tmp_path / "haproxy.cfg"
    configuration.write_text(text)
    with (
        (tmp_path / "haproxy.log").open("w") as log,
        subprocess.Popen([program, "-db", "-f", configuration], stdout=log, stderr=log) as running,
    ):
        try:
            until(lambda: listens(pages), "HAProxy")
            yield pages
        finally:
            running.kill()


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


async def test_behind_the_balancer_the_clients_of_a_dead_machine_resume_on_another(
    hubs: list[subprocess.Popen[str]], balancer: int, token: str, writer: Writer
) -> None:
    async with HubClient(url(balancer)) as one, HubClient(url(balancer)) as two:
        epoch = ""
        for client in (one, two):
            await client.connect(token)
            epoch = (await client.subscribe(CHANNEL))["epoch"]
        (first,) = await writer.happen()
        await writer.ring(first)
        for client in (one, two):
            assert (await client.publication(CHANNEL))["data"] == json.loads(first.data)
        # Whoever comes next is sent where there are fewest, so each machine has one of them.
        hubs[0].kill()
        ended = {asyncio.ensure_future(client.socket.wait_closed()): client for client in (one, two)}
        async with asyncio.timeout(10):
            (cut,), _ = await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
        (left,) = (client for client in (one, two) if client is not ended[cut])
        await writer.happen(count=2)
        async with HubClient(url(balancer)) as back:
            await back.connect(token)
            resumed = await back.subscribe(CHANNEL, since=(1, epoch))
            assert resumed["recovered"] is True
            offsets = [publication["offset"] for publication in resumed.get("publications", [])]
            while offsets[-1:] != [3]:
                offsets.append((await back.publication(CHANNEL))["offset"])
            assert offsets == [2, 3]
        assert [(await left.publication(CHANNEL))["offset"] for _ in range(2)] == [2, 3]


def connections(port: int) -> dict[str, float]:
    """How many each hub has, by the name of its process; both write on one page, which lies in one folder."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=2) as page:
        found = re.findall(
            r'^wufen_hub_connections\{process="(\S+)"\} (\S+)$', page.read().decode(), re.MULTILINE
        )
    return {name: float(count) for name, count in found}


async def follows(client: JavaScript, balancer: int, token: str, writer: Writer) -> None:
    """As our pages do: subscribed, and it has heard of one event."""
    await client.open(url(balancer), token, maxServerPingDelay=slack_of_our_pages())
    await client.subscribe(CHANNEL)
    await client.next("connecting")  # it was, at the beginning
    await writer.ring(*await writer.happen())
    assert await client.offsets(1) == [1]


async def its_hub(ports: list[int]) -> int:
    """Which of the hubs has the only client: 0 or 1."""

    async def found() -> str | None:
        counts = await asyncio.to_thread(connections, ports[0])
        return next((name for name, count in counts.items() if count), None)

    name = await until_async(found, "a hub with a client")
    return int(name.removeprefix("hub.")) - 1


async def test_behind_the_balancer_the_client_of_our_pages_leaves_a_machine_that_fell_silent(
    hubs: list[subprocess.Popen[str]], ports: list[int], balancer: int, token: str, writer: Writer
) -> None:
    async with javascript() as client:
        await follows(client, balancer, token, writer)
        # Nobody kills it: both of its lines, to the balancer and from there, stay whole and say nothing any more.
        hubs[await its_hub(ports)].send_signal(signal.SIGSTOP)
        assert (await client.next("connecting"))["reason"] == "no ping"
        await writer.happen(count=2)
        assert (await client.next("subscribed"))["recovered"] is True
        assert await client.offsets(2) == [2, 3]


async def test_behind_the_balancer_the_client_of_a_machine_that_stops_is_sent_to_another(
    hubs: list[subprocess.Popen[str]], ports: list[int], balancer: int, token: str, writer: Writer
) -> None:
    async with javascript() as client:
        await follows(client, balancer, token, writer)
        stopping = hubs[await its_hub(ports)]
        stopping.terminate()
        assert (await client.next("connecting"))["code"] == 3001
        assert await asyncio.to_thread(stopping.wait, 10) == 0
        await writer.ring(*await writer.happen(count=2))
        assert (await client.next("subscribed"))["recovered"] is True
        assert await client.offsets(2) == [2, 3]


async def test_who_was_connected_to_a_killed_hub_is_no_longer_there_and_one_who_comes_back_is_again(
    hubs: list[subprocess.Popen[str]], ports: list[int], secret: str, token: str, writer: Writer
) -> None:
    await writer.happen()
    watching = [{"channels": [CHANNEL], "allow": ["sub", "prs"]}]
    now = int(SystemClock().now().timestamp())
    claims = {"sub": "officer:chief", "iat": now, "exp": now + 600, "caps": watching}
    async with HubClient(url(ports[1])) as commander:
        await commander.connect(jwt.encode(claims, secret, "HS256"))

        async def there() -> int:
            answer = await commander.ask(presence_stats={"channel": CHANNEL})
            return int(answer["presence_stats"]["num_clients"]) if "presence_stats" in answer else -1

        async def comes_to(count: int) -> None:
            async def is_so() -> bool:
                return await there() == count

            await until_async(is_so, f"{count} to be there")

        async with HubClient(url(ports[0])) as lost:
            await lost.connect(token)
            await lost.subscribe(CHANNEL)
            await comes_to(1)
            hubs[0].kill()
            await comes_to(0)
        async with HubClient(url(ports[1])) as back:
            await back.connect(token)
            await back.subscribe(CHANNEL)
            await comes_to(1)
