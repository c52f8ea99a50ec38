"""What the database promises: nothing is lost between writers, and a reader sees one state."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.away import is_away, is_crossed
from models.database import Database
from models.inserts import insert_rows
from models.queries.board import board
from models.store import Store
from models.tables import heads
from tests.support.city import YUCHENG, ask
from tests.support.waiting import until_async

WRITER = """
import asyncio, sys
from sqlalchemy import text
from models.away import is_away, is_crossed
from models.database import Database
from models.inserts import insert_rows

async def main(url: str, times: int) -> None:
    database = Database.open(url)
    for _ in range(times):
        async with database.write() as connection:
            found = text("SELECT head FROM heads WHERE district = 'control' FOR UPDATE")
            if database.is_sqlite:
                found = text("SELECT head FROM heads WHERE district = 'control'")
            head = (await connection.execute(found)).scalar_one()
            await connection.execute(
                text("UPDATE heads SET head = :head WHERE district = 'control'"), {"head": head + 1}
            )
    await database.close()

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


async def test_three_writing_processes_lose_nothing(database_url: str) -> None:
    def start() -> subprocess.Popen[bytes]:
        root = Path(__file__).resolve().parents[2]
        return subprocess.Popen([sys.executable, "-c", WRITER, database_url, "60"], cwd=root)

    writers = await asyncio.gather(*(asyncio.to_thread(start) for _ in range(3)))
    codes = await asyncio.gather(*(asyncio.to_thread(writer.wait) for writer in writers))
    assert codes == [0, 0, 0]
    database = Database.open(database_url)
    async with database.read() as connection:
        query = select(heads.c.head).where(heads.c.district == "control")
        assert (await connection.execute(query)).scalar_one() == 180
    await database.close()


async def test_a_reader_sees_one_state_although_somebody_commits_between_its_reads(store: Store) -> None:
    async with store.database.read() as connection:
        query = select(heads.c.head).where(heads.c.district == YUCHENG)
        before = (await connection.execute(query)).scalar_one()
        await ask(store)
        after = (await connection.execute(query)).scalar_one()
        count = (await connection.execute(text("SELECT count(*) FROM incidents"))).scalar_one()
    assert (before, after, count) == (0, 0, 0)
    assert (await board(store, YUCHENG))["offset"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_who_stands_still_with_a_row_locked_is_ended_and_the_row_is_free(store: Store) -> None:
    row = select(heads.c.head).where(heads.c.district == YUCHENG).with_for_update()

    async def another_can() -> bool:
        with suppress(DBAPIError):  # it waits no longer than the one who stands still may stand
            async with store.database.write() as connection:
                await connection.execute(row)
                return True
        return False

    async def stand_still() -> None:
        async with store.database.write() as frozen:
            await frozen.execute(row)
            await until_async(another_can, "another to have its turn")
            await frozen.execute(row)

    with pytest.raises(DBAPIError):
        await stand_still()


def test_sqlite_keeps_what_was_accepted_through_a_power_cut(sqlite_url: str, tmp_path: Path) -> None:
    async def pragmas() -> tuple[object, object]:
        database = Database.open(sqlite_url)
        async with database.write() as connection:
            mode = (await connection.execute(text("PRAGMA journal_mode"))).scalar_one()
            synchronous = (await connection.execute(text("PRAGMA synchronous"))).scalar_one()
        await database.close()
        return mode, synchronous

    full = 2
    assert asyncio.run(pragmas()) == ("wal", full)


def test_a_reader_cannot_write(sqlite_url: str) -> None:
    async def attempt() -> str:
        database = Database.open(sqlite_url)
        try:
            async with database.read() as connection:
                await connection.execute(text("UPDATE heads SET head = 1"))
        except Exception as error:
            return str(getattr(error, "orig", error))
        finally:
            await database.close()
        return "written"

    assert "readonly" in asyncio.run(attempt())
    assert sqlite3.threadsafety >= 1


async def test_a_whole_transaction_tells_a_row_that_is_there_already_as_any_other_does(store: Store) -> None:
    async def work(connection: AsyncConnection) -> None:
        await insert_rows(connection, heads, [{"district": "999998", "head": 0}])
        await insert_rows(connection, heads, [{"district": YUCHENG, "head": 0}])

    with pytest.raises(IntegrityError):
        await store.database.run(work)
    async with store.database.read() as connection:
        query = select(heads.c.district).where(heads.c.district == "999998")
        assert (await connection.execute(query)).first() is None


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_connection_that_dies_in_a_whole_transaction_is_told_as_away_and_replaced(
    store: Store,
) -> None:
    async def work(connection: AsyncConnection) -> None:
        pid = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        await insert_rows(connection, heads, [{"district": "999998", "head": 0}])
        async with store.database.write() as other:
            await other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        await insert_rows(connection, heads, [{"district": "999999", "head": 0}])

    async def again(connection: AsyncConnection) -> int:
        return int((await connection.execute(select(func.count()).select_from(heads))).scalar_one())

    before = await store.database.run(again)
    with pytest.raises(DBAPIError) as failed:
        await store.database.run(work)
    assert is_away(failed.value)
    assert await store.database.run(again) == before


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_row_that_is_held_too_long_is_told_as_crossed(store: Store) -> None:
    async def work(connection: AsyncConnection) -> None:
        await connection.execute(text("SET LOCAL lock_timeout = '10ms'"))
        await connection.exec_driver_sql("SELECT head FROM heads")
        await connection.exec_driver_sql("SELECT head FROM heads FOR UPDATE")

    async with store.database.write() as holder:
        await holder.execute(text("SELECT head FROM heads FOR UPDATE"))
        with pytest.raises(DBAPIError) as failed:
            await store.database.run(work)
    assert is_crossed(failed.value)
