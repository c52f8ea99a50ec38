"""Workers and Redis die under a stream of notices, and each provider counts: none lost, none repeated that need not be.

WeChat, SMS and calls recognise no repetition: what a dead worker had handed over is ``unknown`` and not repeated.
A webhook does, and is asked again (docs/operations.md, "Notices").
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest
from sqlalchemy import insert, update

from models.clock import SystemClock
from models.feed.bell import SilentBell
from models.settings import Settings
from models.store import Store
from models.tables import channel_setups, configuration
from models.tables import notices as notices_table
from tests.support.counting import Provider, counting
from tests.support.waiting import until
from tests.workers.test_deaths import Rig
from workers.notify import AT_ONCE, RECORD_SECONDS

pytestmark = pytest.mark.slow

SECONDS = 0.05  # that a provider takes for one message
# What one worker can have handed over and not written down: what is under way, and what ended since it last wrote.
UNWRITTEN = AT_ONCE + int(AT_ONCE * 2 * RECORD_SECONDS / SECONDS)


@dataclass
class City:
    """The rig with a city's accounts at counting providers, one for each channel."""

    rig: Rig
    providers: dict[str, Provider]

    def worker(self) -> subprocess.Popen[bytes]:
        return self.rig.start(sys.executable, "-m", "tests.support.counted_worker")

    def write(self, name: str, count: int, channel: str, template: str = "binding_code") -> None:
        asyncio.run(_write(self.rig.settings, name, count, channel, template))

    def rows(self) -> list[tuple[str, str, str, int]]:
        """Key, channel, status and attempts of every notice."""
        query = "SELECT key, channel, status, attempts FROM notices"
        with closing(connect(self.rig.file)) as connection:
            return connection.execute(query).fetchall()

    def due(self) -> int:
        """How many still wait to be sent now, or soon."""
        return self.rig.count("SELECT count(*) FROM notices WHERE status = 'queued' AND step = 1")

    def accepted(self) -> int:
        return sum(sum(one.accepted.values()) for one in self.providers.values())


@pytest.fixture
def city(sqlite_url: str, tmp_path: Path) -> Iterator[City]:
    with ExitStack() as stack:
        rig = Rig(tmp_path, sqlite_url, stack)
        rig.found_city()
        rig.start_redis()
        providers = {name: stack.enter_context(counting()) for name in ("wechat", "sms", "call", "webhook")}
        for one in providers.values():
            one.seconds = SECONDS
        asyncio.run(_set_up(rig.settings, {name: one.url for name, one in providers.items()}))
        yield City(rig, providers)


async def _set_up(settings: Settings, urls: dict[str, str]) -> None:
    store = Store.open(settings, bell=SilentBell(), clock=SystemClock())
    async with store.database.write() as connection:
        for channel, url in urls.items():
            await connection.execute(
                insert(channel_setups).values(
                    id=f"setup-{channel}",
                    city_code="511800",
                    channel=channel,
                    active=True,
                    given=json.dumps({"endpoint": url}),
                    changed_at=store.clock.now(),
                    changed_by="test",
                )
            )
        await connection.execute(update(configuration).values(revision=store.ids.new()))
    await store.close()


async def _write(settings: Settings, name: str, count: int, channel: str, template: str) -> None:
    store = Store.open(settings, bell=SilentBell(), clock=SystemClock())
    at = store.clock.now()
    rows: list[dict[str, Any]] = [
        {
            "id": f"{name}{number:018d}",
            "key": f"{name}-{number}",
            "template": template,
            "params": '{"minutes": 10, "reason": "blocking", "plate": "川TA***5"}',
            "contact_id": "contact-one-1",
            "city_code": "511800",
            "channel": channel,
            "status": "queued",
            "created_at": at,
            "due_at": at,
        }
        for number in range(count)
    ]
    async with store.database.write() as connection:
        await connection.execute(insert(notices_table), rows)
    await store.close()


def kill(worker: subprocess.Popen[bytes]) -> None:
    worker.kill()
    worker.wait()


def test_a_worker_killed_in_the_middle_repeats_nothing_that_a_provider_took(city: City) -> None:
    city.write("s", 120, "sms")
    sms = city.providers["sms"]
    worker = city.worker()
    until(lambda: sum(sms.accepted.values()) >= 25, "the first to be taken", 20)
    kill(worker)
    city.worker()
    until(lambda: city.due() == 0, "all to be dealt with", 40)
    assert max(sms.accepted.values()) == 1
    status = {key: state for key, _, state, _ in city.rows()}
    assert set(status.values()) == {"sent", "unknown"}
    assert all(sms.accepted[key] == 1 for key, state in status.items() if state == "sent")
    unknown = [key for key, state in status.items() if state == "unknown"]
    assert 0 < len(unknown) <= UNWRITTEN


def test_a_provider_that_knows_a_repetition_is_asked_again_for_what_was_not_written_down(city: City) -> None:
    city.write("w", 120, "webhook")
    webhook = city.providers["webhook"]
    worker = city.worker()
    until(lambda: sum(webhook.accepted.values()) >= 25, "the first to be taken", 20)
    kill(worker)
    city.worker()
    until(lambda: city.due() == 0, "all to be dealt with", 40)
    assert {state for _, _, state, _ in city.rows()} == {"sent"}
    assert len(webhook.accepted) == 120
    repeated = [key for key, times in webhook.accepted.items() if times > 1]
    assert len(repeated) <= UNWRITTEN
    assert max(webhook.accepted.values()) <= 2


def moody(key: str, nth: int) -> str:
    """Of ten, one is not reached, one is limited at first, one is taken without a word and one with an error."""
    kind = int(key.rpartition("-")[2]) % 10
    if kind == 0:
        return "refuse"
    if kind == 1:
        return "limit" if nth == 1 else "take"
    return {2: "break", 3: "fail"}.get(kind, "take")


def test_workers_and_redis_die_under_a_stream_and_nothing_is_lost_or_told_twice(city: City) -> None:
    city.providers["wechat"].does = moody
    workers = [city.worker(), city.worker()]
    for number in range(4):
        city.write(f"c{number}", 30, "wechat", "move_request")
        city.write(f"k{number}", 10, "sms")
        before = city.accepted()
        until(lambda before=before: city.accepted() > before + 10, "some of the stream to go", 30)  # type: ignore[misc]
        if number % 2:
            city.rig.kill_redis()
            city.rig.start_redis()
        else:
            kill(workers.pop(0))
            workers.append(city.worker())
    until(lambda: city.due() == 0, "the stream to be dealt with", 60)
    for name, provider in city.providers.items():
        assert max(provider.accepted.values(), default=0) <= 1, name
    rows = city.rows()
    assert len([key for key, *_ in rows if ">" not in key]) == 160
    # Every one was taken by its first channel, or another one is due or has told: none is lost.
    state = {key: status for key, _, status, _ in rows}
    stream = [key for key in state if key.startswith("c") and ">" not in key]
    assert {state[key] for key in stream} == {"sent", "failed", "unknown"}
    assert all(f"{key}>2:sms" in state for key in stream)
    assert all(state[key] in ("sent", "unknown") for key in state if key.startswith("k"))
    not_reached = [key for key in stream if state[key] == "failed"]
    until(lambda: told_by_sms(city, not_reached), "the next channel to tell whom the first did not reach", 30)


def told_by_sms(city: City, keys: list[str]) -> bool:
    state = {key: status for key, _, status, _ in city.rows()}
    return all(state[f"{key}>2:sms"] in ("sent", "unknown") for key in keys)
