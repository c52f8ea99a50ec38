"""The hub as a process: starts, serves, stops cleanly, and says in one sentence why it cannot."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from models.clock import SystemClock
from models.secrets_file import with_secrets
from models.settings import Settings
from models.tokens import connection_token
from tests.support.hub_client import HubClient
from tests.support.ports import free_port
from tests.support.waiting import until

pytestmark = pytest.mark.slow
_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environ(environment: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WUFEN_")}
    return {**kept, **environment, "WUFEN_HUB_PORT": str(free_port()), "WUFEN_PROCESS": "hub.1"}


@contextmanager
def process(
    environ: dict[str, str], before: Callable[[], None] | None = None
) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "hub"],
        cwd=_ROOT,
        env=environ,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,
    ) as hub:
        try:
            yield hub
        finally:
            hub.kill()


def answers(port: str) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as response:
            return bool(response.status == 200)
    except (URLError, ConnectionError):
        return False


async def talk(environ: dict[str, str], hub: subprocess.Popen[str]) -> tuple[int, str]:
    """Connects, asks the process to stop, and hears its last word."""
    settings = with_secrets(
        Settings.from_env({name: value for name, value in environ.items() if name.startswith("WUFEN_")})
    )
    token = connection_token(settings.hub_token_secret, "wall:1", [], SystemClock().now(), 60)
    async with HubClient(f"ws://127.0.0.1:{settings.hub_port}/connection/websocket") as client:
        await client.connect(token)
        hub.send_signal(signal.SIGTERM)
        return await client.closed()


def test_it_serves_until_it_is_told_to_stop_and_says_goodbye(environ: dict[str, str]) -> None:
    with process(environ) as hub:
        until(lambda: answers(environ["WUFEN_HUB_PORT"]), "the hub")
        assert asyncio.run(talk(environ, hub)) == (3001, "shutdown")
        assert hub.wait(timeout=10) == 0
        assert hub.stderr is not None
        assert "Traceback" not in hub.stderr.read()


def test_two_processes_share_a_port(environ: dict[str, str]) -> None:
    with process(environ), process({**environ, "WUFEN_PROCESS": "hub.2"}):
        port = environ["WUFEN_HUB_PORT"]

        def both() -> bool:
            if not answers(port):
                return False
            with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=2) as response:
                figures = response.read().decode()
            return 'process="hub.1"' in figures and 'process="hub.2"' in figures

        until(both, "both hubs in one page of figures")


def test_a_wrong_setting_is_named(environ: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hub"],
        cwd=_ROOT,
        env={**environ, "WUFEN_HUB_PORTS": "1"},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 1
    assert "WUFEN_HUB_PORTS" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_test_mode_is_said_loudly(environ: dict[str, str]) -> None:
    with process({**environ, "WUFEN_HUB_TEST_MODE": "1"}) as hub:
        until(lambda: answers(environ["WUFEN_HUB_PORT"]), "the hub")
        hub.send_signal(signal.SIGTERM)
        assert hub.wait(timeout=10) == 0
        assert hub.stderr is not None
        said = hub.stderr.read()
    assert "WUFEN_HUB_TEST_MODE is on: anybody may connect to this hub without a token" in said


def test_a_hub_with_few_descriptors_takes_fewer_connections_and_lives(environ: dict[str, str]) -> None:
    few = 128 + 90
    with ExitStack() as stack:
        hub = stack.enter_context(
            process(environ, lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (few, few)))
        )
        port = int(environ["WUFEN_HUB_PORT"])
        until(lambda: answers(str(port)), "the hub")
        for _ in range(few):  # more than it may have open, and nobody says a word
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        until(lambda: answers(str(port)), "the hub, which is to have cut off the oldest")
        hub.send_signal(signal.SIGTERM)
        assert hub.wait(timeout=10) == 0
        assert hub.stderr is not None
        said = hub.stderr.read()
    assert "few_descriptors" in said
    assert '"connections":60,"wanted":10000' in said
    assert "Traceback" not in said
