"""A city for tests with real hub processes: a store to ask with, hubs that are to fire, and what the log says of it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from redis.asyncio import Redis
from sqlalchemy import select

from models.actions.requests import request_move
from models.clock import SystemClock
from models.feed.bell import RedisBell
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from models.tables import deadlines, events, incidents
from models.tasks import Tasks
from tests.support.city import found_city
from tests.support.parked import park
from tests.support.ports import free_port
from tests.support.waiting import until_async

_ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 40


@dataclass
class City:
    """A store to ask with, and the hubs that are to fire."""

    environ: dict[str, str]
    store: Store
    redis: Redis
    stack: ExitStack
    program: str = "hub"
    hubs: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ports: dict[str, str] = field(default_factory=dict)

    async def start_hub(self, name: str) -> subprocess.Popen[bytes]:
        """A hub process with a port of its own; returns when it serves."""
        environ = self.environ | {"WUFEN_PROCESS": name, "WUFEN_HUB_PORT": str(free_port())}
        hub = self.stack.enter_context(_process(self.program, environ))
        self.hubs[name] = hub
        self.ports[name] = environ["WUFEN_HUB_PORT"]
        await self.until_checks(name, lambda status, _: status == 200)
        return hub

    async def until_checks(self, name: str, right: Callable[[int, dict[str, str]], bool]) -> None:
        """Until the status of a hub's ``/readyz`` and its checks are as they should be."""

        async def are_right() -> bool:
            return right(*await asyncio.to_thread(_readiness, self.ports[name]))

        await until_async(are_right, f"{name}'s /readyz", PATIENCE_SECONDS)

    async def ask(self, count: int) -> list[str]:
        """So many cars are asked for at once; the ids of the incidents."""
        asked = await asyncio.gather(
            *(request_move(self.store, request) for request in await park(self.store, count))
        )
        return [one.view["id"] for one in asked]

    async def known_to(self, name: str) -> None:
        """Until a hub holds open deadlines."""
        await self.until_figure(name, "wufen_hub_open_deadlines", lambda value: value > 0)

    async def until_figure(self, name: str, figure: str, right: Callable[[float], bool]) -> None:
        """Until one of a hub's figures is as it should be."""

        async def is_right() -> bool:
            return right(await asyncio.to_thread(self.figure, name, figure))

        await until_async(is_right, f"{figure} of {name}", PATIENCE_SECONDS)

    def figure(self, name: str, figure: str) -> float:
        """Read from the hub's own socket, as its sisters do."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(self.store.settings.run_dir / f"{name}.sock"))
            whole = b""
            while chunk := connection.recv(65_536):
                whole += chunk
        found = re.search(rf"^{re.escape(figure)} (\S+)$", whole.decode(), flags=re.MULTILINE)
        return float(found[1]) if found else 0.0

    async def handed_over(self, ids: list[str]) -> None:
        """Until each of these incidents is handed over; and then, that each was so once, with one breach."""

        async def all_of_them() -> bool:
            counts = await self.counts("handed_over")
            return all(counts[incident_id] for incident_id in ids)

        await until_async(all_of_them, "every hand-over", PATIENCE_SECONDS)
        for name in ("breached", "handed_over"):
            counts = await self.counts(name)
            assert {incident_id: counts[incident_id] for incident_id in ids} == dict.fromkeys(ids, 1)

    async def counts(self, name: str) -> Counter[str]:
        """How often each incident had an event of this name."""
        async with self.store.database.read() as connection:
            query = select(events.c.incident_id).where(events.c.name == name)
            return Counter((await connection.execute(query)).scalars())

    async def time_is_over(self, since: timedelta = timedelta(0)) -> None:
        """Until the response time of every incident has passed so long ago, by this machine's clock."""
        last = await self._last_respond_by()

        async def passed() -> bool:
            return self.store.clock.now() > last + since

        await until_async(passed, "the response time to be over", PATIENCE_SECONDS)

    async def nothing_is_open(self) -> None:
        """No deadline waits any more that was due by the end of the response time, whatever its kind."""
        last = await self._last_respond_by()
        query = select(deadlines.c.id).where(deadlines.c.due_at <= last, deadlines.c.status == "open")

        async def none_is() -> bool:
            async with self.store.database.read() as connection:
                return (await connection.execute(query)).first() is None

        await until_async(none_is, "all deadlines to be settled", PATIENCE_SECONDS)

    async def _last_respond_by(self) -> datetime:
        async with self.store.database.read() as connection:
            last: datetime = max((await connection.execute(select(incidents.c.respond_by))).scalars())
        return last


@contextmanager
def _process(program: str, environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-m", program], cwd=_ROOT, env=environ) as hub:
        try:
            yield hub
        finally:
            hub.kill()  # even one that is stopped


def _readiness(port: str) -> tuple[int, dict[str, str]]:
    """The status of ``/readyz`` and its checks; 0 while nobody answers."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as response:
            return response.status, json.load(response)["checks"]
    except HTTPError as error:
        with error:
            return error.code, json.load(error)["checks"]
    except (URLError, OSError):
        return 0, {}


@asynccontextmanager
async def city_of(
    environment: dict[str, str], respond_seconds: int, program: str = "hub"
) -> AsyncIterator[City]:
    """``program``: the module that is run as a hub."""
    own = environment | {"WUFEN_RESPOND_SECONDS": str(respond_seconds), "WUFEN_LIMITS": "off"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WUFEN_")}
    settings = with_secrets(
        Settings.from_env({name: value for name, value in own.items() if name.startswith("WUFEN_")})
    )
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    async with Redis.from_url(settings.redis_url) as redis, Tasks() as tasks:
        bell = RedisBell(redis)
        tasks.start(bell.serve(), "bell")
        store = Store.open(settings, bell=bell, clock=SystemClock())
        await found_city(store)
        with ExitStack() as stack:
            yield City(kept | own, store, redis, stack, program)
        await store.close()
