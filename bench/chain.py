"""What the chain costs a request: ``python -m bench.chain --database sqlite|postgresql``.

Requests for cars in the way, without HTTP, on a real database with full durability, in turns with the chain and without
it, so that whatever else the machine does falls on both. Prints the least and the median of the turns: CPU of this
process and of the database, and the time.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from sqlalchemy.ext.asyncio import AsyncConnection

from bench import stickers
from bench.processes import run_seconds
from bench.writer import DISTRICT, Writer, found
from models.actions.requests import MoveRequest, request_move
from models.feed import append as appending
from models.feed.bell import SilentBell
from models.geography import Location
from models.inserts import insert_rows
from models.migrate import upgrade
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from models.tables import events
from tests.support.postgres_server import running_postgres

WARM_UP = 2  # turns of each that are not counted
GATE = Location(29.98, 103.0, 12.0)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.chain", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--turns", type=int, default=20, help="of each (default 20)")
    parser.add_argument("--group", type=int, default=32, help="requests at once (default 32)")
    parser.add_argument("--groups", type=int, default=8, help="groups in a turn (default 8)")
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="wufen-bench-") as folder,
        _database(asked.database, folder) as url,
    ):
        environ = {"WUFEN_HOME": folder, "WUFEN_DATABASE_URL": url, "WUFEN_LIMITS": "off"}
        upgrade(url)
        asyncio.run(_measure(with_secrets(Settings.from_env(environ)), asked))
    return 0


@contextlib.contextmanager
def _database(kind: str, folder: str) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{Path(folder)}/wufen.db"
        return
    with running_postgres(durable=True) as server:
        os.environ["BENCH_POSTGRES"] = str(server.pid)
        yield server.create("bench")


async def _write_bare(connection: AsyncConnection, rows: Sequence[dict[str, Any]], newest: object) -> None:
    """As it was written before there was a chain."""
    await insert_rows(connection, events, [{**row, "hash": None} for row in rows])


@contextlib.contextmanager
def _without_chain() -> Iterator[None]:
    """Entries hang on nothing; the districts' rows are not told of them."""

    async def nothing_before(*_: Any) -> bytes:
        return b"-"

    with (
        mock.patch.object(appending, "event_link", lambda before, _row: before),
        mock.patch.object(appending, "write_chained", _write_bare),
        mock.patch.object(appending, "hash_before", nothing_before),
    ):
        yield


async def _measure(settings: Settings, asked: argparse.Namespace) -> None:
    await found(settings)
    in_a_turn = asked.group * asked.groups
    cars = iter(await stickers.load(settings, DISTRICT, in_a_turn * 2 * (asked.turns + WARM_UP)))
    store = Store.open(settings, bell=SilentBell())
    await store.clock.measure()  # type: ignore[attr-defined]
    await store.configuration.refresh()
    figures: dict[str, list[tuple[float, float]]] = {"with": [], "without": []}
    for turn in range(asked.turns + WARM_UP):
        for which in ("with", "without") if turn % 2 else ("without", "with"):
            # The turn before may have left entries without a hash; nobody counts the way back, and both begin as warm.
            await Writer(store).write()
            with _without_chain() if which == "without" else contextlib.nullcontext():
                took = await _turn(store, cars, asked.groups, asked.group)
            if turn >= WARM_UP:
                figures[which].append(took)
    await store.close()
    _print(figures, in_a_turn, asked)


async def _turn(
    store: Store, cars: Iterator[tuple[str, str]], groups: int, group: int
) -> tuple[float, float]:
    """CPU seconds of this process and the database's, and seconds."""
    pids = [os.getpid(), *(int(of) for name in ("BENCH_POSTGRES",) if (of := os.environ.get(name)))]
    before, began = sum(map(run_seconds, pids)), time.perf_counter()
    for _ in range(groups):
        wishes = [
            MoveRequest(code, tail, "blocking", location=GATE)
            for code, tail in (next(cars) for _ in range(group))
        ]
        await asyncio.gather(*(request_move(store, wish) for wish in wishes))
    took = time.perf_counter() - began
    return sum(map(run_seconds, pids)) - before, took


def _print(figures: dict[str, list[tuple[float, float]]], requests: int, asked: argparse.Namespace) -> None:
    print(
        f"{asked.database}, groups of {asked.group}, {asked.turns} turns of {requests} requests each; µs a request"
    )
    for place, label in ((0, "CPU"), (1, "time")):
        for name, pick in (("least", min), ("median", statistics.median)):
            of = {
                which: 1e6 * pick([one[place] for one in turns]) / requests
                for which, turns in figures.items()
            }
            more = 100 * (of["with"] / of["without"] - 1)
            print(
                f"  {label:5} {name:7} with {of['with']:7.1f}  without {of['without']:7.1f}  {more:+5.1f} %"
            )


if __name__ == "__main__":
    raise SystemExit(main())
