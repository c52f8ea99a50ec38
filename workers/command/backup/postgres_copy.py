"""A dump of a PostgreSQL database of one instant, and putting one in the place of what is there, in one transaction.

Leaves to others: finding the tools (``postgres_tools``), checking that a dump is what was taken.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from models.database import async_url
from workers.command.backup import facts, postgres_tools
from workers.command.backup.facts import Facts
from workers.command.refusals import Refused

# Everything of ours that is there, whatever version made it. The database is Wufen's alone.
_CLEAR = """
SET lock_timeout = '10s';
DO $$
DECLARE one record;
BEGIN
  FOR one IN SELECT oid::regclass AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') LOOP
    EXECUTE 'DROP TABLE IF EXISTS ' || one.name || ' CASCADE';
  END LOOP;
  FOR one IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e') LOOP
    EXECUTE 'DROP FUNCTION IF EXISTS ' || one.name || ' CASCADE';
  END LOOP;
END $$;
"""


async def dump(url: str, to: Path, at_the_instant: Callable[[], None]) -> Facts:
    """Writes the dump; what it holds. ``at_the_instant`` is called once the state that is dumped is fixed."""
    async with _session(url) as connection:
        snapshot = (await connection.execute(text("SELECT pg_export_snapshot()"))).scalar_one()
        at_the_instant()
        server = int((await connection.execute(text("SHOW server_version_num"))).scalar_one()) // 10_000
        folder = await asyncio.to_thread(postgres_tools.folder_for, server)
        told = await facts.read(connection, tools=f"pg_dump for {server}")
        command = [
            *(str(folder / "pg_dump"), "--format=custom", f"--snapshot={snapshot}", f"--file={to}"),
            *("--no-owner", "--no-privileges", "--no-comments", "--lock-wait-timeout=60s"),
        ]
        await asyncio.to_thread(postgres_tools.run, command, url)
        await asyncio.to_thread(to.chmod, 0o600)
    return told


async def check_fits(url: str, dumped: Path) -> tuple[Path, bool]:
    """The folder with the tools, and whether the database has tables. Raises Refused: an unreadable dump, no tools,

    or others who are connected.
    """
    async with _session(url) as connection:
        server = int((await connection.execute(text("SHOW server_version_num"))).scalar_one()) // 10_000
        folder = await asyncio.to_thread(postgres_tools.folder_for, server)
        others = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        connected = (await connection.execute(others)).scalar_one()
        occupied = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        tables = (await connection.execute(occupied)).scalar_one()
    if connected:
        raise Refused(
            f"{connected} other connections use this database: stop Wufen on every machine, and whoever else looks."
        )
    listing = [str(folder / "pg_restore"), "--list", str(dumped)]
    await asyncio.to_thread(postgres_tools.run, listing, url)
    return folder, tables > 0


def load(url: str, folder: Path, dumped: Path, last: str) -> None:
    """Everything that is there goes, the dump comes, and ``last`` is executed: all of it, or nothing. Blocking.

    Raises Refused with what the server said.
    """
    environ = postgres_tools.environment(url)
    reading = [str(folder / "pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(dumped)]
    writing = [str(folder / "psql"), "-X", "-q", "--single-transaction", "-v", "ON_ERROR_STOP=1", "-f", "-"]
    with (
        subprocess.Popen(
            writing,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as psql,
        subprocess.Popen(reading, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as restore,
    ):
        assert psql.stdin is not None
        assert restore.stdout is not None
        assert restore.stderr is not None
        try:
            psql.stdin.write(_CLEAR.encode())
            shutil.copyfileobj(restore.stdout, psql.stdin)
            said = restore.stderr.read().decode(errors="replace")
            if restore.wait():
                psql.kill()  # before the end of its input, which would be taken for the end of the dump
                raise Refused(f"pg_restore failed: {postgres_tools.last_line(said)}")
            psql.stdin.write(b"\nRESET search_path;\n" + last.encode() + b"\n")
            _, told = psql.communicate()
        except BrokenPipeError:
            restore.kill()
            _, told = psql.communicate()
    if psql.returncode:
        said = told.decode(errors="replace")
        raise Refused(f"Nothing was changed. psql: {postgres_tools.last_line(said)}")


@asynccontextmanager
async def _session(url: str) -> AsyncIterator[AsyncConnection]:
    """One transaction that may take its time: those of the service are ended when they are idle."""
    connect = {"server_settings": {"application_name": "wufen backup", "timezone": "UTC"}, "timeout": 10}
    engine = create_async_engine(
        async_url(url),
        poolclass=NullPool,
        isolation_level="REPEATABLE READ",
        connect_args=connect,
        hide_parameters=True,
    )
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()
