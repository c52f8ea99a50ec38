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
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "timezone": "Asia/Shanghai",  # not UTC, so that a time written without its zone is noticed
}
_FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


Serving = Callable[[int], contextlib.AbstractContextManager[int]]


class PostgresServer:
    """A server: makes databases, drops them, answers with their URLs; it may be stopped and started again.

    ``serving`` runs it on a port and gives its pid.
    """

    def __init__(self, programs: Path, serving: Serving) -> None:
        self.pid = 0
        self._programs = programs
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
        self._execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
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
    with _folder_of(user) as folder:
        _initialise(programs, folder, user)
        settings = _SETTINGS if durable else {**_SETTINGS, **_FORGETFUL}
        server = PostgresServer(programs, lambda port: _serving(programs, folder, user, settings, port))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _account() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as its own account, or as nobody."""
    if os.geteuid() != 0:
        return None
    names = {account.pw_name for account in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextlib.contextmanager
def _folder_of(user: str | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="wufen-postgres-") as name:
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
