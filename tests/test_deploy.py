"""The samples in `deploy/` are run as they stand; only addresses and paths of other machines are replaced."""

from __future__ import annotations

import asyncio
import base64
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import redis
from redis.asyncio import Redis

from models.feed.bell import DOORBELL
from models.listening import listen
from models.settings import Settings
from models.settings_table import BY_NAME
from models.tasks import Tasks
from tests.support.ports import free_ports
from tests.support.programs import Missing, haproxy, redis_server
from tests.support.waiting import until
from workers.command.supervisor.vitals import Limits

_ROOT = Path(__file__).resolve().parents[1]
_DEPLOY = _ROOT / "deploy"
_FAILOVER_SECONDS = 30
SENTINELS = 3


def unit() -> str:
    return (_DEPLOY / "systemd/wufen.service").read_text()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not on this machine")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    assert unit().count("/opt/wufen/.venv/bin/wufen") == 2
    # By a link: systemd reads the unit's path word by word, and a clone may lie in a folder with a space.
    command_here = tmp_path / "wufen"
    command_here.symlink_to(Path(sys.executable).with_name("wufen"))
    here = unit().replace("/opt/wufen/.venv/bin/wufen", str(command_here))
    sample = tmp_path / "wufen.service"
    sample.write_text(here)
    command = ["systemd-analyze", "verify", "--man=no", str(sample)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if "wufen" in line]
    assert (done.returncode, said) == (0, [])


def test_systemd_waits_for_longer_than_the_supervisor_and_opens_enough_files() -> None:
    (stop,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit(), re.MULTILINE)
    assert int(stop) > Limits().stop_seconds
    (files,) = re.findall(r"^LimitNOFILE=(\d+)$", unit(), re.MULTILINE)
    assert int(files) > int(BY_NAME["WUFEN_HUB_CONNECTIONS"].default)


def test_the_environment_of_the_unit_starts_in_production() -> None:
    text = (_DEPLOY / "systemd/wufen.env").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    environ = dict(line.split("=", 1) for line in lines)
    assert set(environ) <= set(BY_NAME)
    a_key = base64.b64encode(bytes(32)).decode()
    for name, value in environ.items():
        environ[name] = value.replace("CHANGE", a_key)
    settings = Settings.from_env(environ)
    assert settings.production
    assert settings.processes == {"web": 2, "hub": 2, "worker": 1, "reader": 0}


@contextmanager
def runs(command: list[str | Path], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("w") as said, subprocess.Popen(command, stdout=said, stderr=said) as program:
        try:
            yield program
        finally:
            program.kill()


@contextmanager
def redis_of_the_sample(folder: Path, port: int, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    text = (_DEPLOY / "redis/redis.conf").read_text()
    text = text.replace("bind 10.0.0.21", "bind 127.0.0.1").replace("port 6379", f"port {port}")
    folder.mkdir()
    sample = folder / "redis.conf"
    sample.write_text(f"{text}\ndir {folder}\n")
    with runs([redis_server(), sample, *more], folder / "log") as server:
        until(lambda: role_of(port) is not None, f"the server; its log is {folder / 'log'}")
        yield server


def role_of(port: int) -> str | None:
    """`master` or `slave`; None when nobody answers."""
    with suppress(redis.RedisError), redis.Redis(port=port, socket_timeout=1) as connection:
        return str(connection.info("replication")["role"])
    return None


def test_the_sample_of_redis_keeps_jobs_and_drops_none_in_silence(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with redis_of_the_sample(tmp_path / "one", port), redis.Redis(port=port) as connection:
        asked = {
            name: connection.config_get(name)[name]
            for name in ("appendonly", "appendfsync", "maxmemory", "maxmemory-policy", "tcp-keepalive")
        }
        assert asked == {
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory": str(512 * 1024 * 1024),
            "maxmemory-policy": "noeviction",
            "tcp-keepalive": "10",
        }


@contextmanager
def sentinel_of_the_sample(folder: Path, port: int, master: int) -> Iterator[None]:
    text = (_DEPLOY / "redis/sentinel.conf").read_text()
    text = text.replace("port 26379", f"port {port}\nbind 127.0.0.1")
    text = text.replace("10.0.0.21 6379", f"127.0.0.1 {master}")
    folder.mkdir()
    sample = folder / "sentinel.conf"
    sample.write_text(f"{text}\ndir {folder}\n")
    with runs([redis_server(), sample, "--sentinel"], folder / "log"):
        yield


@contextmanager
def balancer_of_the_sample(folder: Path, address: int, masters: list[int]) -> Iterator[None]:
    """The part of the sample that leads to the master."""
    program = haproxy()
    if program is None:
        raise Missing("The tests need HAProxy: `make test` installs it.")
    text = (_DEPLOY / "haproxy/haproxy.cfg").read_text()
    defaults, redis_part = text.partition("frontend pages")[0], text[text.index("frontend redis") :]
    redis_part = redis_part.replace("bind 127.0.0.1:6379", f"bind 127.0.0.1:{address}")
    for machine, name, port in zip((21, 22), ("one", "two"), masters, strict=True):
        redis_part = redis_part.replace(
            f"server {name} 10.0.0.{machine}:6379", f"server {name} 127.0.0.1:{port}"
        )
    sample = folder / "haproxy.cfg"
    sample.write_text(defaults.replace("maxconn 100000", "maxconn 200") + redis_part)
    with runs([program, "-db", "-f", sample], folder / "haproxy.log"):
        yield


@contextmanager
def the_sample_of_redis(folder: Path, address: int) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Two servers, three Sentinels and the balancer: the master's process, and the port of the other server."""
    first, second, *watchers = free_ports(2 + SENTINELS)
    with ExitStack() as all_of_them:
        enter = all_of_them.enter_context
        master = enter(redis_of_the_sample(folder / "one", first))
        enter(redis_of_the_sample(folder / "two", second, "--replicaof", f"127.0.0.1 {first}"))
        for number, port in enumerate(watchers):
            enter(sentinel_of_the_sample(folder / f"sentinel-{number}", port, first))
        enter(balancer_of_the_sample(folder, address, [first, second]))
        until(lambda: role_of(address) == "master", "the balancer to lead to the master")
        until(lambda: all(map(knows_all, watchers)), "the Sentinels to know each other", _FAILOVER_SECONDS)
        yield master, second


@pytest.mark.slow
async def test_when_the_master_of_redis_dies_who_listens_for_the_doorbell_hears_its_successor(
    tmp_path: Path,
) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    listening: asyncio.Queue[None] = asyncio.Queue()
    (address,) = free_ports(1)
    with the_sample_of_redis(tmp_path, address) as (master, other):
        async with Redis(port=address) as doorbell, Tasks() as tasks, asyncio.timeout(_FAILOVER_SECONDS):
            hub = listen(doorbell, {DOORBELL: heard.put_nowait}, lambda: listening.put_nowait(None))
            tasks.start(hub, "doorbell")
            await listening.get()
            master.kill()
            await listening.get()
            # The address leads to whoever is master now, and nobody had to be told.
            assert await asyncio.to_thread(role_of, other) == "master"
            async with Redis(port=address) as web:
                await web.publish(DOORBELL, b"rung")
            assert await heard.get() == b"rung"


def knows_all(port: int) -> bool:
    """A Sentinel sees the replica and the other Sentinels."""
    with suppress(redis.RedisError), redis.Redis(port=port, socket_timeout=1) as sentinel:
        state = sentinel.sentinel_masters()["wufen"]
        return bool(state["num-slaves"] == 1 and state["num-other-sentinels"] == SENTINELS - 1)
    return False
