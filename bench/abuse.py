"""What bad clients cost the good ones, and the hub: ``python -m bench.abuse [kind …]``.

One hub with its default limits, a database, Redis, and a busy district: 50 events a second to 20 well-behaved
clients. For each kind of misbehaviour (``bench.abusers``) it prints the time from doorbell to frame and the hub's
memory before, during and after. The hub has one core, everybody else the other one; those who misbehave give
way to those who measure. Loopback only, bounded in time.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import msgspec
from redis.asyncio import Redis

from bench.abusers import KINDS, Target, misbehave
from bench.processes import cpu_seconds
from hub.frames import TEXT
from models.clock import SystemClock, iso
from models.feed.append import Pending
from models.feed.bell import DOORBELL
from models.feed.channels import publication
from models.feed.entries import to_bell
from models.ids import RandomIds
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from models.tokens import connection_token
from tests.support.city import YUCHENG, found_city
from tests.support.databases import SqliteDatabases
from tests.support.ports import free_port
from tests.support.raw_client import RawClient, frame
from tests.support.recording import RecordingBell
from tests.support.redis_server import running_redis
from tests.support.waiting import until

CHANNEL = f"district:{YUCHENG}"
GOOD = 20  # clients
EVENTS_PER_SECOND = 50
EVENT_BYTES = 300
MOST_SECONDS = 30
AFTERWARDS_SECONDS = 12.0  # in which the hub has to be as it was
ONE = ("127.0.0.2",)
MANY = tuple(f"127.0.{block}.{host}" for block in (1, 2) for host in range(1, 251))
AT_ONCE = {"opens_and_drops": 64, "shakes_hands_and_drops": 64, "never_reads": 90, "never_pongs": 90}
ROWS = [
    ("nobody", "", ONE),
    *((kind, kind, ONE) for kind in KINDS),
    ("opens_and_drops, 500 addresses", "opens_and_drops", MANY),
    ("shakes_hands_and_drops, 500 addresses", "shakes_hands_and_drops", MANY),
    ("never_shows_a_token, 500 addresses", "never_shows_a_token", MANY),
    ("nobody, at the end", "", ONE),
]


@dataclass
class Scene:
    """A hub that runs, and how to reach it."""

    pid: int
    port: int
    settings: Settings
    times: list[float] = field(default_factory=list)  # seconds from doorbell to frame
    rung: dict[int, float] = field(default_factory=dict)  # when, by offset

    def token(self, subject: str) -> str:
        now = SystemClock().now()
        return connection_token(self.settings.hub_token_secret, subject, [CHANNEL], now, 3600)

    def memory(self) -> float:
        """MB of the hub."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def figures(self) -> dict[str, float]:
        """What the hub counted: refusals and disconnects, by name."""
        with urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        wanted = ("wufen_hub_refusals_total", "wufen_hub_disconnects_total", "wufen_hub_handshakes_total")
        return {
            name.partition("_hub_")[2]: float(number)
            for name, _, number in (line.rpartition(" ") for line in lines if line.startswith(wanted))
        }


def main() -> int:
    asked = _arguments()
    if asked.misbehave:
        os.nice(19)
        print(asyncio.run(_misbehave(asked)))
        return 0
    with tempfile.TemporaryDirectory(prefix="wufen-bench-") as folder, running_redis() as redis_url:
        environ = _environ(Path(folder), redis_url)
        with _hub(environ) as pid:
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
            settings = with_secrets(Settings.from_env({**environ}))
            asyncio.run(_measure(Scene(pid, settings.hub_port, settings), asked))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.abuse", description=__doc__)
    parser.add_argument("kinds", nargs="*", help=f"of {', '.join(KINDS)} (default: all)")
    parser.add_argument(
        "--seconds", type=float, default=8, help=f"of each kind (default 8, most {MOST_SECONDS})"
    )
    parser.add_argument("--misbehave", nargs=4, help=argparse.SUPPRESS)  # port, token, kind, addresses
    asked = parser.parse_args()
    if not 0 < asked.seconds <= MOST_SECONDS:
        parser.error(f"at most {MOST_SECONDS} seconds")
    return asked


def _environ(folder: Path, redis_url: str) -> dict[str, str]:
    return {
        "WUFEN_HOME": str(folder / "home"),
        "WUFEN_DATABASE_URL": SqliteDatabases(folder).create(folder / "wufen.db"),
        "WUFEN_REDIS_URL": redis_url,
        "WUFEN_HUB_PORT": str(free_port()),
        "WUFEN_LOG_LEVEL": "warning",
        "WUFEN_PROCESS": "hub.1",
        "TMPDIR": str(folder),
    }


@contextmanager
def _hub(environ: dict[str, str]) -> Iterator[int]:
    """The hub's process, alone on the first core."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WUFEN_")}
    with subprocess.Popen([sys.executable, "-m", "hub"], env={**kept, **environ}) as hub:
        os.sched_setaffinity(hub.pid, {min(os.sched_getaffinity(0))})
        try:
            until(lambda: _is_ready(environ["WUFEN_HUB_PORT"]), "the hub")
            yield hub.pid
        finally:
            hub.terminate()


def _is_ready(port: str) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


async def _misbehave(asked: argparse.Namespace) -> int:
    port, token, kind, addresses = asked.misbehave
    target = Target(int(port), token, CHANNEL, tuple(addresses.split(",")))
    return await misbehave(kind, target, AT_ONCE.get(kind, 200), asked.seconds)


async def _measure(scene: Scene, asked: argparse.Namespace) -> None:
    bell = RecordingBell()
    store = Store.open(scene.settings, bell=bell, clock=SystemClock(), ids=RandomIds())
    await found_city(store)
    async with (
        Redis.from_url(scene.settings.redis_url) as redis,
        _good_clients(scene),
        asyncio.TaskGroup() as group,
    ):
        writing = group.create_task(_write(scene, store, bell, redis))
        await _quantiles(scene, 3)  # warms up
        print(_HEAD)
        for label, kind, addresses in ROWS:
            if not asked.kinds or kind in asked.kinds or not kind:
                await _row(scene, asked.seconds, label, kind, addresses)
        writing.cancel()
    await store.close()


async def _write(scene: Scene, store: Store, bell: RecordingBell, redis: Redis) -> None:
    """Events at a steady rate, committed and then rung for."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        at = store.clock.now()
        async with store.change() as change:
            data = publication("requested", {"id": store.ids.new(), "pad": "x" * EVENT_BYTES}, iso(at))
            change.pending.append(Pending(YUCHENG, "requested", at, data, "system"))
        entries, bell.entries = bell.entries, []
        scene.rung = {entry.offset: loop.time() for entry in entries} | dict(list(scene.rung.items())[-500:])
        await redis.publish(DOORBELL, to_bell(entries))
        due = max(due + 1 / EVENTS_PER_SECOND, loop.time() - 1)
        await asyncio.sleep(max(0.0, due - loop.time()))


@asynccontextmanager
async def _good_clients(scene: Scene) -> Any:
    async with AsyncExitStack() as stack:
        clients = [RawClient(scene.port) for _ in range(GOOD)]
        for number, client in enumerate(clients):
            stack.callback(client.close)
            await client.open()
            await client.upgrade()
            connect = b'{"id":1,"connect":{"token":"%b"}}' % scene.token(f"wall:{number}").encode()
            await client.say(
                frame(TEXT, connect + b'\n{"id":2,"subscribe":{"channel":"%b"}}' % CHANNEL.encode())
            )
        async with asyncio.TaskGroup() as group:
            listening = [group.create_task(_listen(scene, client)) for client in clients]
            yield
            for one in listening:
                one.cancel()


async def _listen(scene: Scene, client: RawClient) -> None:
    """Hears everything in order, answers pings, and takes the time."""
    loop = asyncio.get_running_loop()
    last = 0
    while True:
        payload = await client.hear_message()
        now = loop.time()
        for line in payload.splitlines():
            message = msgspec.json.decode(line)
            if not message:
                await client.say(frame(TEXT, b"{}"))
            elif "push" in message:
                offset = message["push"]["pub"]["offset"]
                if last and offset != last + 1:
                    raise AssertionError(f"{offset} came after {last}")
                last = offset
                if offset in scene.rung:
                    scene.times.append(now - scene.rung[offset])


_HEAD = (
    "| who misbehaves | rounds | p50 ms before, during, after | p99 ms before, during, after |"
    " hub MB before, most, after | hub's core | most refusals |\n|---|---|---|---|---|---|---|"
)


async def _row(scene: Scene, seconds: float, label: str, kind: str, addresses: tuple[str, ...]) -> None:
    memory = [scene.memory()]
    figures = await asyncio.to_thread(scene.figures)
    before = await _quantiles(scene, seconds / 2)
    cpu = sum(cpu_seconds([scene.pid]).values())
    began = asyncio.get_running_loop().time()
    rounds, during, most = await _trouble(scene, seconds, kind, addresses)
    busy = (sum(cpu_seconds([scene.pid]).values()) - cpu) / (asyncio.get_running_loop().time() - began)
    await asyncio.sleep(AFTERWARDS_SECONDS)
    after = await _quantiles(scene, seconds / 2)
    memory += [most, scene.memory()]
    counted = await asyncio.to_thread(scene.figures)
    told = {name: count - figures.get(name, 0) for name, count in counted.items() if "101" not in name}
    name, count = max(told.items(), key=lambda one: one[1], default=("", 0.0))
    cells = [
        label.replace("_", " "),
        rounds,
        *(", ".join(f"{one[at] * 1000:.1f}" for one in (before, during, after)) for at in (0, 1)),
        ", ".join(f"{one:.0f}" for one in memory),
        f"{busy:.0%}",
        f"{count:.0f} {name.partition('{')[0].removesuffix('_total')} {_label(name)}" if count > 1 else "",
    ]
    print("| " + " | ".join(cells) + " |", flush=True)


def _label(name: str) -> str:
    """Of ``…{process="hub.1",reason="flood"}`` the reason."""
    parts = [
        part.split("=")[1].strip('"}') for part in name.partition("{")[2].split(",") if "process=" not in part
    ]
    return " ".join(parts)


async def _trouble(
    scene: Scene, seconds: float, kind: str, addresses: tuple[str, ...]
) -> tuple[str, tuple[float, float], float]:
    """What it was like meanwhile, and the hub's greatest memory."""
    if not kind:
        return "", await _quantiles(scene, seconds), scene.memory()
    command = [sys.executable, "-m", "bench.abuse", "--seconds", str(seconds)]
    command += ["--misbehave", str(scene.port), scene.token("officer:bad"), kind, ",".join(addresses)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    scene.times.clear()
    most = 0.0
    while process.returncode is None:
        most = max(most, scene.memory())
        try:
            async with asyncio.timeout(0.1):
                await process.wait()
        except TimeoutError:
            continue
    assert process.stdout is not None
    rounds = (await process.stdout.read()).decode().strip()
    return rounds, _of(scene.times), most


async def _quantiles(scene: Scene, seconds: float) -> tuple[float, float]:
    scene.times.clear()
    await asyncio.sleep(seconds)
    return _of(scene.times)


def _of(times: list[float]) -> tuple[float, float]:
    """Half and 99 of 100 were faster."""
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]


if __name__ == "__main__":
    raise SystemExit(main())
