"""What thousands who come back for what they missed cost the others: ``python -m bench.resume``.

A real hub on a real log with a past. Watchers hear events as they happen; then some of them are cut off at once
and ask for everything since an old position: first one that only the database remembers, then one that the
hub has in memory.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from bench.connections import held, hub_with_log, tokens
from bench.programs import Load, compiled, running_load
from bench.writer import Writer, writing

MOST_CLIENTS = 10_000
BEFORE, DATABASE, MEMORY = "before", "from the database", "from memory"


def main() -> int:
    asked = _arguments()
    runs = []
    for _ in range(asked.runs):
        with tempfile.TemporaryDirectory(prefix="wufen-bench-") as folder:
            runs.append(measure(Path(folder), asked.clients, asked.returning, asked.missed, asked.rate))
    print(f"\n### {asked.returning:,} of {asked.clients:,} clients ask for {asked.missed:,} events at once\n")
    print("| | all current s | live p50 ms | live p99 ms | longest ms | replayed | CPU ms of the hub |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name in (BEFORE, DATABASE, MEMORY):
        told = {key: median(run[name].get(key, 0) for run in runs) for key in _TOLD}
        print(f"| {name} | {' | '.join(f'{told[key]:,.4g}' for key in _TOLD)} |")
    return 0


_TOLD = ("current", "p50", "p99", "longest", "replayed", "cpu")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.resume", description=__doc__)
    parser.add_argument("--clients", type=int, default=3_000)
    parser.add_argument("--returning", type=int, default=2_000, help="of the clients")
    parser.add_argument("--missed", type=int, default=100, help="events that each of them asks for")
    parser.add_argument("--rate", type=float, default=20, help="events a second meanwhile")
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    if not 0 < asked.returning < asked.clients <= MOST_CLIENTS:
        parser.error(f"at most {MOST_CLIENTS} clients, and some of them stay")
    return asked


def measure(
    folder: Path, clients: int, returning: int, missed: int, rate: float, *, seconds: float = 4
) -> dict[str, dict[str, Any]]:
    """One run with a hub of its own; figures as ``c/load.c`` gives them, and CPU milliseconds of the hub."""
    program = compiled("load", folder)
    with hub_with_log(folder, past=missed) as (server, settings):

        async def play(crowd: Load) -> dict[str, dict[str, Any]]:
            async with writing(settings) as writer, asyncio.TaskGroup() as group:
                told = {}
                for name, offset in ((BEFORE, None), (DATABASE, 0), (MEMORY, missed)):
                    if name is MEMORY:
                        await _fill(writer, missed)
                    events = group.create_task(writer.keep_writing(rate))
                    before = server.cpu_seconds()
                    command = f"listen {seconds}" if offset is None else f"storm {returning} {offset} 1"
                    told[name] = held(await asyncio.to_thread(crowd.do, command))
                    told[name]["cpu"] = 1e3 * (server.cpu_seconds() - before)
                    events.cancel()
                return told

        with running_load(program, server.port, tokens(clients)) as crowd:
            return asyncio.run(play(crowd))


async def _fill(writer: Writer, count: int) -> None:
    """As many events as are to be missed, and heard by everybody before the next line."""
    for _ in range(count):
        await writer.write()


if __name__ == "__main__":
    sys.exit(main())
