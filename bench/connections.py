"""What a connection costs, and how soon thousands are back: ``python -m bench.connections``.

A real hub on a real log. Memory and CPU of connections that are authenticated, subscribed and idle; then, with
events going on, all of them are cut off at once and come back, each resuming from where it was.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench.programs import SECRET, Load, Server, compiled, running_hub, running_load, surroundings
from bench.writer import CHANNEL, found, writing
from models.settings import Settings
from models.tokens import connection_token

MOST_CLIENTS = 15_000
WARM_UP = 200  # connections before memory is counted
AT_ONCE = 64  # handshakes under way while the rate is measured


class Idle(NamedTuple):
    """Of one connection: the hub's own bytes, µs of its CPU; and how many it took a second."""

    bytes: float
    cpu: float
    rate: float


class Run(NamedTuple):
    """Connections at rest; events as usual; and all cut off: figures as ``c/load.c`` gives them."""

    idle: Idle
    usual: dict[str, Any]
    storm: dict[str, Any]


def main() -> int:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="wufen-bench-") as folder:
        runs: list[Run] = []
        for number in range(asked.runs):
            with tempfile.TemporaryDirectory(dir=folder) as own:
                runs.append(measure(Path(own), asked.clients, asked.rate))
                print(f"run {number + 1}: {runs[-1]}", file=sys.stderr)
    idle = Idle(*(median(column) for column in zip(*(run.idle for run in runs), strict=True)))
    print(f"\n### {asked.clients:,} connections, medians of {asked.runs} runs\n")
    print(
        "| bytes each | CPU µs each | accepted per CPU second | accepted per second |\n|---:|---:|---:|---:|"
    )
    print(f"| {idle.bytes:,.0f} | {idle.cpu:.0f} | {1e6 / idle.cpu:,.0f} | {idle.rate:,.0f} |")
    print(f"\n### All cut off at once, {asked.rate:g} events/s going on\n")
    print("| | all current s | p50 ms | p99 ms | longest ms | replayed | lost | repeated |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    for name, figures in (
        ("before", [run.usual for run in runs]),
        ("cut and back", [run.storm for run in runs]),
    ):
        told = {key: median(one.get(key, 0) for one in figures) for key in _TOLD}
        print(f"| {name} | {' | '.join(f'{told[key]:,.3g}' for key in _TOLD)} |")
    return 0


_TOLD = ("current", "p50", "p99", "longest", "replayed", "lost", "repeated")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.connections", description=__doc__)
    parser.add_argument("--clients", type=int, default=5_000)
    parser.add_argument("--rate", type=float, default=20, help="events a second during the storm")
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    if not WARM_UP < asked.clients <= MOST_CLIENTS:
        parser.error(f"more than {WARM_UP} clients and at most {MOST_CLIENTS}")
    return asked


def measure(folder: Path, clients: int, rate: float, *, warm_up: int = WARM_UP, seconds: float = 4) -> Run:
    """One run with a hub of its own."""
    program = compiled("load", folder)
    with hub_with_log(folder) as (server, settings):
        with running_load(program, server.port, tokens(warm_up)):
            pass
        memory, cpu = server.memory_bytes(), server.cpu_seconds()
        with running_load(program, server.port, tokens(clients), at_once=AT_ONCE) as crowd:
            idle = Idle(
                (server.memory_bytes() - memory) / clients,
                (server.cpu_seconds() - cpu) * 1e6 / clients,
                clients / crowd.connected["seconds"],
            )
            usual, storm = asyncio.run(_with_events(settings, crowd, rate, clients, seconds))
    return Run(idle, held(usual), held(storm))


async def _with_events(
    settings: Settings, crowd: Load, rate: float, clients: int, seconds: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    async with writing(settings) as writer, asyncio.TaskGroup() as group:
        events = group.create_task(writer.keep_writing(rate))
        await asyncio.to_thread(crowd.do, f"listen {seconds / 4}")
        usual = await asyncio.to_thread(crowd.do, f"listen {seconds}")
        storm = await asyncio.to_thread(crowd.do, f"storm {clients} -1 1")
        events.cancel()
    return usual, storm


def tokens(count: int) -> list[tuple[str, str]]:
    """So many officers of one district."""
    now = datetime.now(UTC)  # noqa: TID251 - tokens are of today
    return [
        (connection_token(SECRET, f"officer:{number}", [CHANNEL, f"officer:{number}"], now, 3600), CHANNEL)
        for number in range(count)
    ]


@contextmanager
def hub_with_log(folder: Path, *, past: int = 0) -> Iterator[tuple[Server, Settings]]:
    """A hub whose log begins with ``past`` events, and the settings of whoever writes more of them."""
    with surroundings(folder / "home") as (settings, environ):
        asyncio.run(found(settings, past))
        with running_hub(settings, environ) as server:
            yield server, settings


def held(told: dict[str, Any]) -> dict[str, Any]:
    """The figures, if everybody had everything once and in order; else the bench ends."""
    wrong = {name: told[name] for name in ("lost", "repeated", "unrecovered", "broken") if told[name]}
    if wrong or not told["received"]:
        sys.exit(f"the hub broke its promise: {told}")
    return told


if __name__ == "__main__":
    sys.exit(main())
