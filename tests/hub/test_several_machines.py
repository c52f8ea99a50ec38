"""Hubs on ports of their own, as on several machines: one falls silent, one dies behind the balancer."""

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

import pytest

from models.clock import SystemClock
from models.secrets_file import with_secrets
from models.settings import Settings
from models.settings_table import BY_NAME
from models.tokens import connection_token
from tests.hub.conftest import Writer
from tests.hub.official.javascript import javascript
from tests.hub.test_process import answers, environ, process
from tests.support.city import YUCHENG
from tests.support.hub_client import HubClient
from tests.support.ports import free_port, free_ports
from tests.support.programs import Missing, haproxy
from tests.support.waiting import until

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
def token(environ: dict[str, str]) -> str:
    own = {name: value for name, value in environ.items() if name.startswith("WUFEN_")}
    secret = with_secrets(Settings.from_env(own)).hub_token_secret
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
    text = re.sub(r"bind :443 .*", f"bind 127.0.0.1:{pages}", text)
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
