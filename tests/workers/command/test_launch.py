"""`wufen run` on a real home, with a real Redis and tiny programs for the rest."""

import json
import os
import re
import signal
import socket
from pathlib import Path

import pytest

from tests.support.ports import free_ports
from tests.support.waiting import until
from tests.workers.command.rig import PATIENCE_SECONDS, Supervised, is_alive, launched

pytestmark = pytest.mark.slow


@pytest.fixture
def ports() -> dict[str, str]:
    web, hub = free_ports(2)
    return {"web_port": str(web), "hub_port": str(hub)}


async def up(instance: Supervised) -> None:
    await instance.expect("Wufen is up")
    await instance.expect("data +数据")


def redis_pid(instance: Supervised) -> int:
    """The child of the supervisor that is the Redis server."""
    for pid in Path(f"/proc/{instance.pid}/task/{instance.pid}/children").read_text().split():
        if b"-server" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]:
            return int(pid)
    raise LookupError("no Redis runs")


async def test_it_says_where_to_look_and_how_to_sign_in(home: Path, ports: dict[str, str]) -> None:
    async with launched(home, **ports) as instance:
        await up(instance)
        heard = "\n".join(instance.heard)
    demo = json.loads((home / "demo.json").read_text())
    for path in (f"/s/{demo['stickers'][0]['code']}", "/officer", "/wall", "/phones"):
        assert f"http://localhost:{ports['web_port']}{path}" in heard
    for username in ("police1", "aux1", "commander", "admin"):
        assert f"{username} / {demo['accounts'][0]['password']}" in heard
    assert str(home) in heard
    assert demo["accounts"][0]["password"] not in (home / "log" / "wufen.log").read_text()


async def test_two_of_web_and_hub_share_their_ports_and_the_worker_finds_redis(
    home: Path, ports: dict[str, str]
) -> None:
    async with launched(home, **ports) as instance:
        await up(instance)
    heard = "\n".join(instance.heard)
    for name in ("web.1", "web.2", "hub.1", "hub.2", "worker.1"):
        assert len(re.findall(rf"{re.escape(name)} has pid \d+", heard)) == 1
    assert "redis says +PONG" in heard


async def test_it_starts_in_a_folder_whose_name_has_a_space(folder: Path, ports: dict[str, str]) -> None:
    async with launched(folder / "my home", **ports) as instance:
        await up(instance)
        assert "redis says +PONG" in "\n".join(instance.heard)


async def test_every_line_of_the_log_file_is_one_object(home: Path, ports: dict[str, str]) -> None:
    async with launched(home, **ports) as instance:
        await up(instance)
        instance.signal(signal.SIGINT)
        assert await instance.ended() == 0
    lines = [json.loads(line) for line in (home / "log" / "wufen.log").read_text().splitlines()]
    assert {line["process"] for line in lines} == {
        *("wufen", "redis", "web.1", "web.2", "hub.1", "hub.2", "worker.1")
    }
    assert [line["event"] for line in lines if line["process"] == "wufen"] == ["stopping"]


async def test_two_instances_with_homes_and_ports_of_their_own_run_side_by_side(folder: Path) -> None:
    numbers = [str(port) for port in free_ports(4)]
    first = launched(folder / "one", web_port=numbers[0], hub_port=numbers[1])
    second = launched(folder / "two", web_port=numbers[2], hub_port=numbers[3])
    async with first as one, second as two:
        await up(one)
        await up(two)


async def test_a_killed_redis_is_back_with_what_it_held(home: Path, ports: dict[str, str]) -> None:
    async with launched(home, **ports) as instance:
        await up(instance)
        assert command(home, b"SET kept yes") == b"+OK"
        killed = redis_pid(instance)
        os.kill(killed, signal.SIGKILL)
        await instance.expect(r"redis was ended by SIGKILL; it is started again at once")
        until(lambda: command(home, b"PING") == b"+PONG", "Redis to answer", PATIENCE_SECONDS)
        assert command(home, b"STRLEN kept") == b":3"


async def test_a_frozen_redis_is_replaced(home: Path, ports: dict[str, str]) -> None:
    async with launched(home, **ports) as instance:
        await up(instance)
        frozen = redis_pid(instance)
        os.kill(frozen, signal.SIGSTOP)
        await instance.expect(r"redis has not answered for 3\.\d s and is killed")
        until(lambda: command(home, b"PING") == b"+PONG", "Redis to answer", PATIENCE_SECONDS)
        assert not is_alive(frozen)


@pytest.fixture
def damaged_home(home: Path) -> Path:
    for folder in (home, home / "redis", home / "redis" / "appendonlydir"):
        folder.mkdir(mode=0o700)
    (home / "redis" / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")
    return home


async def test_a_redis_that_dies_of_its_data_starts_empty_and_keeps_them_aside(
    damaged_home: Path, ports: dict[str, str]
) -> None:
    home = damaged_home
    async with launched(home, **ports) as instance:
        await instance.expect(
            r"Redis cannot use its data; it starts empty, and they are kept in .*unreadable-1"
        )
        await up(instance)
        assert command(home, b"PING") == b"+PONG"
    assert (home / "redis.unreadable-1" / "appendonlydir" / "appendonly.aof.manifest").exists()


async def test_nobody_else_can_open_the_redis(home: Path, ports: dict[str, str]) -> None:
    async with launched(home, **ports) as instance:
        await up(instance)
        assert (home / "run" / "redis.sock").stat().st_mode & 0o777 == 0o700


async def test_a_killed_supervisor_can_be_started_again_at_once(home: Path, ports: dict[str, str]) -> None:
    async with launched(home, **ports) as instance:
        await up(instance)
        redis = redis_pid(instance)
        instance.signal(signal.SIGKILL)
        async with launched(home, **ports) as next_one:
            await up(next_one)
            assert not is_alive(redis)


@pytest.mark.parametrize(
    ("kind", "variable"), [("web_port", "WUFEN_WEB_PORT"), ("hub_port", "WUFEN_HUB_PORT")]
)
async def test_a_taken_port_is_named_in_one_sentence(
    home: Path, ports: dict[str, str], kind: str, variable: str
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(ports[kind])))
        other.listen()
        async with launched(home, **ports) as instance:
            assert await instance.ended() == 1
    assert instance.heard == [
        f"Port {ports[kind]} on 127.0.0.1 is taken by another program; set {variable} to a free one."
    ]


async def test_a_port_of_another_instance_is_taken_too(folder: Path, ports: dict[str, str]) -> None:
    async with launched(folder / "one", **ports) as first:
        await up(first)
        async with launched(folder / "two", **ports) as second:
            assert await second.ended() == 1
        assert second.heard[0].startswith(f"Port {ports['web_port']} on 127.0.0.1 is taken")


async def test_a_second_start_on_the_same_home_is_refused(home: Path, ports: dict[str, str]) -> None:
    web, hub = free_ports(2)
    async with launched(home, **ports) as first:
        await up(first)
        async with launched(home, web_port=str(web), hub_port=str(hub)) as second:
            assert await second.ended() == 1
        assert second.heard == [f"Wufen is already running on {home} (process {first.pid})."]


async def test_a_home_that_cannot_be_written_is_named(folder: Path, ports: dict[str, str]) -> None:
    (folder / "file").write_text("")
    async with launched(folder / "file" / "home", **ports) as instance:
        assert await instance.ended() == 1
    assert len(instance.heard) == 1
    assert "WUFEN_HOME" in instance.heard[0]


async def test_an_address_of_another_machine_is_refused(home: Path, ports: dict[str, str]) -> None:
    async with launched(home, bind="192.0.2.1", **ports) as instance:
        assert await instance.ended() == 1
    assert instance.heard == ["WUFEN_BIND: 192.0.2.1 is no address of this machine."]


async def test_production_refuses_a_database_with_sample_accounts(home: Path, ports: dict[str, str]) -> None:
    async with launched(home, **ports) as instance:
        await up(instance)
    async with launched(home, production="1", **ports) as instance:
        assert await instance.ended() != 0
    assert any("the sample accounts admin, admin2, auditor, aux1" in line for line in instance.heard)


async def test_limits_that_are_off_are_said_loudly(home: Path, ports: dict[str, str]) -> None:
    async with launched(home, limits="off", **ports) as instance:
        await up(instance)
        await instance.expect("ALL LIMITS ARE OFF")


def command(home: Path, line: bytes) -> bytes | None:
    """One inline command to the home's Redis; None while nobody answers."""
    with socket.socket(socket.AF_UNIX) as redis:
        redis.settimeout(PATIENCE_SECONDS)
        try:
            redis.connect(str(home / "run" / "redis.sock"))
            redis.sendall(line + b"\r\n")
            return redis.recv(1_000).split(b"\r\n")[0]
        except OSError:
            return None
