"""A web process that dies while bytes are coming in, and a phone whose line dies: what is counted is on the disk."""

from __future__ import annotations

import signal
import socket
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from models import partial
from models.actions.notify import token_hash
from models.clock import SystemClock
from models.privacy import Vault
from models.secrets_file import with_secrets
from models.settings import Settings
from tests.support.ports import free_port
from tests.support.resumable import PATH, SPEAKS, upload_id
from tests.support.waiting import until
from tests.web.client import bearer
from tests.web.test_process import is_ready, web_process
from web.signing import PASS, Signer

pytestmark = pytest.mark.slow
SIZE = 3_000_000
CONTENT = bytes(number % 251 for number in range(SIZE))


def a_pass(settings: Settings) -> str:
    ends = SystemClock().now() + timedelta(hours=1)
    return Signer(settings.secret_key).sign(PASS, f"secret~{int(ends.timestamp())}")


def begun(settings: Settings, token: str, name: str) -> None:
    """As a creation leaves it."""
    now = SystemClock().now().astimezone(UTC)

    def text(instant: datetime) -> str:
        return instant.isoformat(timespec="microseconds").replace("+00:00", "Z")

    with sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as connection:
        connection.execute(
            "INSERT INTO uploads (id, holder, address, purpose, kind, size, received, state, created_at, expires_at)"
            " VALUES (?, ?, x'00', 'report', 'photo', ?, 0, 'receiving', ?, ?)",
            (
                upload_id(name),
                f"pass:{token_hash(token).hex()}",
                SIZE,
                text(now),
                text(now + timedelta(hours=1)),
            ),
        )
    connection.close()


def half_a_request(port: int, token: str, name: str) -> socket.socket:
    """Announces everything, sends half of it, and leaves the line open."""
    line = socket.create_connection(("127.0.0.1", port))
    head = (
        f"PATCH {PATH}/{upload_id(name)} HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Length: {SIZE}\r\n"
        "Content-Type: application/offset+octet-stream\r\n\r\n"
    )
    line.sendall(head.encode() + CONTENT[: SIZE // 2])
    return line


def offset(port: int, token: str, name: str) -> int:
    url = f"http://127.0.0.1:{port}{PATH}/{upload_id(name)}"
    answer = httpx2.head(url, headers={**bearer(token), **SPEAKS})
    assert answer.status_code == 200
    return int(answer.headers["upload-offset"])


def finish(port: int, token: str, name: str, at: int) -> None:
    headers = {
        **bearer(token),
        **SPEAKS,
        "Upload-Offset": str(at),
        "Content-Type": "application/offset+octet-stream",
    }
    url = f"http://127.0.0.1:{port}{PATH}/{upload_id(name)}"
    answer = httpx2.patch(url, content=CONTENT[at:], headers=headers)
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(SIZE))


def test_nothing_is_lost_and_nothing_is_counted_that_is_not_there(
    environment: dict[str, str], tmp_path: Path
) -> None:
    settings, port = with_secrets(Settings.from_env(environment)), free_port()
    token, vault = a_pass(settings), Vault(settings.field_keys, settings.index_keys)
    begun(settings, token, "killed")
    begun(settings, token, "cut")
    with web_process(environment, port, tmp_path / "log") as process:
        until(lambda: is_ready(port), "the web process", seconds=30)
        killed = half_a_request(port, token, "killed")
        until(lambda: offset(port, token, "killed") >= 1_000_000, "a megabyte on the disk")
        process.send_signal(signal.SIGKILL)
        process.wait()
    killed.close()
    with web_process(environment, port, tmp_path / "log"):
        until(lambda: is_ready(port), "the next web process", seconds=30)
        there = offset(port, token, "killed")
        assert 1_000_000 <= there <= SIZE // 2
        assert partial.read(settings.home, vault, upload_id("killed"), there) == CONTENT[:there]
        finish(port, token, "killed", there)
        assert partial.read(settings.home, vault, upload_id("killed"), SIZE) == CONTENT
        # A line that dies leaves all that came, to the last byte.
        half_a_request(port, token, "cut").close()
        until(lambda: offset(port, token, "cut") == SIZE // 2, "what came before the line died")
        # One that hangs is overtaken by the next request.
        finish(port, token, "cut", SIZE // 2)
        assert partial.read(settings.home, vault, upload_id("cut"), SIZE) == CONTENT
