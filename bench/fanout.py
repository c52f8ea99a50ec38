"""What a delivery costs the hub, beside the least that a server can do: ``python -m bench.fanout``.

A real hub process in test mode, with database and Redis; its clients connect with tokens and subscribe, and one
of them publishes. Server and client have a core each. The servers take turns, and the medians of their runs
are compared. Every delivery is checked: a hole or a repeat ends the bench.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench.programs import (
    SECRET,
    Server,
    compiled,
    running,
    running_floor,
    running_hub,
    running_load,
    surroundings,
)
from models.tokens import connection_token
from tests.support.ports import free_port

SERVERS = ("floor", "floor-batch", "hub", "websockets")
MOST_CLIENTS = 15_000
MOST_SECONDS = 60


class Shape(NamedTuple):
    """One kind of load. ``rate`` events a second altogether; 0: at most ``window`` not yet with everybody."""

    clients: int
    channels: int
    rate: float
    window: int
    seconds: float

    def __str__(self) -> str:
        how = f"{self.rate:g} events/s" if self.rate else f"saturated (window {self.window})"
        return f"{self.channels:,} × {self.clients // self.channels:,} subscribers, {how}"


class Cost(NamedTuple):
    """CPU in µs per delivery, deliveries a second, and milliseconds from when it was due to the client."""

    cpu: float
    rate: float
    p50: float
    p99: float


GOALS = (
    Shape(1_000, 1, 50, 0, 5),
    Shape(1_000, 1, 0, 64, 5),
    Shape(5_000, 1, 0, 64, 5),
    Shape(5_000, 1_000, 0, 64, 5),
)


def main() -> int:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="wufen-bench-") as folder:
        for shape in asked.shapes:
            costs = measure(Path(folder), shape, asked.servers, asked.runs, asked.size)
            print(table(shape, costs), flush=True)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fanout", description=__doc__)
    parser.add_argument(
        "--subscribers", type=int, help="of all channels; without it, the shapes of the goals"
    )
    parser.add_argument("--channels", type=int, default=1)
    parser.add_argument("--rate", type=float, default=0, help="events a second; without it, saturated")
    parser.add_argument("--window", type=int, default=64, help="events under way when saturated")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--size", type=int, default=300, help="bytes of an event")
    parser.add_argument("--servers", default="floor,floor-batch,hub", help=f"of {', '.join(SERVERS)}")
    asked = parser.parse_args()
    asked.servers = asked.servers.split(",")
    if not set(asked.servers) <= set(SERVERS) or not 0 < asked.seconds <= MOST_SECONDS:
        parser.error(f"servers are {', '.join(SERVERS)}; at most {MOST_SECONDS} seconds")
    shape = Shape(asked.subscribers or 0, asked.channels, asked.rate, asked.window, asked.seconds)
    if asked.subscribers is None:
        asked.shapes = [goal._replace(seconds=asked.seconds) for goal in GOALS]
    elif not 0 < shape.clients <= MOST_CLIENTS or shape.clients % shape.channels:
        parser.error(f"at most {MOST_CLIENTS} subscribers, as many in each channel")
    else:
        asked.shapes = [shape]
    return asked


def measure(
    folder: Path, shape: Shape, servers: Sequence[str], runs: int, size: int = 300
) -> dict[str, list[Cost]]:
    """The costs of each server, run by run."""
    costs: dict[str, list[Cost]] = {name: [] for name in servers}
    for number in range(runs):
        for name in servers:
            with tempfile.TemporaryDirectory(dir=folder, prefix=f"{name}-{number}-") as own:
                costs[name].append(_run(Path(own), shape, name, size))
    return costs


def table(shape: Shape, costs: dict[str, list[Cost]]) -> str:
    """The medians, as a table of Markdown; the first server is what the others are compared with."""
    lines = [
        f"\n### {shape}\n",
        "| server | CPU µs/delivery (least–most) | × first | deliveries/s | p50 ms | p99 ms |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    first = median(cost.cpu for cost in next(iter(costs.values())))
    for name, runs in costs.items():
        cpu, rate, p50, p99 = (median(column) for column in zip(*runs, strict=True))
        least, most = min(cost.cpu for cost in runs), max(cost.cpu for cost in runs)
        lines.append(
            f"| {name} | {cpu:.3f} ({least:.3f}–{most:.3f}) | {cpu / first:.2f} | {rate:,.0f} | {p50:.1f} | {p99:.1f} |"
        )
    return "\n".join(lines)


def _run(folder: Path, shape: Shape, name: str, size: int) -> Cost:
    load = compiled("load", folder)
    now = datetime.now(UTC)  # noqa: TID251 - tokens are of today
    clients = [
        (connection_token(SECRET, f"officer:{number}", [], now, 3600), f"bench:{number % shape.channels}")
        for number in range(shape.clients)
    ]
    with (
        _server(name, folder) as server,
        running_load(load, server.port, clients, size=size) as crowd,
    ):
        crowd.do(f"run {shape.rate or 0} {shape.window} {min(1.0, shape.seconds)}")  # warm up
        before = server.cpu_seconds()
        told = crowd.do(f"run {shape.rate} {shape.window} {shape.seconds}")
        used = server.cpu_seconds() - before
    wrong = [told[what] for what in ("lost", "repeated", "unrecovered", "broken")]
    if any(wrong) or told["received"] != told["expected"] or not told["received"]:
        sys.exit(f"{name}: lost, repeated, unrecovered, broken: {wrong}; {told}")
    return Cost(used * 1e6 / told["received"], told["received"] / told["seconds"], told["p50"], told["p99"])


def _server(name: str, folder: Path) -> AbstractContextManager[Server]:
    if name == "hub":
        return _hub(folder)
    if name == "websockets":
        port = free_port()
        return running([sys.executable, "-m", "bench.peer", str(port)], port)
    return running_floor(compiled("floor", folder), *(["batch"] if name == "floor-batch" else []))


@contextlib.contextmanager
def _hub(folder: Path) -> Iterator[Server]:
    with (
        surroundings(folder / "home", WUFEN_HUB_TEST_MODE="1") as (settings, environ),
        running_hub(settings, environ) as server,
    ):
        yield server


if __name__ == "__main__":
    sys.exit(main())
