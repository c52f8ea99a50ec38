"""A copy of a SQLite database of one instant, page by page, while others write; and putting one in another's place."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from workers.command.refusals import Refused

STEP_PAGES = 256  # a megabyte: what one step reads and writes before anybody else may have the processor
BUSY_SECONDS = 5.0


@contextmanager
def snapshot(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that sees the database as it is now, whatever is committed meanwhile. Writers wait for nothing."""
    if not path.is_file():
        raise Refused(f"{path} does not exist: there is no database to back up.")
    with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)) as source:
        # Without a transaction of ours each step would begin its own, and every commit of another process would make
        # the copy start again: under traffic it would never end (sqlite3_backup_step).
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield source


def copy(source: sqlite3.Connection, to: Path, told: Callable[[int, int], None] | None = None) -> None:
    """Writes what ``source`` sees to the file ``to``. ``told``: pages that remain, and all of them, after each step."""

    def progress(_status: int, remaining: int, total: int) -> None:
        if told is not None:
            told(remaining, total)

    with closing(sqlite3.connect(to, isolation_level=None)) as target:
        source.backup(target, pages=STEP_PAGES, progress=progress)
        # One file, without a log beside it.
        target.execute("PRAGMA journal_mode=DELETE")
    to.chmod(0o600)


def check(path: Path) -> None:
    """Raises Refused for a file that SQLite finds damaged."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as opened:
            (found,) = opened.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise Refused(f"{path} is no whole database: {error}.") from None
    if found != "ok":
        raise Refused(f"{path} is no whole database: {found}.")


@contextmanager
def one_file(draft: Path) -> Iterator[None]:
    """``draft`` is a database in one file; whatever of it is left at the end goes."""
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as opened:
            opened.execute("PRAGMA journal_mode=DELETE")
        _sync(draft)
        yield
    finally:
        for ending in ("", "-wal", "-shm", ".lock"):
            Path(f"{draft}{ending}").unlink(missing_ok=True)


def put_in_place(draft: Path, path: Path, aside: Path) -> Path | None:
    """``draft`` takes the name ``path``; what was there keeps ``aside``, which is returned. There is a database under

    that name at every instant. Nobody may have it open.
    """
    kept = None
    if path.exists():
        _empty_log(path)
        for log in (Path(f"{path}-wal"), Path(f"{path}-shm")):
            if log.exists():
                log.replace(f"{aside}{log.name[len(path.name) :]}")
        os.link(path, aside)
        kept = aside
    draft.replace(path)
    _sync(path.parent)
    return kept


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _empty_log(path: Path) -> None:
    # What another history left in its log must not be taken for the new one's.
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)) as opened:
            opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError:
        return  # it is damaged, which may be why somebody restores: it goes aside with its log as it is


def room_for(folder: Path, size: int) -> None:
    """Raises Refused when the disk has no room for so many bytes."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise Refused(f"{folder} has room for {free:,} bytes, and {size:,} are needed.")
