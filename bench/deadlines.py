"""Deadlines that fall due at a steady rate while a million others are open: ``python -m bench.deadlines``.

Starts real hubs in a home of their own, on loopback only, with full durability. Each due one hands a request
over and offers it to two officers. Prints how late hubs woke and committed (their own histograms), how late the
hand-over was heard on the doorbell, what it cost, and whether each was fired exactly once.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import uvloop
from redis.asyncio import Redis
from sqlalchemy import func, select

from bench import due_rows
from bench.histograms import exactly, histogram, quantiles
from bench.processes import below, cpu_seconds, rss_bytes
from models.clock import SystemClock
from models.feed.bell import DOORBELL, RedisBell
from models.feed.entries import from_bell
from models.migrate import upgrade
from models.secrets_file import make_folder, with_secrets
from models.settings import Settings
from models.store import Store
from models.tables import deadlines, events, incidents
from models.tasks import Tasks
from tests.support.ports import free_port
from tests.support.postgres_server import running_postgres
from tests.support.redis_server import running_redis
from tests.support.waiting import until, until_async

MOST_OPEN, MOST_RATE, MOST_SECONDS, MOST_HUBS = 2_000_000, 5_000, 60, 4
LOAD_SECONDS = 300  # for a hub to read a million of them
LEAD_SECONDS = 4.0  # from when the due ones are written until the first of them is due
ROWS_A_SECOND = 1_500  # that we can write, at the least
CATCH_UP_SECONDS = 60  # after the last one was due


class _Incident(msgspec.Struct):
    respond_by: datetime


class _Told(msgspec.Struct):
    event: str
    incident: _Incident


_decode = msgspec.json.Decoder(_Told).decode


@dataclass
class City:
    """What runs: the store that we write with, the hubs, and where their figures are."""

    store: Store
    redis: Redis
    hubs: list[subprocess.Popen[bytes]]
    url: str
    database_pids: list[int]
    started: float = field(default_factory=time.monotonic)

    def figures(self) -> str:
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=5) as answer:
            return str(answer.read().decode())

    def ready(self) -> bool:
        """Whether every hub holds what is open."""
        with contextlib.suppress(OSError):
            figures = self.figures()
            return all(
                f'wufen_hub_open_deadlines{{process="hub.{n}"}}' in figures
                for n in range(1, len(self.hubs) + 1)
            )
        return False

    def cpu(self) -> dict[int, tuple[str, float]]:
        """Name and CPU seconds so far of each process: hubs, and what the database has running now."""
        roots = (*(hub.pid for hub in self.hubs), *self.database_pids)
        told = {pid: cpu_seconds([pid]) for root in roots for pid in below(root)}
        return {pid: next(iter(one.items())) for pid, one in told.items() if one}


def main() -> int:
    asked = _arguments()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wufen-bench-")))
        url, pids = stack.enter_context(_database(asked.database, folder))
        redis_url = stack.enter_context(running_redis())
        environ = _environ(folder, url, redis_url)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_measure(asked, environ, pids))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.deadlines", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--open", type=int, default=1_000_000, help=f"far deadlines, most {MOST_OPEN}")
    parser.add_argument("--rate", type=float, nargs="+", default=[2_000], help="due a second, one run each")
    parser.add_argument("--seconds", type=float, default=10, help=f"of each run, most {MOST_SECONDS}")
    parser.add_argument("--hubs", type=int, default=1, help=f"that share the work, most {MOST_HUBS}")
    asked = parser.parse_args()
    if not 0 <= asked.open <= MOST_OPEN or not all(0 < rate <= MOST_RATE for rate in asked.rate):
        parser.error(f"at most {MOST_OPEN} open and {MOST_RATE} a second")
    if not 0 < asked.seconds <= MOST_SECONDS or not 0 < asked.hubs <= MOST_HUBS:
        parser.error(f"at most {MOST_SECONDS} seconds and {MOST_HUBS} hubs")
    return asked


@contextlib.contextmanager
def _database(kind: str, folder: Path) -> Iterator[tuple[str, list[int]]]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/wufen.db", []
        return
    with running_postgres(durable=True) as server:
        yield server.create("bench"), [server.pid]


def _environ(folder: Path, database_url: str, redis_url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WUFEN_")}
    return kept | {
        "WUFEN_HOME": str(folder),
        "WUFEN_DATABASE_URL": database_url,
        "WUFEN_REDIS_URL": redis_url,
        "WUFEN_HUB_PORT": str(free_port()),
    }


async def _measure(asked: argparse.Namespace, environ: dict[str, str], database_pids: list[int]) -> None:
    own = {name: value for name, value in environ.items() if name.startswith("WUFEN_")}
    settings = with_secrets(Settings.from_env(own))
    make_folder(settings.run_dir)
    await asyncio.to_thread(upgrade, settings.database_url)
    async with Redis.from_url(settings.redis_url) as redis, Tasks() as tasks:
        bell = RedisBell(redis)
        tasks.start(bell.serve(), "bell")
        store = Store.open(settings, bell=bell, clock=SystemClock())
        await due_rows.found(store)
        await due_rows.far_ones(store, asked.open)
        with _hubs(environ, asked.hubs) as hubs:
            city = City(store, redis, hubs, f"http://127.0.0.1:{settings.hub_port}", database_pids)
            await asyncio.to_thread(until, city.ready, "the hubs to be ready", LOAD_SECONDS)
            print(f"{asked.database}, {asked.hubs} hub(s), {asked.open} open:", end=" ")
            print(f"ready after {time.monotonic() - city.started:.1f} s,", end=" ")
            print(", ".join(f"{rss_bytes(hub.pid) / 2**20:.0f} MiB" for hub in hubs), flush=True)
            for rate in asked.rate:
                await _run(city, int(rate * asked.seconds), rate)
        await store.close()


@contextlib.contextmanager
def _hubs(environ: dict[str, str], count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    with contextlib.ExitStack() as stack:
        hubs = []
        for number in range(1, count + 1):
            command = [sys.executable, "-m", "hub"]
            own = environ | {"WUFEN_PROCESS": f"hub.{number}"}
            hub = stack.enter_context(subprocess.Popen(command, env=own))
            stack.callback(hub.terminate)
            hubs.append(hub)
        yield hubs


async def _run(city: City, count: int, rate: float) -> None:
    """One run: ``count`` fall due, ``rate`` a second."""
    lead = LEAD_SECONDS + count / ROWS_A_SECOND
    first = SystemClock().now() + timedelta(seconds=lead)
    async with _listening(city.redis) as heard:
        await due_rows.due_ones(city.store, count, first, rate)
        if SystemClock().now() >= first:
            raise SystemExit("the rows took longer to write than expected: try a lower rate")
        await until_async(lambda: _is_past(first - timedelta(seconds=0.5)), "the first to be due", lead)
        before, figures = city.cpu(), await asyncio.to_thread(city.figures)
        began = time.monotonic()
        long = count / rate + CATCH_UP_SECONDS
        await until_async(lambda: _all_heard(heard, count), "every hand-over to be heard", long)
        cpu = _spent(before, city.cpu())
        took = time.monotonic() - began
        after = await asyncio.to_thread(city.figures)
    print(f"\n{rate:g} due a second, {count} in {took:.1f} s: {await _found(city.store, first, count)}")
    for label, name in (("woke", "waking"), ("committed", "lateness")):
        name = f"wufen_hub_deadline_{name}_seconds"
        print(f"  {label:10}", quantiles(histogram(after, name) - histogram(figures, name)))
    print(f"  {'heard':10}", exactly(heard))
    tried, tried_before = _tries(after), _tries(figures)
    for who in sorted(tried):
        print(f"  {'tries':10} {who} {tried[who] - tried_before.get(who, 0):.0f}")
    for name, seconds in sorted(cpu.items(), key=lambda one: -one[1]):
        if seconds >= 0.02:
            share = 100 * seconds / took
            print(f"  {name:10} {1e6 * seconds / count:6.0f} µs each {share:6.1f} % of a core", flush=True)


def _spent(before: dict[int, tuple[str, float]], after: dict[int, tuple[str, float]]) -> dict[str, float]:
    """CPU seconds by name; a backend that the database started meanwhile counts from its start."""
    spent: dict[str, float] = {}
    for pid, (name, seconds) in after.items():
        spent[name] = spent.get(name, 0.0) + seconds - before.get(pid, (name, 0.0))[1]
    return spent


def _tries(figures: str) -> dict[str, float]:
    """How often each hub tried to fire one, by what came of it: a second hub's costs are those it found settled."""
    found = re.findall(r"^wufen_hub_firings_total{(.*)} (\S+)$", figures, flags=re.MULTILINE)
    return {" ".join(sorted(re.findall(r'="([^"]*)"', labels))): float(count) for labels, count in found}


@asynccontextmanager
async def _listening(redis: Redis) -> AsyncIterator[list[float]]:
    """Seconds from when each was due until its hand-over came from the doorbell, while the block runs."""
    heard: list[float] = []
    clock = SystemClock()

    async def listen() -> None:
        async for message in doorbell.listen():
            if message["type"] == "message":
                now = clock.now()
                told = [_decode(entry.data) for entry in from_bell(message["data"])]
                heard.extend(
                    (now - one.incident.respond_by).total_seconds()
                    for one in told
                    if one.event == "handed_over"
                )

    async with redis.pubsub() as doorbell, Tasks() as tasks:
        await doorbell.subscribe(DOORBELL)
        tasks.start(listen(), "listening")
        yield heard


async def _is_past(instant: datetime) -> bool:
    return SystemClock().now() >= instant


async def _all_heard(heard: list[float], count: int) -> bool:
    return len(heard) >= count


async def _found(store: Store, first: datetime, count: int) -> str:
    """What the database says of those that fell due since ``first``; raises when one was lost or doubled."""
    mine = incidents.c.respond_by.between(first, first + due_rows.FAR / 2)
    async with store.database.read() as connection:
        fired = await connection.execute(
            select(func.count())
            .select_from(deadlines.join(incidents, incidents.c.id == deadlines.c.incident_id))
            .where(mine, deadlines.c.kind == "respond", deadlines.c.status == "fired")
        )
        handed = await connection.execute(
            select(func.count(), func.count(events.c.incident_id.distinct()))
            .select_from(events.join(incidents, incidents.c.id == events.c.incident_id))
            .where(mine, events.c.name == "handed_over")
        )
        told = (fired.scalar_one(), *handed.one())
    if told != (count, count, count):
        raise SystemExit(
            f"of {count}: fired {told[0]}, handed over {told[1]} times, {told[2]} different ones"
        )
    return "each fired once"


if __name__ == "__main__":
    raise SystemExit(main())
