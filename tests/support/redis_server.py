"""A Redis-compatible server for one test session, on a socket of its own; every test starts with it empty."""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import redis

from tests.support.programs import redis_server
from tests.support.tether import tethered
from tests.support.waiting import until


@contextlib.contextmanager
def running_redis() -> Iterator[str]:
    """Starts the server and gives its URL. It keeps nothing on disk."""
    with tempfile.TemporaryDirectory(prefix="wufen-redis-") as folder:
        socket = Path(folder) / "redis.sock"
        command: list[str | Path] = [
            redis_server(),
            "--port",
            "0",
            "--unixsocket",
            socket,
            "--save",
            "",
            "--dir",
            folder,
        ]
        with (
            (Path(folder) / "log").open("w+") as log,
            subprocess.Popen(tethered(command), stdout=log, stderr=log) as server,
        ):
            url = f"unix://{socket}"
            try:
                until(lambda: _answers(url), f"the Redis server; its log is {log.name}")
                yield url
            finally:
                server.terminate()


def empty_redis(url: str) -> None:
    with redis.Redis.from_url(url) as connection:
        connection.flushall()


def _answers(url: str) -> bool:
    with contextlib.suppress(redis.ConnectionError), redis.Redis.from_url(url) as connection:
        return bool(connection.ping())
    return False
