"""What the tests stand on keeps its own promises."""

import re
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
import redis
from blockbuster import BlockingError

from models import secrets_file
from tests.support.clock import FakeClock
from tests.support.databases import PostgresDatabases, SqliteDatabases
from tests.support.ids import FakeIds
from tests.support.tether import tethered
from tests.support.waiting import until


def test_the_clock_stands_still_until_it_is_advanced(clock: FakeClock) -> None:
    start = clock.now()
    assert clock.now() == start
    clock.advance(seconds=1.5)
    assert clock.now() - start == timedelta(seconds=1.5)


def test_ids_have_the_shape_of_real_ones_and_never_repeat(ids: FakeIds) -> None:
    made = [ids.new() for _ in range(1_100)]
    assert len(set(made)) == 1_100
    assert all(re.fullmatch("[a-z2-7]{26}", each) for each in made)
    assert re.fullmatch("[A-Za-z0-9_-]{43}", ids.secret())
    assert ids.secret() != ids.secret()


def test_sqlite_databases_are_apart(sqlite_databases: SqliteDatabases, tmp_path: Path) -> None:
    sqlite_databases.create(tmp_path / "one.db")
    sqlite_databases.create(tmp_path / "two.db")
    with sqlite3.connect(tmp_path / "one.db") as one:
        one.execute("CREATE TABLE only_here (id INTEGER)")
    one.close()
    two = sqlite3.connect(tmp_path / "two.db")
    tables = {name for (name,) in two.execute("SELECT name FROM sqlite_master")}
    two.close()
    assert "incidents" in tables
    assert "only_here" not in tables


async def test_postgresql_databases_are_apart_and_migrated(postgres_databases: PostgresDatabases) -> None:
    name, url = postgres_databases.create()
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT count(*) FROM incidents") == 0
    postgres_databases.drop(name)  # whoever is connected
    with pytest.raises(asyncpg.PostgresError):
        await connection.fetchval("SELECT 1")
    await connection.close()


def test_the_first_test_writes_into_redis(redis_url: str) -> None:
    _expect_empty_and_write(redis_url)


def test_the_second_test_finds_it_empty(redis_url: str) -> None:
    _expect_empty_and_write(redis_url)


def _expect_empty_and_write(url: str) -> None:
    with redis.Redis.from_url(url) as connection:
        assert connection.dbsize() == 0
        connection.set("left", "behind")


async def test_a_blocking_call_of_ours_in_the_loop_is_found(no_blocking: None, tmp_path: Path) -> None:
    with pytest.raises(BlockingError):
        secrets_file.make_folder(tmp_path / "secrets")


def test_a_server_ends_when_whoever_asked_for_it_is_killed(tmp_path: Path) -> None:
    beats = tmp_path / "pid"
    server = tethered(["/bin/sh", "-c", f'echo $$ > "{beats}"; exec sleep 60'])
    asker = subprocess.Popen([sys.executable, "-c", f"import subprocess; subprocess.run({server!r})"])
    pid = int(until(lambda: beats.read_text().strip() or None if beats.exists() else None, "the server"))
    asker.kill()
    asker.wait()
    until(lambda: not Path(f"/proc/{pid}").exists(), "the end of the server")
