"""Plates off photos: the real reader on drawn plates, real jobs, and pictures that hang it, break it or are none."""

from __future__ import annotations

import asyncio
import io
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.asyncio import Redis
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import select

from models import media, readers
from models.actions import captures, readings
from models.actions.captures import Pictures, Shot
from models.clock import SystemClock
from models.parking.signs import Candidate
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from models.tables import captures as captures_table
from tests.support.city import GATE, ZHANG, found_city, on_duty
from tests.support.parking import capture_id
from tests.support.plates import CONDITIONS, scene, street
from tests.support.recording import RecordingBell
from tests.support.waiting import until_async
from workers import measures
from workers.desk import at_the_desk, open_desk
from workers.queues import READINGS, enqueue_reading
from workers.reading import looker as lookers
from workers.reading.engine import Engine, UnreadablePicture
from workers.reading.looker import Looker, LookerFailed, open_looker
from workers.reading.sweep import sweep


def jpeg(number: str, plate_class: str = "ordinary", condition: str = "day") -> bytes:
    out = io.BytesIO()
    scene(number, plate_class, CONDITIONS[condition]).save(out, "JPEG", quality=88)
    return out.getvalue()


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


@pytest.mark.parametrize(
    ("number", "plate_class", "condition"),
    [
        ("川TA8P26", "ordinary", "day"),
        ("川TF82J5", "ordinary", "worst"),
        ("川TD12345", "nev_small", "night"),
        ("川T60718F", "nev_large", "tilt"),
        ("川T9K327", "ordinary_large_rear", "day"),
        ("川TH734挂", "trailer", "aslant"),
        ("京A4173警", "police", "night"),
        ("粤ZN066港", "hk_macau", "tilt"),
        ("197049使", "embassy", "blur"),
        ("WJ川58684", "armed_police", "day"),
    ],
)
def test_a_drawn_plate_is_read(engine: Engine, number: str, plate_class: str, condition: str) -> None:
    found = engine.read(jpeg(number, plate_class, condition))
    assert found[0].plate == number


def test_a_street_without_a_plate_and_what_is_no_picture_give_none(engine: Engine) -> None:
    out = io.BytesIO()
    street((1280, 960), random.Random(1)).save(out, "JPEG")
    assert engine.read(out.getvalue()) == []
    for broken in (b"", b"MZ not a photo", out.getvalue()[:2000]):
        with pytest.raises(UnreadablePicture):
            engine.read(broken)


# A program in the place of the one that looks: it says that it is ready, and then does as the picture tells it.
PROGRAM = """
import os, sys, threading
from multiprocessing.connection import Connection
asking = Connection(int(sys.argv[1]))
asking.send_bytes(b"ready")
while True:
    said = asking.recv_bytes()
    if said == b"hang":
        threading.Event().wait()
    if said == b"die":
        os._exit(11)
    asking.send_bytes(b'[["%s", 0.97]]' % said)
"""


@pytest.fixture
def looker() -> Iterator[Looker]:
    looker = Looker((sys.executable, "-c", PROGRAM), look_seconds=0.5)
    yield looker
    looker.close()


@pytest.mark.parametrize(("picture", "why"), [(b"hang", "hung"), (b"die", "died")])
def test_a_picture_that_hangs_or_breaks_the_program_costs_only_itself(
    looker: Looker, picture: bytes, why: str
) -> None:
    assert looker.look(b"one") == [Candidate("one", 0.97)]
    with pytest.raises(LookerFailed) as failed:
        looker.look(picture)
    assert failed.value.why == why
    assert looker.look(b"two") == [Candidate("two", 0.97)], "a new one has been started"


def test_a_program_that_does_not_get_ready_is_no_reader() -> None:
    broken = Looker((sys.executable, "-c", "import sys; sys.exit(3)"))
    with pytest.raises(LookerFailed) as failed:
        broken.load()
    assert failed.value.why == "not_loaded"
    with pytest.raises(LookerFailed), open_looker(broken):
        raise AssertionError("a reader that cannot read does not begin")
    with pytest.raises(RuntimeError):
        lookers.of_this_process()


@pytest.fixture
def settings(sqlite_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    environment = {
        "WUFEN_HOME": str(tmp_path),
        "WUFEN_DATABASE_URL": sqlite_url,
        "WUFEN_REDIS_URL": redis_url,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return with_secrets(Settings.from_env(environment))


async def photograph(store: Store, name: str, content: bytes, *, lost: bool = False) -> None:
    """As the web keeps it while a reader is there; ``lost``: its file is gone."""
    shot = Shot(capture_id(name), store.clock.now(), GATE)
    sealed = store.vault.seal_bytes(captures.SEALED, shot.id, content)
    original = media.name_of(sealed, "sealed")
    if not lost:
        await asyncio.to_thread(store.media.keep, sealed, "sealed")
    pictures = Pictures(b"-", original, "0" * 64 + ".jpg", "0" * 64 + ".jpg", 1280, 960)
    await captures.keep(store, ZHANG, shot, pictures, readers=True)


async def what_was_read(store: Store) -> dict[str, tuple[str, list[Candidate]]]:
    async with store.database.read() as connection:
        rows = (await connection.execute(select(captures_table))).all()
    return {row.id: (row.reading, readings.told(store, row)) for row in rows}


def prepared(settings: Settings, photos: dict[str, bytes], *lost: str) -> None:
    async def prepare() -> None:
        store = Store.open(settings, bell=RecordingBell(), clock=SystemClock())
        await found_city(store)
        await on_duty(store, ZHANG)
        for name, content in photos.items():
            await photograph(store, name, content, lost=name in lost)
        await store.close()

    asyncio.run(prepare())


def test_a_real_job_reads_what_waits_and_nothing_holds_up_the_rest(
    settings: Settings, looker: Looker
) -> None:
    names = ("one", "hang", "gone", "die", "two")
    prepared(settings, {name: name.encode() for name in names}, "gone")
    connection = redis.Redis.from_url(settings.redis_url)
    assert enqueue_reading(connection)
    assert not enqueue_reading(connection), "one that waits finds what is due then"
    before = measures.REGISTRY.get_sample_value("wufen_readings_total", {"outcome": "hung"}) or 0
    with open_looker(looker), open_desk(settings):
        SimpleWorker([READINGS], connection=connection, serializer=JSONSerializer).work(burst=True)
        read = at_the_desk(what_was_read)
    connection.close()
    assert {name: read[capture_id(name)] for name in names} == {
        "one": ("read", [Candidate("one", 0.97)]),
        "hang": ("unread", []),
        "gone": ("unread", []),
        "die": ("unread", []),
        "two": ("read", [Candidate("two", 0.97)]),
    }
    assert measures.REGISTRY.get_sample_value("wufen_readings_total", {"outcome": "hung"}) == before + 1


def test_the_sweep_says_that_somebody_reads_and_enqueues_what_was_lost(settings: Settings) -> None:
    prepared(settings, {"one": b"one"})
    connection = redis.Redis.from_url(settings.redis_url)
    waiting = f"rq:queue:{READINGS}"

    async def both(store: Store) -> None:
        async with Redis.from_url(settings.redis_url) as asking:

            async def told() -> bool:
                return await readers.present(asking) and bool(await asking.llen(waiting))

            await until_async(told, "the word of a reader, and a job")

    with open_desk(settings) as desk:
        desk.start(sweep, "sweep")
        at_the_desk(both)
        connection.delete(waiting)  # Redis has lost it
        at_the_desk(both)
    connection.close()


async def test_where_redis_is_away_nobody_reads() -> None:
    assert not await readers.present(None)
    async with Redis.from_url("unix:///nowhere.sock") as away:
        assert not await readers.present(away)
