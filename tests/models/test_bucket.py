"""A bucket and a folder keep files alike; what goes wrong with a bucket is said in a sentence, and in time."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.actions import resealing, rotating
from models.actions.clearing_uploads import clear_uploads
from models.actions.resealing import reseal_some
from models.bucket import Address, Bucket, MediaAway
from models.errors import Unavailable
from models.media import Folder, Media, open_media
from models.settings import Settings, SettingsError
from models.store import Store
from tests.models.actions.test_rotating import original_of
from tests.support.clock import FakeClock
from tests.support.examined import ORIGINAL, examined
from tests.support.keeping import Place, home_with_secrets, quiet, settings_of
from tests.support.s3_server import bucket_at, running_s3
from workers.command.backup.restoring import restore
from workers.command.backup.taking import take


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with running_s3() as endpoint:
        yield endpoint


@pytest.fixture
def bucket(endpoint: str, tmp_path: Path) -> Bucket:
    return bucket_at(endpoint, prefix=tmp_path.name)


@pytest.fixture(params=["folder", "bucket"])
def media(request: pytest.FixtureRequest, tmp_path: Path) -> Media:
    if request.param == "folder":
        return Folder(tmp_path)
    found: Bucket = request.getfixturevalue("bucket")
    return found


def test_what_is_kept_is_read_told_and_removed(media: Media) -> None:
    media.check()
    one, two = media.keep(b"a picture"), media.keep(b"\x02k1 and more", "sealed")
    assert media.keep(b"a picture") == one
    assert (media.read(one), media.head(two, 3)) == (b"a picture", b"\x02k1")
    assert list(media.names()) == sorted([one, two])
    media.remove(one)
    media.remove(one)
    assert list(media.names()) == [two]
    for name in (one, "../secrets.json", "", f"{'0' * 64}.jpg/../x"):
        with pytest.raises(FileNotFoundError):
            media.read(name)
        with pytest.raises(FileNotFoundError):
            media.head(name, 3)
        media.remove(name)


def test_more_than_a_page_of_files_is_told(media: Media) -> None:
    names = sorted(media.keep(str(number).encode()) for number in range(60))
    assert list(media.names()) == names


def test_each_prefix_of_a_bucket_is_a_place_of_its_own(endpoint: str) -> None:
    name = bucket_at(endpoint, prefix="city-one").keep(b"of the one")
    with pytest.raises(FileNotFoundError):
        bucket_at(endpoint, prefix="city-two").read(name)


def _keeps(bucket: Bucket) -> None:
    bucket.keep(b"x")


def _reads(bucket: Bucket) -> None:
    bucket.read("0" * 64 + ".jpg")


def test_a_bucket_that_is_not_there_is_named(endpoint: str) -> None:
    for call in (_keeps, _reads, Bucket.check):
        with pytest.raises(MediaAway) as away:
            call(bucket_at(endpoint, "nobodys"))
        assert (away.value.final, "there is no bucket nobodys" in away.value.sentence) == (True, True)


def test_wrong_credentials_are_told_without_telling_them() -> None:
    with running_s3(closed=True) as endpoint, pytest.raises(MediaAway) as away:
        bucket_at(endpoint).keep(b"x")
    assert away.value.final
    assert "refuses WUFEN_MEDIA_KEY_ID and WUFEN_MEDIA_SECRET" in away.value.sentence
    assert "secret " not in away.value.sentence


def test_nobody_there_is_told_in_time() -> None:
    with pytest.raises(MediaAway) as away:
        bucket_at("http://127.0.0.1:1").keep(b"x")
    assert (away.value.final, "nobody answers there" in away.value.sentence) == (False, True)
    assert (away.value.code, away.value.status) == ("unavailable", 503)


def test_a_server_that_takes_a_connection_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(MediaAway) as away:
        bucket_at(f"http://127.0.0.1:{silent.getsockname()[1]}").read("0" * 64 + ".jpg")
    assert "did not answer in time" in away.value.sentence


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://bucket", "expects s3://bucket"),
        ("s3:///prefix", "expects s3://bucket"),
        ("s3://key:secret@bucket", "expects s3://bucket"),
        ("s3://bucket?colour=red", "expects s3://bucket"),
        ("s3://bucket?style=other", "style=path"),
        ("s3://bucket?endpoint=ftp://x", "https://"),
    ],
)
def test_a_wrong_address_is_refused(url: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        Address.parse(url)


def test_the_name_of_the_bucket_is_in_the_hosts_where_that_is_the_style() -> None:
    address = Address.parse("s3://evidence/a/b?endpoint=https://oss-cn-chengdu.aliyuncs.com&style=virtual")
    assert (address.host, address.prefix) == ("https://evidence.oss-cn-chengdu.aliyuncs.com", "a/b")


def test_a_bucket_without_credentials_is_refused_by_name(tmp_path: Path) -> None:
    environ = {"WUFEN_HOME": str(tmp_path), "WUFEN_MEDIA_URL": "s3://evidence"}
    with pytest.raises(SettingsError, match="WUFEN_MEDIA_SECRET"):
        Settings.from_env(environ)
    settings = Settings.from_env({**environ, "WUFEN_MEDIA_KEY_ID": "k", "WUFEN_MEDIA_SECRET": "hunter2"})
    assert isinstance(open_media(settings), Bucket)
    assert "hunter2" not in repr(settings)


@pytest.fixture
async def with_bucket(store: Store, bucket: Bucket) -> Store:
    store.media = bucket
    return store


async def test_uploads_lie_in_it_are_sealed_anew_there_and_leave_it(
    with_bucket: Store, bucket: Bucket, clock: FakeClock
) -> None:
    store = with_bucket
    await store.configuration.refresh()
    await examined(store, "one", expires_at=clock.now(), state="refused")
    assert len(list(bucket.names())) == 5
    await rotating.begin(store, "field")
    await store.configuration.refresh()
    clock.advance(rotating.SETTLES.total_seconds())
    await rotating.promote_due(store)
    await store.configuration.refresh()
    while await reseal_some(store) is not None:
        pass
    assert await original_of(store, "one") == ORIGINAL
    assert len(list(bucket.names())) == 6
    clock.advance(resealing.FILES_STAY.total_seconds())
    assert await resealing.remove_leftovers(store) == 1
    clock.advance(400 * 86_400)
    await clear_uploads(store, bucket.remove)
    assert list(bucket.names()) == []


async def test_a_bucket_that_is_away_loses_nothing_that_is_kept_no_longer(
    with_bucket: Store, clock: FakeClock
) -> None:
    store = with_bucket
    await store.configuration.refresh()
    await examined(store, "one", expires_at=clock.now(), state="refused")
    clock.advance(400 * 86_400)
    away = bucket_at("http://127.0.0.1:1")
    with pytest.raises(Unavailable):
        await clear_uploads(store, away.remove)
    assert await original_of(store, "one") == ORIGINAL


def test_a_backup_takes_what_lies_in_a_bucket_and_puts_it_into_another(
    sqlite_url: str, endpoint: str, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path / "home", sqlite_url)
    here = bucket_at(endpoint, prefix=f"{tmp_path.name}-here")
    name = here.keep(b"a picture")
    take(settings, here, tmp_path / "backup", tell=quiet)
    home = home_with_secrets(Place(settings, None), tmp_path)  # type: ignore[arg-type]
    there = replace(settings, home=home, database_url=f"sqlite:///{home}/wufen.db")
    elsewhere = bucket_at(endpoint, prefix=f"{tmp_path.name}-there")
    assert restore(there, elsewhere, tmp_path / "backup", replace=False, tell=quiet).media_files == 1
    assert elsewhere.read(name) == b"a picture"
