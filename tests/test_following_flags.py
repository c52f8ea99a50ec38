"""Flags in real processes: followed without Redis, kept without the database, taken back by a worker."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.actions import flags, rollouts
from models.caller import Officer
from models.feed.bell import SilentBell
from models.flags.content import Stage
from models.flags.guards import Guard
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from tests.support.product import Product, running_product
from tests.support.redis_server import running_redis
from tests.support.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.timeout(180)]
MOVE_CAR, PHOTOS, HOME = "module.move_car", "feature.request_photos", "511802"


def administrator(product: Product) -> Officer:
    with closing(sqlite3.connect(product.home / "wufen.db")) as connection:
        codes = frozenset(code for (code,) in connection.execute("SELECT code FROM districts"))
    return Officer("admin", "administrator", "-", "-", codes, "", "police")


def does(product: Product, work: Callable[[Store], Any]) -> Any:
    """Something done by another process, which rings no bell."""

    async def run() -> Any:
        settings = with_secrets(Settings.from_env({**product.settings}))
        store = Store.open(settings, bell=SilentBell())
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def sticker(product: Product) -> str:
    with closing(sqlite3.connect(product.home / "wufen.db")) as connection:
        query = "SELECT code FROM stickers WHERE district = ? AND status = 'bound'"
        return str(connection.execute(query, (HOME,)).fetchone()[0])


def status(product: Product, path: str) -> int:
    try:
        with urllib.request.urlopen(product.web_url + path, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def everybody_answers(product: Product, path: str, code: int) -> bool:
    """Eight calls on connections of their own: with two web processes both are met, but for one case in 128."""
    return {status(product, path) for _ in range(8)} == {code}


@contextmanager
def without_redis(home: Path) -> Iterator[Product]:
    """A product whose Redis has died and stays away."""
    with running_redis() as url:
        product = Product(home, {"redis_url": url, "limits": "off"})
        product.start()
    try:
        yield product
    finally:
        product.stop()


def test_processes_that_lost_redis_follow_a_flag(tmp_path: Path) -> None:
    with without_redis(tmp_path / "home") as product:
        path = f"/s/{sticker(product)}"
        assert everybody_answers(product, path, 200)
        admin = administrator(product)
        does(product, lambda store: flags.set_stage(store, MOVE_CAR, HOME, Stage("off"), admin))
        until(lambda: everybody_answers(product, path, 403), "everybody to say that it is off")
        does(product, lambda store: flags.set_stage(store, MOVE_CAR, HOME, Stage("live"), admin))
        until(lambda: everybody_answers(product, path, 200), "everybody to serve it again")


def change(product: Product, *statements: str) -> None:
    with closing(sqlite3.connect(product.home / "wufen.db", timeout=10)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_what_was_known_last_stays_while_flags_cannot_be_read(tmp_path: Path) -> None:
    with running_product(tmp_path / "home", limits="off") as product:
        path = f"/s/{sticker(product)}"
        admin = administrator(product)
        does(product, lambda store: flags.set_stage(store, MOVE_CAR, HOME, Stage("off"), admin))
        until(lambda: everybody_answers(product, path, 403), "everybody to say that it is off")
        change(
            product, "ALTER TABLE flags RENAME TO elsewhere", "UPDATE configuration SET revision = 'another'"
        )
        until(lambda: product.output().count("configuration_not_read") >= 3, "web and worker to miss it", 20)
        assert everybody_answers(product, path, 403)
        change(product, "ALTER TABLE elsewhere RENAME TO flags")
        does(product, lambda store: flags.set_stage(store, MOVE_CAR, HOME, Stage("live"), admin))
        until(lambda: everybody_answers(product, path, 200), "everybody to serve it again")


INCIDENT = """
INSERT INTO incidents (id, kind, status, district, version, feed_offset, reason, priority, escalation,
  response_seconds, promise_minutes, requested_at, respond_by, breached_at, closed_at, deferred,
  nobody_on_duty, requesters, photos)
VALUES (?, 'move_car', 'closed', '511802', 9, 9, 'blocking', 0, 0, 300, '3,5,10', ?, ?, ?, ?, 0, 0, 1, 0)
"""


def written(product: Product, variant: str, n: int, breached: int) -> None:
    """Closed incidents of a group, as if they had been."""
    at = datetime.now(UTC)  # noqa: TID251 - beside the running product
    text, later = (
        each.isoformat(timespec="microseconds").replace("+00:00", "Z")
        for each in (at, at + timedelta(seconds=300))
    )
    with closing(sqlite3.connect(product.home / "wufen.db", timeout=10)) as connection, connection:
        for number in range(n):
            name = f"{variant}-{number}"
            late = later if number < breached else None
            connection.execute(INCIDENT, (name, text, later, late, later))
            connection.execute("INSERT INTO incident_variants VALUES (?, ?, ?)", (name, PHOTOS, variant))


def test_a_worker_takes_a_pilot_back_that_crosses_a_guard(tmp_path: Path) -> None:
    with running_product(tmp_path / "home", limits="off") as product:
        admin = administrator(product)
        guard = Guard("breached", worse_by=0.05, least_n=20)

        async def start(store: Store) -> str:
            await flags.set_stage(store, PHOTOS, HOME, Stage("off"), admin)
            rollout = await rollouts.start(store, PHOTOS, [HOME], 50, admin, guards=(guard,))
            return rollout.id

        rollout_id = does(product, start)
        written(product, "off", 100, 5)
        written(product, "on", 40, 20)
        product.kill("worker.1")

        def found() -> list[Any]:
            with closing(sqlite3.connect(product.home / "wufen.db")) as connection:
                query = "SELECT status, ended_by, reason FROM rollouts WHERE id = ?"
                return [*connection.execute(query, (rollout_id,)).fetchone()]

        until(lambda: found()[0] == "rolled_back", "the worker that came after it to take it back", 60)
        assert found() == ["rolled_back", "system", "guard:breached"]
        with closing(sqlite3.connect(product.home / "wufen.db")) as connection:
            contents = connection.execute("SELECT content FROM flags ORDER BY version").fetchall()
        assert json.loads(contents[-1][0])["districts"] == {HOME: {"state": "off"}}
