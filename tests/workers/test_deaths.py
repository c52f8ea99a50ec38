"""Real worker processes and a real Redis that die at the wrong moment: nothing is lost, nothing shown twice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from sqlalchemy import insert

from models.clock import SystemClock
from models.feed.bell import NOTICES_DUE, SilentBell
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from models.tables import notices
from tests.support.city import found_city
from tests.support.programs import redis_server
from tests.support.waiting import until
from tests.workers.test_notify import give_phones

pytestmark = pytest.mark.slow


class Rig:
    """A database with the small city, a Redis and workers, each to be killed at will."""

    def __init__(self, folder: Path, database_url: str, stack: contextlib.ExitStack) -> None:
        self._stack = stack
        # A socket's path must be short.
        self._sockets = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wufen-")))
        self._socket = self._sockets / "redis.sock"
        self.environ = {
            "WUFEN_HOME": str(folder),
            "WUFEN_DATABASE_URL": database_url,
            "WUFEN_REDIS_URL": f"unix://{self._socket}",
        }
        self.settings = with_secrets(Settings.from_env(self.environ))
        self.file = database_url.removeprefix("sqlite:///")
        self._log = stack.enter_context((folder / "workers.log").open("w"))

    def start_redis(self) -> None:
        command = [str(redis_server()), "--port", "0", "--unixsocket", str(self._socket), "--save", ""]
        self._redis = self._start([*command, "--dir", str(self._sockets)])
        until(self.redis_answers, "Redis")

    def kill_redis(self) -> None:
        """As if the power had gone: it keeps nothing."""
        self._redis.kill()
        self._redis.wait()

    def redis_answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.settings.redis_url) as asked:
            return bool(asked.ping())
        return False

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self.start(sys.executable, "-m", "workers")

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """A process that ends with the test at the latest."""
        return self._start(list(command))

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command, env={**os.environ, **self.environ}, stdout=self._log, stderr=self._log
        )
        self._stack.callback(_end, process)
        return process

    def write_notices(self, count: int, name: str) -> None:
        asyncio.run(_write_notices(self.settings, count, name))

    def found_city(self) -> None:
        asyncio.run(_found(self.settings))

    def ring(self) -> None:
        with redis.Redis.from_url(self.settings.redis_url) as bell:
            bell.publish(NOTICES_DUE, b"1")

    def count(self, query: str) -> int:
        with contextlib.closing(sqlite3.connect(self.file)) as connection:
            return int(connection.execute(query).fetchone()[0])

    def shown(self) -> int:
        return self.count("SELECT count(*) FROM simulator_messages")

    def sent(self) -> int:
        return self.count("SELECT count(*) FROM notices WHERE status = 'delivered'")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


async def _found(settings: Settings) -> None:
    store = Store.open(settings, bell=SilentBell(), clock=SystemClock())
    await found_city(store)
    await give_phones(store)
    await store.close()


async def _write_notices(settings: Settings, count: int, name: str) -> None:
    store = Store.open(settings, bell=SilentBell(), clock=SystemClock())
    at = store.clock.now()
    rows = [
        {
            "id": f"{name}{number:020d}",
            "key": f"{name}-{number}",
            "template": "binding_code",
            "params": '{"minutes": 10}',
            "contact_id": "contact-one-1",
            "channel": "simulator",
            "status": "queued",
            "created_at": at,
            "due_at": at,
        }
        for number in range(count)
    ]
    async with store.database.write() as connection:
        await connection.execute(insert(notices), rows)
    await store.close()


@pytest.fixture
def rig(sqlite_url: str, tmp_path: Path) -> Iterator[Rig]:
    with contextlib.ExitStack() as stack:
        rig = Rig(tmp_path, sqlite_url, stack)
        rig.found_city()
        rig.start_redis()
        yield rig


def test_a_worker_killed_in_the_middle_of_a_job_loses_nothing_and_repeats_nothing(rig: Rig) -> None:
    rig.write_notices(300, "a")
    worker = rig.start_worker()
    until(lambda: rig.shown() >= 5, "the first messages", 20)
    worker.kill()
    worker.wait()
    assert rig.shown() < 300
    rig.start_worker()
    until(lambda: rig.sent() == 300, "all to be sent", 30)
    assert rig.shown() == 300
    assert rig.count("SELECT count(*) FROM notices WHERE attempts > 1") > 0


def test_two_workers_share_the_work_and_one_may_die(rig: Rig) -> None:
    rig.write_notices(300, "a")
    workers = [rig.start_worker(), rig.start_worker()]
    until(lambda: rig.shown() >= 5, "the first messages", 20)
    workers[0].kill()
    until(lambda: rig.sent() == 300, "all to be sent", 30)
    assert rig.shown() == 300


def test_redis_dies_with_all_it_held_and_notices_wait_and_then_go(rig: Rig) -> None:
    worker = rig.start_worker()
    rig.write_notices(1, "a")
    until(lambda: rig.sent() == 1, "the worker to work", 20)
    rig.kill_redis()
    rig.write_notices(20, "b")
    rig.start_redis()
    until(lambda: rig.sent() == 21, "what waited to go", 20)
    assert rig.shown() == 21
    assert worker.poll() is None


def test_redis_dies_in_the_middle_of_a_job_and_nothing_is_lost_or_repeated(rig: Rig) -> None:
    rig.write_notices(300, "a")
    rig.start_worker()
    until(lambda: rig.shown() >= 5, "the first messages", 20)
    rig.kill_redis()
    rig.start_redis()
    rig.write_notices(5, "b")
    until(lambda: rig.sent() == 305, "all to be sent", 30)
    assert rig.shown() == 305


def test_a_ring_sends_at_once_and_without_one_the_sweep_does(rig: Rig) -> None:
    rig.start_worker()
    rig.write_notices(1, "a")
    until(lambda: rig.sent() == 1, "the sweep to find it", 20)
    rig.write_notices(1, "b")
    rig.ring()
    until(lambda: rig.sent() == 2, "the ring to be heard")


@pytest.mark.parametrize("redis_is_there", [True, False], ids=["idle", "waiting for Redis"])
def test_a_worker_that_is_told_to_stop_ends_well(rig: Rig, redis_is_there: bool) -> None:
    worker = rig.start_worker()
    rig.write_notices(1, "a")
    until(lambda: rig.sent() == 1, "the worker to work", 20)
    if not redis_is_there:
        rig.kill_redis()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=10) == 0


def test_a_worker_in_the_middle_of_a_job_finishes_it_before_it_stops(rig: Rig) -> None:
    rig.write_notices(200, "a")
    worker = rig.start_worker()
    until(lambda: rig.shown() >= 5, "the first messages", 20)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=20) == 0
    assert rig.sent() == 200
