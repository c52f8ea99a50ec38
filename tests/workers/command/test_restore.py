"""What a restore refuses, naming it and touching nothing, and what it leaves where it was."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from models import partial
from models.media import Folder
from models.secrets_file import FILE_NAME
from models.settings import Settings
from tests.support.city import found_city
from tests.support.keeping import Place, home_with_secrets, put_back, quiet, settings_of, store_of
from tests.workers.command.test_main import wufen
from workers.command.backup import manifest, sqlite_copy
from workers.command.backup.taking import take
from workers.command.refusals import Refused
from workers.command.supervisor.ground import GroundError, only_instance

UPLOAD = "a" * 26


@pytest.fixture
def sqlite_here(sqlite_url: str, tmp_path: Path) -> Iterator[Place]:
    settings = settings_of(tmp_path / "home", sqlite_url)
    place = Place(settings, store_of(settings))
    with asyncio.Runner() as runner:
        runner.run(found_city(place.store))
        runner.run(place.store.close())
        yield place


@pytest.fixture
def kept(sqlite_here: Place, tmp_path: Path) -> Path:
    """A backup with a picture, an upload under way and the accounts of a sample city."""
    sqlite_here.media.keep(b"a picture")
    partial.write(sqlite_here.settings.home, sqlite_here.store.vault, UPLOAD, 0, b"half a fi")
    (sqlite_here.settings.home / "demo.json").write_text("{}")
    sqlite_here.take(tmp_path / "backup")
    return tmp_path / "backup"


@pytest.fixture
def fresh(sqlite_here: Place, tmp_path: Path) -> Settings:
    """Another machine with nothing but the secrets."""
    home = home_with_secrets(sqlite_here, tmp_path)
    return replace(sqlite_here.settings, home=home, database_url=f"sqlite:///{home}/wufen.db")


FILES = (
    "manifest.json",
    "files.sha256",
    "database.sqlite",
    "media/*/*.jpg",
    "incoming/*.part",
    "beside/demo.json",
)


def left(settings: Settings) -> set[str]:
    return {str(path.relative_to(settings.home)) for path in settings.home.rglob("*") if path.is_file()}


@pytest.mark.parametrize("what", ["cut short", "changed", "missing"])
@pytest.mark.parametrize("pattern", FILES)
def test_a_file_that_is_not_as_it_was_is_named_and_nothing_is_touched(
    kept: Path, fresh: Settings, pattern: str, what: str
) -> None:
    (path,) = kept.glob(pattern)
    content = bytearray(path.read_bytes())
    if what == "cut short":
        path.write_bytes(content[: len(content) // 2])
    elif what == "changed":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        path.unlink()
    with pytest.raises(Refused) as refused:
        put_back(fresh, kept)
    assert path.name in str(refused.value)
    assert left(fresh) == {FILE_NAME}


def test_a_file_that_nobody_put_there_is_named(kept: Path, fresh: Settings) -> None:
    (kept / "media" / "more.jpg").write_bytes(b"?")
    with pytest.raises(Refused, match=r"media/more.jpg is no file of this backup"):
        put_back(fresh, kept)


def test_a_manifest_whose_list_was_made_anew_is_refused_for_want_of_the_key(
    kept: Path, fresh: Settings
) -> None:
    told = manifest.read(kept)
    (picture,) = kept.glob("media/*/*.jpg")
    picture.write_bytes(b"another picture")
    sums = {
        name: manifest.digest_of(kept / name)
        for name in manifest.there(kept) - {"manifest.json", "files.sha256"}
    }
    manifest.write(kept, told, sums, b"x" * 32)
    with pytest.raises(Refused, match=r"manifest.json was changed, or belongs to another installation"):
        put_back(fresh, kept)


def test_a_list_cannot_name_files_outside(kept: Path, fresh: Settings) -> None:
    told = manifest.read(kept)
    sums = {"../elsewhere/secrets.json": manifest.digest_of(fresh.home / FILE_NAME)}
    manifest.write(kept, told, sums, next(iter(fresh.index_keys.values())))
    with pytest.raises(Refused, match="names what is no file of a backup"):
        put_back(fresh, kept)


def test_what_was_there_is_kept_beside_and_uploads_go_on(
    sqlite_here: Place, kept: Path, fresh: Settings
) -> None:
    put_back(fresh, kept)
    assert partial.read(fresh.home, sqlite_here.store.vault, UPLOAD, 9) == b"half a fi"
    Folder(fresh.home).keep(b"since the backup")
    with pytest.raises(Refused, match="the database and the place of evidence here is not empty"):
        put_back(fresh, kept)
    done = put_back(fresh, kept, replace=True)
    database, pictures = sorted(done.aside, key=lambda path: path.is_dir())
    assert (database.name[:16], pictures.name[:13]) == ("wufen.db.before-", "media.before-")
    sqlite_copy.check(database)
    assert len(list(Folder(fresh.home).names())) == 1
    assert len(list(pictures.glob("*/*.jpg"))) == 2
    assert not list(fresh.home.glob("*.new*"))


def test_a_log_of_the_old_history_is_not_taken_for_the_new_ones(
    sqlite_here: Place, kept: Path, fresh: Settings
) -> None:
    put_back(fresh, kept)
    path = fresh.home / "wufen.db"
    # A process that was killed leaves what it committed in the log beside the database.
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as dead:
        dead.execute("PRAGMA journal_mode=WAL")
        dead.execute("PRAGMA wal_autocheckpoint=0")
        dead.execute("UPDATE cities SET name = 'of the old history'")
        log = Path(f"{path}-wal").read_bytes()
    Path(f"{path}-wal").write_bytes(log)
    put_back(fresh, kept, replace=True)
    with contextlib.closing(sqlite3.connect(path)) as opened:
        assert opened.execute("SELECT name FROM cities").fetchall() == [("雅安市",)]


def test_it_is_not_restored_where_wufen_runs(kept: Path, fresh: Settings) -> None:
    with only_instance(fresh.home), pytest.raises(GroundError, match="already running"):
        put_back(fresh, kept)


def test_without_the_keys_of_then_it_is_refused(kept: Path, fresh: Settings) -> None:
    for ring in ({"k1": b"x" * 32}, {"k2": b"x" * 32}):
        with pytest.raises(Refused, match=r"The field keys k1 \([0-9a-f]{16}\) of that time are not here"):
            put_back(replace(fresh, field_keys=ring), kept)
    with pytest.raises(Refused, match="belongs to another installation"):
        put_back(replace(fresh, index_keys={"i1": b"x" * 32}), kept)
    assert left(fresh) == {FILE_NAME}


def test_a_backup_of_a_newer_wufen_is_refused(kept: Path, fresh: Settings) -> None:
    told = msgspec.structs.replace(manifest.read(kept), schema="9999")
    sums = {
        name: manifest.digest_of(kept / name)
        for name in manifest.there(kept) - {"manifest.json", "files.sha256"}
    }
    manifest.write(kept, told, sums, next(iter(fresh.index_keys.values())))
    with pytest.raises(Refused, match="of a newer Wufen"):
        put_back(fresh, kept)


def test_a_backup_of_one_kind_of_database_is_not_put_into_another(kept: Path, fresh: Settings) -> None:
    with pytest.raises(Refused, match="of sqlite, and WUFEN_DATABASE_URL names another kind"):
        put_back(replace(fresh, database_url="postgresql://nobody@127.0.0.1:1/none"), kept)


def test_a_backup_that_breaks_off_leaves_nothing_that_looks_like_one(
    sqlite_here: Place, tmp_path: Path
) -> None:
    class Broken(Folder):
        def read(self, name: str) -> bytes:
            raise OSError(5, "Input/output error", name)

    sqlite_here.media.keep(b"a picture")
    with pytest.raises(OSError, match="Input/output"):
        take(sqlite_here.settings, Broken(sqlite_here.settings.home), tmp_path / "backup", tell=quiet)
    assert not list(tmp_path.glob("backup*"))
    assert not list((sqlite_here.settings.home / "media").glob(".held*"))


def test_it_goes_into_a_new_folder_only(kept: Path, sqlite_here: Place) -> None:
    with pytest.raises(Refused, match="there already"):
        sqlite_here.take(kept)


def test_an_upload_that_is_examined_meanwhile_is_still_in_the_backup(
    sqlite_here: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = sqlite_here.settings.home
    partial.write(home, sqlite_here.store.vault, UPLOAD, 0, b"whole")
    copy = sqlite_copy.copy

    def examined_meanwhile(source: Any, to: Path) -> None:
        partial.remove(home, UPLOAD)
        copy(source, to)

    monkeypatch.setattr(sqlite_copy, "copy", examined_meanwhile)
    sqlite_here.take(tmp_path / "backup")
    assert [path.stat().st_size for path in tmp_path.glob("backup/incoming/*")] == [5]
    assert not list(partial.there(home))


def test_without_evidence_the_evidence_of_here_stays(
    sqlite_here: Place, fresh: Settings, tmp_path: Path
) -> None:
    sqlite_here.media.keep(b"a picture")
    told = sqlite_here.take(tmp_path / "lean", evidence=False)
    assert (told.media, told.media_files) == ("not in it", 0)
    name = Folder(fresh.home).keep(b"of here")
    put_back(fresh, tmp_path / "lean", replace=True)
    assert Folder(fresh.home).read(name) == b"of here"


def test_the_commands_say_what_they_did_and_what_is_not_in_it(home: Path, tmp_path: Path) -> None:
    wufen(home, "sample-city")
    done = wufen(home, "backup", str(tmp_path / "kept"))
    assert done.exit_code == 0, done.output
    assert "secrets.json is not in it" in done.output
    assert "secrets.json" not in manifest.there(tmp_path / "kept")
    other = tmp_path / "other"
    refused = wufen(other, "restore", str(tmp_path / "kept"))
    assert refused.exit_code == 1
    assert f"{other}/secrets.json is missing" in refused.stderr
    assert not other.exists()
    other.mkdir(mode=0o700)
    (other / FILE_NAME).write_bytes((home / FILE_NAME).read_bytes())
    restored = wufen(other, "restore", str(tmp_path / "kept"))
    assert restored.exit_code == 0, restored.output
    assert "The log's epoch is now" in restored.output
    assert json.loads((other / "demo.json").read_text()) == json.loads((home / "demo.json").read_text())
    again = wufen(other, "restore", str(tmp_path / "kept"))
    assert (again.exit_code, "--replace" in again.stderr) == (1, True)
