"""A real web process: its port, its sign of life, its end."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from models.secrets_file import with_secrets
from models.settings import Settings
from tests.support.ports import free_port
from tests.support.waiting import until
from web.__main__ import server
from web.app import make_app

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def web_process(environment: dict[str, str], port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One process on ``port``; its log is printed by pytest when the test fails."""
    full = {**os.environ, **environment, "WUFEN_WEB_PORT": str(port)}
    with (
        log.open("ab") as out,
        subprocess.Popen(
            [sys.executable, "-m", "web"], cwd=ROOT, env=full, stdout=out, stderr=out
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def is_ready(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx2.TransportError:
        return False


@pytest.fixture
def port() -> int:
    return free_port()


def test_it_serves_logs_without_secrets_and_stops_when_told(
    environment: dict[str, str], port: int, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with web_process(environment, port, log) as process:
        until(lambda: is_ready(port), "the web process", seconds=30)
        httpx2.get(f"http://127.0.0.1:{port}/o/a-secret-token?x=a-secret-query")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    written = log.read_text()
    lines = [json.loads(line) for line in written.splitlines()]
    assert "/o/{token}" in [line.get("route") for line in lines]
    assert "a-secret" not in written
    assert "127.0.0.1" not in written


def test_two_share_a_port_and_one_may_die(environment: dict[str, str], port: int, tmp_path: Path) -> None:
    with_secrets(Settings.from_env(environment))
    log = tmp_path / "log"
    with web_process(environment, port, log) as first, web_process(environment, port, log) as second:
        until(lambda: log.read_text().count("web_started") == 2, "both processes", seconds=30)
        until(lambda: is_ready(port), "an answer", seconds=30)
        first.kill()
        first.wait()
        until(lambda: is_ready(port), "the other's answer")
        assert second.poll() is None


def test_it_beats_for_its_supervisor_and_ends_with_it(
    environment: dict[str, str], port: int, tmp_path: Path
) -> None:
    reading, writing = os.pipe()
    full = {**os.environ, **environment, "WUFEN_WEB_PORT": str(port), "WUFEN_HEARTBEAT_FD": str(writing)}
    command = [sys.executable, "-m", "web"]
    with (tmp_path / "log").open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=full, stdout=out, stderr=out, pass_fds=[writing])
    try:
        os.close(writing)
        assert os.read(reading, 1) == b"."
        os.close(reading)
        assert process.wait(timeout=15) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("name", "value"), [("WUFEN_WEB_PORT", "eighty"), ("WUFEN_NONSENSE", "1"), ("WUFEN_HOME", "/dev/null/x")]
)
def test_a_wrong_setting_is_one_sentence_and_an_exit_code(
    environment: dict[str, str], name: str, value: str
) -> None:
    full = {**os.environ, **environment, name: value}
    done = subprocess.run(
        [sys.executable, "-m", "web"],
        cwd=ROOT,
        env=full,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"{name}: ")
    assert done.stderr.count("\n") == 1


def test_production_refuses_to_start_with_sample_accounts(
    environment: dict[str, str], port: int, tmp_path: Path
) -> None:
    database = environment["WUFEN_DATABASE_URL"].removeprefix("sqlite:///")
    with sqlite3.connect(database) as connection:
        connection.execute(
            "INSERT INTO officers (id, username, password_hash, role, service_number, unit, sample, created_at)"
            " VALUES ('a', 'a', '-', 'police', '1', 'x', 1, '2026-11-02T08:00:00.000000Z')"
        )
    connection.close()
    log = tmp_path / "log"
    with web_process(environment | {"WUFEN_PRODUCTION": "1"}, port, log) as process:
        assert process.wait(timeout=30) != 0
    assert "sample city" in log.read_text()


def test_a_forwarded_address_is_believed_of_named_proxies_only(environment: dict[str, str]) -> None:
    plain = with_secrets(Settings.from_env(environment))
    assert server(make_app(plain), plain).config.proxy_headers is False
    behind = with_secrets(Settings.from_env({**environment, "WUFEN_TRUSTED_PROXIES": "10.0.0.1"}))
    config = server(make_app(behind), behind).config
    assert (config.proxy_headers, config.forwarded_allow_ips) == (True, ["10.0.0.1/32"])
