"""A PostgreSQL server for one test session: its own folder, its own port, an account without rights.

It gives away durability for speed, unless it is asked not to (for a bench): what a crash leaves behind is
tested on a server of that test.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.support.ports import free_port
from tests.support.programs import Missing, postgres_folder
from tests.support.tether import tethered
from tests.support.waiting import until

_OWNER = "wufen"
_NAMES_STRATEGIES = 15  # the version since which CREATE DATABASE may say how
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "timezone": "Asia/Shanghai",  # not UTC, so that a time written without its zone is noticed
}
_FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


# Where a forgetful server keeps its files if there is room for them: memory. A database is made in a third of the time.
_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30  # bytes

Serving = Callable[[int], contextlib.AbstractContextManager[int]]


class PostgresServer:
    """A server: makes databases, drops them, answers with their URLs; it may be stopped and started again.

    ``serving`` runs it on a port and gives its pid.
    """

    def __init__(self, programs: Path, serving: Serving) -> None:
        self.pid = 0
        self._programs = programs
        self._version = _version(programs)
        self._serving = serving
        self._port = free_port()
        self._running = contextlib.ExitStack()

    def start(self) -> None:
        """Returns when it answers."""
        self.pid = self._running.enter_context(self._serving(self._port))

    def stop(self) -> None:
        """Ends it whoever is connected; what was committed is there after the next start."""
        self._running.close()

    def url(self, database: str) -> str:
        return f"postgresql://{_OWNER}@127.0.0.1:{self._port}/{database}"

    def create(self, database: str, template: str = "template0") -> str:
        """Copies `template`, which nobody may be connected to, and returns the URL of the copy."""
        # Copying files is faster than writing each page to the log; before 15 it is the only way, and has no name.
        strategy = "STRATEGY file_copy" if self._version >= _NAMES_STRATEGIES else ""
        self._execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}" {strategy}')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drops it even if a connection was left open."""
        self._execute(f'DROP DATABASE "{database}" WITH (FORCE)')

    def _execute(self, sql: str) -> None:
        command: list[str | Path] = [
            self._programs / "psql",
            "-XqAt",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            sql,
            self.url("postgres"),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"psql refused {sql}: {done.stderr.strip()}")


@contextlib.contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Raises Missing where no PostgreSQL is installed. ``durable``: what it commits survives a power cut."""
    programs = postgres_folder()
    if programs is None:
        raise Missing(
            "PostgreSQL is not on this machine: `make test` installs it, or install `postgresql` yourself."
        )
    user = _account()
    with _folder_of(user, None if durable else _fastest()) as folder:
        _initialise(programs, folder, user)
        settings = _SETTINGS if durable else {**_SETTINGS, **_FORGETFUL}
        server = PostgresServer(programs, lambda port: _serving(programs, folder, user, settings, port))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _fastest() -> Path | None:
    """Memory, if this machine has enough of it as a folder; None: the usual place for temporary files."""
    if not os.access(_MEMORY, os.W_OK | os.X_OK):
        return None
    return _MEMORY if shutil.disk_usage(_MEMORY).free >= _ROOM else None


def _version(programs: Path) -> int:
    """The major version: `postgres (PostgreSQL) 16.4 (…)`."""
    told = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    return int(told.stdout.split(")", 1)[1].split()[0].split(".")[0])


def _account() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as its own account, or as nobody."""
    if os.geteuid() != 0:
        return None
    names = {account.pw_name for account in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextlib.contextmanager
def _folder_of(user: str | None, within: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="wufen-postgres-", dir=within) as name:
        if user:
            shutil.chown(name, user)
        yield Path(name)


def _initialise(programs: Path, folder: Path, user: str | None) -> None:
    command: list[str | Path] = [
        programs / "initdb",
        "-D",
        folder / "data",
        "-U",
        _OWNER,
        "-A",
        "trust",
        "-E",
        "UTF8",
    ]
    command += ["--locale=C", "--no-sync", "--no-instructions"]
    done = subprocess.run(tethered(command, user), capture_output=True, text=True, cwd=folder, check=False)
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stdout}{done.stderr}")


@contextlib.contextmanager
def _serving(
    programs: Path, folder: Path, user: str | None, settings: dict[str, str], port: int
) -> Iterator[int]:
    command: list[str | Path] = [programs / "postgres", "-D", folder / "data", "-p", str(port), "-k", folder]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(tethered(command, user), cwd=folder, stdout=log, stderr=log) as server,
    ):
        try:
            until(lambda: server.poll() is not None or _accepts(programs, port), "PostgreSQL", seconds=30)
            if server.returncode is not None:
                raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text()}")
            yield server.pid
        finally:
            server.send_signal(2)  # SIGINT: fast shutdown, whoever is connected
            server.wait(timeout=30)


def _accepts(programs: Path, port: int) -> bool:
    command: list[str | Path] = [
        programs / "psql",
        "-Xqc",
        "SELECT 1",
        f"postgresql://{_OWNER}@127.0.0.1:{port}/postgres",
    ]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
