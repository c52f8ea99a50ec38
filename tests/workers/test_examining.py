"""What becomes of uploads: the real queue, a real RQ worker, the real program without keys, and files that break it."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from PIL import Image
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import insert, select, update

from models import partial
from models.actions import covering, examining
from models.actions.covering import Area
from models.actions.examining import PLACE, SEALED
from models.clock import SystemClock
from models.media import Folder
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from models.tables import pictures, regions, uploads
from tests.support import photos
from tests.support.city import CHEN, found_city
from tests.support.recording import RecordingBell
from tests.support.resumable import upload_id
from tests.support.videos import video
from tests.support.waiting import until_async
from workers.desk import at_the_desk, open_desk
from workers.examining.program import Program, open_program
from workers.queues import EXAMINATIONS, enqueue_examination


@pytest.fixture
def settings(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)  # what a process that is started finds
    return with_secrets(Settings.from_env({**os.environ, **environment}))


async def came(store: Store, name: str, content: bytes, kind: str = "photo", **changes: Any) -> None:
    """A whole upload, as the web leaves it."""
    partial.write(store.settings.home, store.vault, upload_id(name), 0, content)
    row = {
        "id": upload_id(name),
        "holder": "pass:x",
        "address": b"x",
        "purpose": "report",
        "kind": kind,
        "size": len(content),
        "received": len(content),
        "state": "waiting",
        "created_at": store.clock.now(),
        "received_at": store.clock.now(),
    } | changes
    async with store.database.write() as connection:
        await connection.execute(insert(uploads).values(row))


async def all_of(store: Store, table: Any, name: str) -> list[Any]:
    async with store.database.read() as connection:
        if table is uploads:
            query = select(uploads).where(uploads.c.id == upload_id(name))
        else:
            query = (
                select(pictures).where(pictures.c.upload_id == upload_id(name)).order_by(pictures.c.position)
            )
        return list((await connection.execute(query)).all())


def work(settings: Settings) -> None:
    """What an examiner does with all that waits."""
    connection = redis.Redis.from_url(settings.redis_url)
    enqueue_examination(connection)
    worker = SimpleWorker([EXAMINATIONS], connection=connection, serializer=JSONSerializer)
    worker.work(burst=True, logging_level="ERROR")
    connection.close()


@pytest.fixture
def at_work(settings: Settings) -> Iterator[Program]:
    """A process with a desk and the real program, and the small city."""
    with open_program(Program()) as program, open_desk(settings):
        at_the_desk(found_city)
        yield program


def opened(settings: Settings, name: str) -> Image.Image:
    return Image.open(io.BytesIO(Folder(settings.home).read(name)))


@pytest.mark.parametrize("media_type", ["image/jpeg", "image/heic"])
def test_a_photo_is_drawn_anew_sealed_and_covered(
    settings: Settings, at_work: Program, media_type: str
) -> None:
    write = photos.encoded if media_type == "image/jpeg" else photos.heic
    content = write(photos.at_the_roadside(), exif=photos.exif(orientation=6))
    at_the_desk(lambda store: came(store, "one", content))
    work(settings)
    (row,) = at_the_desk(lambda store: all_of(store, uploads, "one"))
    assert (row.state, row.why, row.media_type, bytes(row.sha256)) == (
        "ready", None, media_type, hashlib.sha256(content).digest(),
    )  # fmt: skip
    assert row.id not in partial.there(settings.home)

    async def unsealed(store: Store) -> tuple[bytes, str]:
        sealed = Folder(settings.home).read(row.original)
        assert b"Zhang San" not in sealed
        place = store.vault.open(PLACE, row.id, bytes(row.place_sealed))
        return store.vault.open_bytes(SEALED, row.id, sealed), place

    original, place = at_the_desk(unsealed)
    assert original == content
    assert [round(float(part), 5) for part in place.split(",")] == [29.98765, 103.01234]
    assert f"{row.taken_at:%Y-%m-%d %H:%M:%S}" == "2026-11-02 07:58:03"
    (shown,) = at_the_desk(lambda store: all_of(store, pictures, "one"))
    assert (shown.width, shown.height) == (960, 1280), "it stands upright"
    for name in (shown.file, shown.thumb, shown.covered, shown.covered_thumb):
        copy = opened(settings, name)
        assert not copy.getexif()
        assert "exif" not in copy.info
        assert b"Zhang" not in Folder(settings.home).read(name)

    async def found(store: Store) -> list[str]:
        rows = await covering.regions_of(store, shown.id)
        return [one.kind for one in rows]

    assert "plate" in at_the_desk(found)


def test_face_and_plate_are_of_one_colour_on_the_copy_for_others(
    settings: Settings, at_work: Program
) -> None:
    picture = photos.at_the_roadside()
    at_the_desk(lambda store: came(store, "one", photos.encoded(picture)))
    work(settings)
    (shown,) = at_the_desk(lambda store: all_of(store, pictures, "one"))
    plain, covered = opened(settings, shown.file), opened(settings, shown.covered)
    # Where the face's eyes and the plate's signs are, as the picture was drawn.
    for box in ((116, 482, 164, 496), (560, 620, 720, 650)):
        assert len(set(colours(plain.crop(box)))) > 8
        assert len(set(colours(covered.crop(box)))) <= 2, box


def colours(picture: Image.Image) -> list[tuple[int, ...]]:
    small = picture.convert("RGB").resize((12, 4), Image.Resampling.BOX)
    return [tuple(value // 16 for value in small.getpixel((x, y))) for x in range(12) for y in range(4)]  # type: ignore[union-attr]


def test_an_officer_covers_and_uncovers_by_hand(settings: Settings, at_work: Program) -> None:
    at_the_desk(lambda store: came(store, "one", photos.encoded(photos.at_the_roadside())))
    work(settings)
    (shown,) = at_the_desk(lambda store: all_of(store, pictures, "one"))
    area = Area(600, 100, 200, 100)
    region = at_the_desk(lambda store: covering.cover(store, CHEN, shown, area))
    (asked,) = at_the_desk(lambda store: all_of(store, pictures, "one"))
    assert (asked.drawings_wanted, asked.drawings_done) == (2, 1)
    work(settings)
    (drawn,) = at_the_desk(lambda store: all_of(store, pictures, "one"))
    assert (drawn.drawings_wanted, drawn.drawings_done) == (2, 2)
    assert drawn.covered != shown.covered
    assert len(set(colours(opened(settings, drawn.covered).crop((610, 110, 790, 190))))) <= 2
    at_the_desk(lambda store: covering.uncover(store, CHEN, drawn, region.id))
    work(settings)
    (back,) = at_the_desk(lambda store: all_of(store, pictures, "one"))
    crops = [colours(opened(settings, one.covered).crop((600, 100, 800, 200))) for one in (shown, back)]
    assert crops[0] == crops[1]

    async def history(store: Store) -> list[Any]:
        async with store.database.read() as connection:
            query = select(regions.c.by, regions.c.removed_by).where(regions.c.id == region.id)
            return list((await connection.execute(query)).all())

    assert at_the_desk(history) == [(CHEN.subject, CHEN.subject)]


def test_a_video_loses_its_voices_and_place_and_shows_covered_posters(
    settings: Settings, at_work: Program
) -> None:
    content = video(3.0, metadata={"location": "+29.9876+103.0123/", "title": "Zhang San"})
    at_the_desk(lambda store: came(store, "one", content, "video"))
    work(settings)
    (row,) = at_the_desk(lambda store: all_of(store, uploads, "one"))
    assert (row.state, row.why, row.media_type, row.seconds) == ("ready", None, "video/mp4", 3.0)
    silent = Folder(settings.home).read(row.video)
    assert b"Zhang San" not in silent
    assert b"29.9876" not in silent
    assert b"mp4a" not in silent, "there is no sound"
    assert len(at_the_desk(lambda store: all_of(store, pictures, "one"))) == 4


REFUSED = {
    "nothing at all": (b"\0", "photo", "not_media"),
    "an SVG with a script": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "photo", "not_media"),
    "a GIF": (b"GIF89a" + bytes(200), "photo", "not_media"),
    "a page that calls itself a photo": (b"<html><script>alert(1)</script>", "photo", "not_media"),
    "a video that calls itself a photo": (video(0.5), "photo", "not_photo"),
    "a photo that calls itself a video": (photos.encoded(Image.new("RGB", (99, 99))), "video", "not_video"),
    "half a photo": (photos.encoded(photos.at_the_roadside())[:20_000], "photo", "damaged"),
    "a PNG bomb": (photos.png_bomb(20_000, 20_000), "photo", "too_many_pixels"),
    "a header of 200 megapixels": (photos.png_of_so_many_pixels(20_000, 10_000), "photo", "too_many_pixels"),
    "a JPEG of 200 megapixels": (photos.jpeg_of_so_many_pixels(20_000, 10_000), "photo", "too_many_pixels"),
    "one pixel": (photos.encoded(Image.new("RGB", (1, 1))), "photo", "too_small"),
    "noise behind a JPEG's first bytes": (b"\xff\xd8\xff" + photos.noise(5_000), "photo", "damaged"),
    "noise behind an MP4's first bytes": (video(0.5)[:32] + photos.noise(5_000), "video", "damaged"),
    "a video of 70 seconds": (video(70, rate=2, sound=False), "video", "too_long"),
    "a video of 8 megapixels and more": (video(0.5, size=(4096, 2304), sound=False), "video", "too_large_frame"),
}  # fmt: skip


def test_what_is_none_of_ours_is_refused_with_its_reason(settings: Settings, at_work: Program) -> None:
    for name, (content, kind, _) in REFUSED.items():
        at_the_desk(lambda store, n=name, c=content, k=kind: came(store, n, c, k))  # type: ignore[misc]
    work(settings)
    found = {}
    for name in REFUSED:
        (row,) = at_the_desk(lambda store, n=name: all_of(store, uploads, n))  # type: ignore[misc]
        found[name] = (row.state, row.why)
        assert row.id not in partial.there(settings.home)
        assert row.original is None
    assert found == {name: ("refused", why) for name, (_, _, why) in REFUSED.items()}
    counted = at_the_desk(examining.refused_of_late)
    assert (counted["not_media"], counted["too_long"], counted["lost"]) == (4, 1, 0)


# A program in the place of the one that looks: it is ready, and then hangs or dies as the file tells it.
BREAKS = """
import os, sys, threading
from multiprocessing.connection import Connection
asking = Connection(int(sys.argv[1]))
asking.send_bytes(b"ready")
asking.recv_bytes()
if asking.recv_bytes() == b"hang":
    threading.Event().wait()
os._exit(11)
"""


@pytest.mark.parametrize("content", [b"hang", b"die"])
def test_a_file_that_hangs_or_breaks_the_program_is_refused_in_the_end(
    settings: Settings, content: bytes
) -> None:
    program = Program((sys.executable, "-c", BREAKS), {"photo": 0.3, "video": 0.3})
    with open_program(program), open_desk(settings):
        at_the_desk(lambda store: came(store, "poison", content))

        async def now_again(store: Store) -> None:
            async with store.database.write() as connection:
                await connection.execute(update(uploads).values(lease_until=store.clock.now()))

        for tries in (1, 2, 3):
            work(settings)
            (row,) = at_the_desk(lambda store: all_of(store, uploads, "poison"))
            assert (row.state, row.attempts) == ("waiting", tries)
            assert row.lease_until > SystemClock().now(), "not at once again"
            at_the_desk(now_again)
        work(settings)
        (row,) = at_the_desk(lambda store: all_of(store, uploads, "poison"))
        assert (row.state, row.why) == ("refused", "unreadable")


async def test_a_worker_starts_an_examiner_when_something_waits_and_ends_it_with_itself(
    settings: Settings, tmp_path: Path
) -> None:
    """The whole of it: ``python -m workers``, the examiner that it starts, and the program without keys."""
    store = Store.open(settings, bell=RecordingBell())
    log = tmp_path / "worker.log"

    async def is_examined() -> bool:
        return bool((await all_of(store, uploads, "one"))[0].original)

    async def has_ended() -> bool:
        return '"event":"examiner_stopped"' in log.read_text()

    try:
        await found_city(store)
        await came(store, "one", photos.encoded(photos.at_the_roadside()))
        with log.open("wb") as out:
            worker = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "workers", stdout=out, stderr=out
            )
        try:
            await until_async(is_examined, "the examined upload", seconds=50)
            worker.send_signal(signal.SIGTERM)
            assert await worker.wait() == 0
            await until_async(has_ended, "the end of the examiner")
        finally:
            if worker.returncode is None:
                worker.kill()
                await worker.wait()
    finally:
        await store.close()
