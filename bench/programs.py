"""The programs of the fan-out benches: compiled when they are needed, each on a core of its own, loopback only."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bench.processes import run_seconds
from models.migrate import upgrade
from models.secrets_file import with_secrets
from models.settings import Settings
from tests.support.ports import free_port
from tests.support.redis_server import running_redis
from tests.support.tether import tethered
from tests.support.waiting import until

SECRET = "a secret of benches, 32 characters"
_SOURCES = Path(__file__).parent / "c"
_ROOT = _SOURCES.parent.parent
SERVER_CORE, CLIENT_CORE = 0, 1


def compiled(name: str, folder: Path) -> Path:
    """The program of a C source here; nothing that was compiled is kept."""
    program = folder / name
    compiler = shutil.which("cc")
    if compiler is None:
        raise SystemExit("The floor and the load client need a C compiler (cc).")
    source = _SOURCES / f"{name}.c"
    subprocess.run([compiler, "-O2", "-o", program, source], check=True)
    return program


def pinned(core: int, command: Sequence[str | Path]) -> list[str | Path]:
    """The command on that core, if the machine has it."""
    taskset = shutil.which("taskset")
    if (os.cpu_count() or 1) <= core or taskset is None:
        return list(command)
    return [taskset, "-c", str(core), *command]


class Server:
    """A server under load."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    def cpu_seconds(self) -> float:
        """What it has used of its core, all threads."""
        return run_seconds(self.process.pid)

    def memory_bytes(self) -> int:
        """Its own memory: resident and shared with nobody."""
        rollup = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        lines = [line.split() for line in rollup.splitlines() if line.startswith("Private_")]
        return 1024 * sum(int(line[1]) for line in lines)


@contextlib.contextmanager
def running_floor(program: Path, *arguments: str) -> Iterator[Server]:
    """The C server, which needs nothing else."""
    port = free_port()
    with running([program, str(port), *arguments], port) as server:
        yield server


@contextlib.contextmanager
def running_hub(settings: Settings, environ: dict[str, str]) -> Iterator[Server]:
    """A real hub process; ``environ`` are its variables and ``settings`` what they say."""
    with running([sys.executable, "-m", "hub"], settings.hub_port, environ) as server:
        until(lambda: _is_ready(settings.hub_port), "the hub")
        yield server


@contextlib.contextmanager
def surroundings(home: Path, **variables: str) -> Iterator[tuple[Settings, dict[str, str]]]:
    """What a hub needs: a migrated database, a Redis server, and its settings."""
    with running_redis() as redis_url:
        own = {
            "WUFEN_HOME": str(home),
            "WUFEN_DATABASE_URL": f"sqlite:///{home}/wufen.db",
            "WUFEN_REDIS_URL": redis_url,
            "WUFEN_HUB_PORT": str(free_port()),
            "WUFEN_HUB_TOKEN_SECRET": SECRET,
            "WUFEN_LIMITS": "off",
            "WUFEN_LOG_LEVEL": "warning",
            **variables,
        }
        home.mkdir()
        upgrade(own["WUFEN_DATABASE_URL"])
        yield with_secrets(Settings.from_env(own)), own


class Load:
    """The load client; each command is answered by one line (``c/load.c`` says what)."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.connected = self._answer()

    def do(self, command: str) -> dict[str, Any]:
        """Tells it what to do, and waits for the figures."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the load client gave up: {self._process.wait()}")
        told: dict[str, Any] = json.loads(line)
        return told


@contextlib.contextmanager
def running_load(
    program: Path, port: int, clients: Sequence[tuple[str, str]], *, at_once: int = 64, size: int = 300
) -> Iterator[Load]:
    """``clients``: the token and the channel of each. Comes back when all are subscribed."""
    file = program.with_suffix(".clients")
    file.write_text("".join(f"{token} {channel}\n" for token, channel in clients))
    command = pinned(CLIENT_CORE, [program, str(port), file, str(at_once), str(size)])
    with subprocess.Popen(
        tethered(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Load(process)
        finally:
            process.terminate()


@contextlib.contextmanager
def running(
    command: Sequence[str | Path], port: int, environ: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Server]:
    """A server of any kind, once it listens; variables of ours come from ``environ`` alone."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WUFEN_")}
    with subprocess.Popen(
        tethered(pinned(SERVER_CORE, command)), text=True, env={**clean, **environ}, cwd=_ROOT
    ) as process:
        try:
            until(lambda: _listens(port), f"a server on port {port}")
            yield Server(process, port)
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _is_ready(port: int) -> bool:
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer,
    ):
        return bool(answer.status == 200)
    return False
