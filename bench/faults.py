"""What dies, and how: one coroutine per fault, played on the real processes of a product.

Each returns when what died is there again; until when clients are current is for others to see.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench.processes import below
from tests.support.product import Product
from tests.support.waiting import until

SHORT_SECONDS = 2.0  # a freeze that ends by itself, before anybody is killed for it
LOCKED_SECONDS = 3.0
QUIET_SECONDS = 5.0
BACK_SECONDS = 20.0  # in which a process must be there again
LOOK_SECONDS = 0.02  # between two looks whether a database is there again


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a fault is played; ``postgres`` is its postmaster's pid, where there is one."""

    product: Product
    postgres: int | None = None

    async def pid(self, name: str) -> int:
        return await asyncio.to_thread(self.product.pid, name)

    async def back(self, name: str, former: int) -> None:
        """Waits until another process of that name runs and is ready."""
        await asyncio.to_thread(
            until,
            lambda: self.product.pid(name) != former and self._is_ready(name),
            f"{name} to be back",
            BACK_SECONDS,
        )

    def _is_ready(self, name: str) -> bool:
        """Figures of a process are served once it is up."""
        if name.partition(".")[0] != "hub":
            return True
        with (
            suppress(OSError, urllib.error.URLError),
            urllib.request.urlopen(self._metrics(), timeout=1) as page,
        ):
            return f'process="{name}"' in page.read().decode()
        return False

    def _metrics(self) -> str:
        return self.product.hub_url.replace("ws://", "http://").replace("/connection/websocket", "/metrics")


Fault = Callable[[Stage], Awaitable[None]]


def signalled(number: signal.Signals, *names: str) -> Fault:
    """Each of these processes gets the signal, the next one when the last is back."""

    async def play(stage: Stage) -> None:
        for name in names:
            pid = await stage.pid(name)
            os.kill(pid, number)
            await stage.back(name, pid)

    return play


def paused(name: str, seconds: float) -> Fault:
    """The process stands still for a moment; its connections stay open and silent."""

    async def play(stage: Stage) -> None:
        pid = await stage.pid(name)
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    return play


async def reloaded(stage: Stage) -> None:
    """The operator's command: every process is started anew, one after the other."""
    wufen = Path(sys.executable).with_name("wufen")
    told = await asyncio.create_subprocess_exec(
        wufen, "reload", env={**os.environ, **stage.product.settings}, stdout=asyncio.subprocess.DEVNULL
    )
    assert await told.wait() == 0


async def database_fails(stage: Stage) -> None:
    """PostgreSQL loses a backend to kill -9, ends all others and recovers; SQLite is locked by somebody else."""
    url = stage.product.settings.get("WUFEN_DATABASE_URL", "")
    if stage.postgres is not None:
        await _backend_dies(url, stage.postgres)
        return
    path = Path(url.removeprefix("sqlite:///")) if url else stage.product.home / "wufen.db"
    with closing(
        sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    ) as connection:
        await asyncio.to_thread(connection.execute, "BEGIN IMMEDIATE")
        await asyncio.sleep(LOCKED_SECONDS)
        connection.execute("ROLLBACK")


async def _backend_dies(url: str, postmaster: int) -> None:
    ended = asyncio.Event()
    witness = await asyncpg.connect(url)
    witness.add_termination_listener(lambda _: ended.set())
    (backend,) = await witness.fetchrow(
        "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    assert backend in below(postmaster)
    os.kill(backend, signal.SIGKILL)
    async with asyncio.timeout(BACK_SECONDS):
        await ended.wait()
        while True:
            with suppress(OSError, TimeoutError, asyncpg.PostgresError):
                await (await asyncpg.connect(url, timeout=1)).close()
                return
            await asyncio.sleep(LOOK_SECONDS)


async def nothing_dies(_stage: Stage) -> None:
    """What the machine does to everybody by itself, for as long as most faults take."""
    await asyncio.sleep(QUIET_SECONDS)


FAULTS: dict[str, Fault] = {
    "nothing": nothing_dies,
    "hub, kill -9": signalled(signal.SIGKILL, "hub.1"),
    "web, kill -9": signalled(signal.SIGKILL, "web.1"),
    "worker, kill -9": signalled(signal.SIGKILL, "worker.1"),
    "Redis, kill -9": signalled(signal.SIGKILL, "redis"),
    "Redis, frozen for 2 s": paused("redis", SHORT_SECONDS),
    "hub, frozen for 2 s": paused("hub.2", SHORT_SECONDS),
    "hub, frozen until it is killed": signalled(signal.SIGSTOP, "hub.2"),
    "hub, SIGTERM": signalled(signal.SIGTERM, "hub.1"),
    "rolling restart of all hubs": signalled(signal.SIGTERM, "hub.1", "hub.2"),
    "wufen reload": reloaded,
    "database fails": database_fails,
}
