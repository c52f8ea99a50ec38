"""Kills and freezes one part of a running Wufen after the other, under load: ``python -m bench.chaos``.

Starts the real product on loopback (two hubs, two webs, a worker, its Redis), lets strangers ask and clients
watch, plays each fault, and prints until when the last client was current again and what anybody missed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvloop
from sqlalchemy import Select, func, select

from bench import stickers
from bench.faults import FAULTS, Stage
from bench.ledger import Ledger, Traffic
from bench.watchers import Watcher
from models.clock import SystemClock
from models.database import Database
from models.secrets_file import with_secrets
from models.settings import Settings
from models.tables import heads, incidents
from models.tokens import connection_token
from tests.support.postgres_server import running_postgres
from tests.support.product import Product
from workers.command.sample_city.places import HOME_DISTRICT

MOST_CLIENTS, MOST_RATE = 2_000, 200.0
CALM_SECONDS = 1.0  # of traffic before a fault
AFTER_SECONDS = 3.0  # of traffic after it
CURRENT_SECONDS = 20.0  # in which everybody must have everything
TOKEN_SECONDS = 3_600
CHANNEL = f"district:{HOME_DISTRICT}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one fault. Seconds from the fault: until what died was there again by itself (``away``), until the last

    client that lost its hub had noticed, and until the last one was current. ``usual`` is the longest that anything
    was on its way before the fault: on a busy machine that is late too. Counts are over all clients.
    """

    fault: str
    usual: float
    away: float
    noticed_after: float
    current_after: float
    cut: int
    lost: int
    doubled: int
    reordered: int
    started_over: int
    not_current: int
    retries: int
    refused: int
    longest: float

    @property
    def gapless(self) -> bool:
        """Nobody missed anything, and nobody's request was lost."""
        wrong = (self.lost, self.doubled, self.reordered, self.started_over, self.not_current, self.refused)
        return not any(wrong)


class Chaos:
    """One product with its strangers and its watchers."""

    def __init__(self, stage: Stage, clients: int, rate: float) -> None:
        self._stage = stage
        self._clients = clients
        self._rate = rate
        self._settings = with_secrets(Settings.from_env(stage.product.settings))
        self.ledger = Ledger(stage.product.web_url)
        self.watchers: list[Watcher] = []

    async def play(self, names: Sequence[str], told: Callable[[Outcome], None]) -> list[Outcome]:
        """The faults, one after the other; ``told`` hears of each when it is over."""
        seconds = len(names) * (CALM_SECONDS + AFTER_SECONDS + 3 * CURRENT_SECONDS)
        count = min(int(self._rate * seconds) + 1, stickers.MOST)
        cars = await stickers.load(self._settings, HOME_DISTRICT, count)
        traffic = Traffic(self.ledger, iter(cars), self._rate)
        secret, now = self._settings.hub_token_secret, SystemClock().now()
        for number in range(self._clients):
            token = connection_token(secret, f"wall:{number}", [CHANNEL], now, TOKEN_SECONDS)
            self.watchers.append(Watcher(self._stage.product.hub_url, token, CHANNEL, self.ledger))
        async with asyncio.TaskGroup() as watching:
            tasks = [watching.create_task(one.run()) for one in self.watchers]
            for one in self.watchers:
                await one.subscribed.wait()
            outcomes = []
            for name in names:
                outcomes.append(await self._one(name, traffic))
                told(outcomes[-1])
            for task in tasks:
                task.cancel()
        return outcomes

    async def _one(self, name: str, traffic: Traffic) -> Outcome:
        self.ledger.new_chapter()
        for one in self.watchers:
            one.cuts, one.cut_at, one.late_until, one.longest = 0, 0.0, 0.0, 0.0
        refused = len(self.ledger.refused)
        async with traffic.flowing():
            await asyncio.sleep(CALM_SECONDS)
            usual = max(one.longest for one in self.watchers)
            began = time.perf_counter()
            await FAULTS[name](self._stage)
            away = time.perf_counter() - began
            await asyncio.sleep(AFTER_SECONDS)
        behind = await self._wait_until_current()
        late = max(one.late_until for one in self.watchers)
        noticed = max(one.cut_at for one in self.watchers)
        return Outcome(
            fault=name,
            usual=usual,
            away=away,
            noticed_after=max(0.0, noticed - began),
            current_after=max(0.0, late - began),
            cut=sum(one.cuts for one in self.watchers),
            lost=sum(one.lost for one in self.watchers),
            doubled=sum(one.doubled for one in self.watchers),
            reordered=sum(one.reordered for one in self.watchers),
            started_over=sum(one.started_over for one in self.watchers),
            not_current=behind,
            retries=self.ledger.retries,
            refused=len(self.ledger.refused) - refused,
            longest=self.ledger.longest,
        )

    async def _wait_until_current(self) -> int:
        """How many clients have not reached the log's end in time."""
        deadline = time.perf_counter() + CURRENT_SECONDS
        while True:
            head = await self._read(select(heads.c.head).where(heads.c.district == HOME_DISTRICT))
            behind = sum(one.offset != head for one in self.watchers)
            if not behind or time.perf_counter() > deadline:
                return behind
            await asyncio.sleep(0.05)

    async def unaccounted(self) -> int:
        """Accepted requests without an incident, and incidents that nobody was told of."""
        there = await self._read(select(func.count()).select_from(incidents))
        return abs(there - len(self.ledger.accepted))

    async def _read(self, query: Select[int]) -> int:
        database = Database.open(self._settings.database_url)
        try:
            async with database.read() as connection:
                return int((await connection.execute(query)).scalar_one())
        finally:
            await database.close()


@contextlib.contextmanager
def stage(kind: str) -> Iterator[Stage]:
    """A product of its own that is gone afterwards."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wufen-chaos-")))
        settings, postgres = {"limits": "off", "log_level": "warning"}, None
        if kind == "postgresql":
            server = stack.enter_context(running_postgres(durable=True))
            settings["database_url"], postgres = server.create("chaos"), server.pid
        product = Product(folder / "home", settings)
        stack.callback(product.stop)
        product.start()
        yield Stage(product, postgres)


def main() -> int:
    asked = _arguments()
    _print_head(asked)
    with stage(asked.database) as here, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        chaos = Chaos(here, asked.clients, asked.rate)
        outcomes = runner.run(chaos.play(asked.fault or list(FAULTS), _print_row))
        unaccounted = runner.run(chaos.unaccounted())
        if asked.show_log:
            sys.stderr.write(here.product.output())
    print(f"accepted requests without an incident, or incidents without one: {unaccounted}")
    return 0 if unaccounted == 0 and all(one.gapless for one in outcomes) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument(
        "--clients", type=int, default=300, help=f"who watch (default 300, most {MOST_CLIENTS})"
    )
    parser.add_argument("--rate", type=float, default=20, help="requests a second (default 20)")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--fault", action="append", choices=list(FAULTS), help="only this one; several times")
    parser.add_argument("--show-log", action="store_true", help="what the processes wrote, at the end")
    asked = parser.parse_args()
    if not 0 < asked.clients <= MOST_CLIENTS or not 0 < asked.rate <= MOST_RATE:
        parser.error(f"at most {MOST_CLIENTS} clients and {MOST_RATE:g} requests a second")
    return asked


def _print_head(asked: argparse.Namespace) -> None:
    print(f"{asked.database}, {asked.clients} clients, {asked.rate:g} requests a second")
    print("| what dies | usual | away | noticed by all | last client current after | cut | lost |", end="")
    print(" doubled | reordered | started over | tries again | refused | longest answer |")
    print("|---|" + "---:|" * 12, flush=True)


def _print_row(one: Outcome) -> None:
    counts = (one.cut, one.lost + one.not_current, one.doubled, one.reordered, one.started_over)
    seconds = (one.usual, one.away, one.noticed_after, one.current_after)
    cells = [one.fault, *(f"{each:.2f} s" for each in seconds), *map(str, counts)]
    cells += [str(one.retries), str(one.refused), f"{one.longest:.2f} s"]
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
