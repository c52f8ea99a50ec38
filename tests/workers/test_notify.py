"""Notices: sent at least once, shown once, whoever dies meanwhile. Real Redis, a real RQ worker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import redis
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import select, update

from models.actions import notices
from models.clock import SystemClock
from models.ids import RandomIds
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from models.tables import contacts, simulator_messages
from models.tables import notices as notices_table
from tests.support.city import ask, found_city
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell
from workers.channels import CHANNELS
from workers.notify import send_due
from workers.queues import QUEUES, enqueue_drain
from workers.texts import write


@pytest.fixture
async def store(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Store]:
    settings = with_secrets(
        Settings.from_env({"WUFEN_HOME": str(tmp_path), "WUFEN_DATABASE_URL": database_url})
    )
    store = Store.open(settings, bell=RecordingBell(), clock=clock, ids=RandomIds())
    await found_city(store)
    await give_phones(store)
    yield store
    await store.close()


async def give_phones(store: Store) -> None:
    async with store.database.write() as connection:
        for number, contact in enumerate(
            ("contact-one-1", "contact-one-2", "contact-two-1", "contact-three-1")
        ):
            sealed = store.vault.seal("contacts.phone_sealed", contact, f"+8613900000{number:03d}")
            await connection.execute(
                update(contacts).where(contacts.c.id == contact).values(phone_sealed=sealed)
            )


async def shown(store: Store) -> list[Any]:
    async with store.database.read() as connection:
        query = select(simulator_messages).order_by(simulator_messages.c.number)
        return list((await connection.execute(query)).all())


async def statuses(store: Store) -> list[str]:
    async with store.database.read() as connection:
        return list((await connection.execute(select(notices_table.c.status))).scalars())


async def test_the_owner_is_told_once_with_a_link_of_his_own(store: Store) -> None:
    await ask(store)
    assert await send_due(store) == 1
    assert await send_due(store) == 0
    (message,) = await shown(store)
    assert message.phone_masked == "139****0000"
    assert "川TA***5" in message.text_zh
    assert "挡住出入口" in message.text_zh
    assert message.link.startswith("http://localhost:8000/o/")
    assert await statuses(store) == ["sent"]


async def test_a_notice_is_not_sent_before_it_is_due(store: Store, clock: FakeClock) -> None:
    await ask(store, place=None)
    clock.advance(29)
    assert await send_due(store) == 0
    clock.advance(1)
    assert await send_due(store) == 1


async def test_what_a_dead_worker_claimed_is_sent_by_another_when_the_lease_is_over(
    store: Store, clock: FakeClock
) -> None:
    await ask(store)
    (claimed,) = await notices.claim(store)
    assert await notices.claim(store) == []
    clock.advance(4)
    assert await send_due(store) == 1
    assert await notices.sent(store, [claimed.id], claimed.lease) == 0
    assert len(await shown(store)) == 1


async def test_a_worker_that_dies_after_sending_shows_nothing_twice(store: Store, clock: FakeClock) -> None:
    await ask(store)
    (claimed,) = await notices.claim(store)
    await CHANNELS[claimed.channel](store, claimed, write(claimed, "http://localhost:8000"))
    clock.advance(4)
    assert await send_due(store) == 1
    assert len(await shown(store)) == 1


async def test_a_refusal_is_tried_again_later_and_given_up_after_six(store: Store, clock: FakeClock) -> None:
    await ask(store)
    waits = []
    for _ in range(6):
        (claimed,) = await notices.claim(store)
        await notices.failed(store, claimed, "busy", final=False)
        seconds = 0
        while await statuses(store) == ["queued"] and not await notices.anything_due(store):
            clock.advance(1)
            seconds += 1
        waits.append(seconds)
    assert waits == [2, 4, 8, 16, 32, 0]
    assert await statuses(store) == ["failed"]


async def test_two_workers_never_claim_the_same_notice(store: Store) -> None:
    for car in ("one", "two", "three"):
        await ask(store, car)
    rounds = await asyncio.gather(*(notices.claim(store, most=1) for _ in range(3)))
    assert len({one.id for claimed in rounds for one in claimed}) == sum(len(claimed) for claimed in rounds)


def test_a_real_worker_sends_what_was_enqueued(
    sqlite_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {
        "WUFEN_HOME": str(tmp_path),
        "WUFEN_DATABASE_URL": sqlite_url,
        "WUFEN_REDIS_URL": redis_url,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = with_secrets(Settings.from_env(environment))

    async def prepare() -> None:
        store = Store.open(settings, bell=RecordingBell(), clock=SystemClock())
        await found_city(store)
        await give_phones(store)
        await ask(store)
        await store.close()

    asyncio.run(prepare())
    connection = redis.Redis.from_url(redis_url)
    heard = connection.pubsub()  # type: ignore[no-untyped-call]
    heard.subscribe("wufen:phones")
    enqueue_drain(connection)
    SimpleWorker(list(QUEUES), connection=connection, serializer=JSONSerializer).work(burst=True)

    async def look() -> list[str]:
        store = Store.open(settings, bell=RecordingBell(), clock=SystemClock())
        try:
            return await statuses(store)
        finally:
            await store.close()

    assert asyncio.run(look()) == ["sent"]
    told = [
        message
        for message in iter(lambda: heard.get_message(timeout=2), None)
        if message["type"] == "message"
    ]
    assert "phone" in json.loads(told[0]["data"])
    heard.close()
    connection.close()
