"""Which Redis is taken, and what it is told."""

from pathlib import Path

import pytest

from models.settings import Settings
from workers.command.embedded_redis import configuration, find_server, major_version, prepare, put_aside


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=d81b8ff71cfb150e", 7),
        ("Valkey server v=9.1.2 sha=00000000:0 malloc=libc bits=64 build=1", 9),
        ("Redis server v=6.2.14 sha=0", 6),
        ("Redis server version 2.4", 0),
        ("", 0),
    ],
)
def test_the_version_is_read_from_what_the_server_says(told: str, version: int) -> None:
    assert major_version(told) == version


def a_server(folder: Path, name: str, version: str) -> Path:
    folder.mkdir(exist_ok=True)
    server = folder / name
    server.write_text(f"#!/bin/sh\necho 'Redis server v={version} sha=0'\n")
    server.chmod(0o700)
    return server


def test_a_server_of_the_machine_is_preferred(tmp_path: Path) -> None:
    server = a_server(tmp_path / "bin", "redis-server", "7.2.1")
    assert find_server(str(tmp_path / "bin")) == server


def test_valkey_goes_before_redis(tmp_path: Path) -> None:
    a_server(tmp_path / "bin", "redis-server", "7.2.1")
    server = a_server(tmp_path / "bin", "valkey-server", "8.0.0")
    assert find_server(str(tmp_path / "bin")) == server


def test_one_that_is_too_old_is_passed_over_for_the_one_that_comes_along(tmp_path: Path) -> None:
    a_server(tmp_path / "bin", "redis-server", "6.2.14")
    found = find_server(str(tmp_path / "bin"))
    assert found.name == "valkey-server"
    assert found.parent != tmp_path / "bin"


def test_paths_with_spaces_and_quotes_are_quoted() -> None:
    text = configuration(Path('/a home/"x"/redis.sock'), Path("/a home/redis"))
    assert 'unixsocket "/a home/\\"x\\"/redis.sock"\n' in text
    assert 'dir "/a home/redis"\n' in text


def test_it_listens_on_its_socket_only_and_loses_no_job_by_itself() -> None:
    lines = configuration(Path("/s"), Path("/d")).splitlines()
    for line in (
        "port 0",
        "unixsocketperm 700",
        "appendonly yes",
        "appendfsync everysec",
        "maxmemory-policy noeviction",
    ):
        assert line in lines


def test_folders_and_configuration_are_for_their_owner_only(home: Path) -> None:
    settings = Settings.from_env({"WUFEN_HOME": str(home)})
    server, written = prepare(settings)
    assert Path(server).is_file()
    assert Path(written) == home / "run" / "redis.conf"
    for path in (home, home / "run", home / "redis"):
        assert path.stat().st_mode & 0o777 == 0o700
    assert Path(written).stat().st_mode & 0o777 == 0o600


def test_unreadable_data_are_kept_under_another_name(tmp_path: Path) -> None:
    for number in (1, 2):
        folder = tmp_path / "redis"
        folder.mkdir(exist_ok=True)
        (folder / "data").write_text(str(number))
        assert put_aside(folder) == tmp_path / f"redis.unreadable-{number}"
        assert (tmp_path / f"redis.unreadable-{number}" / "data").read_text() == str(number)
    assert put_aside(tmp_path / "redis") is None
