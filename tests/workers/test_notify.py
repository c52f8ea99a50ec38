"""Notices: sent at least once, shown once, whoever dies meanwhile. Real Redis, a real RQ worker."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import select, update

from models.actions import commands, notices, texts
from models.actions.settling import Ended, settle
from models.clock import SystemClock
from models.ids import RandomIds
from models.incident.commands import HandOver
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from models.tables import contacts, simulator_messages
from models.tables import notices as notices_table
from tests.support.city import MINGSHAN, YUCHENG, ask, found_city, officer
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell
from tests.support.waiting import until_async
from workers.channels import CHANNELS, Accepted, Refused
from workers.desk import open_desk
from workers.notify import send_due
from workers.queues import QUEUES, enqueue_drain
from workers.texts import write


@pytest.fixture
async def store(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Store]:
    settings = with_secrets(
        Settings.from_env({**os.environ, "WUFEN_HOME": str(tmp_path), "WUFEN_DATABASE_URL": database_url})
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
    """Of what was written first; what follows by other channels is ``test_climbing``'s."""
    query = select(notices_table.c.status).where(notices_table.c.step == 1)
    async with store.database.read() as connection:
        return list((await connection.execute(query)).scalars())


async def test_the_owner_is_told_once_with_a_link_of_his_own(store: Store) -> None:
    await ask(store)
    assert await send_due(store) == 1
    assert await send_due(store) == 0
    (message,) = await shown(store)
    assert message.phone_masked == "139****0000"
    assert "川TA***5" in message.text_zh
    assert message.text_zh == (
        "【城市交管】您的车 川TA***5 挡住了出入口，有人正等您挪车。请在 16:05 前回复："
    )
    assert message.text_en == (
        "[城市交管] Your car 川TA***5 is blocking an entrance, and somebody is waiting for you to move it."
        " Please answer by 16:05:"
    )
    assert message.link.startswith("http://localhost:8000/o/")
    assert await statuses(store) == ["delivered"]


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
    assert (await settle(store, [Ended(claimed, "sent")])).taken == 0
    assert len(await shown(store)) == 1


async def test_a_worker_that_dies_after_sending_shows_nothing_twice(store: Store, clock: FakeClock) -> None:
    await ask(store)
    (claimed,) = await notices.claim(store)
    await CHANNELS["simulator"](
        store, claimed, write(claimed, "http://localhost:8000", store.texts.product), None
    )
    clock.advance(4)
    assert await send_due(store) == 1
    assert len(await shown(store)) == 1


async def test_what_may_go_better_is_tried_again_later_and_given_up_after_six(
    store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: Any) -> Accepted:
        raise Refused("transient", "provider_away")

    monkeypatch.setitem(CHANNELS, "simulator", busy)
    await ask(store)
    waits = []
    for _ in range(6):
        assert await send_due(store) == 0
        seconds = 0
        while await statuses(store) == ["queued"] and not await notices.anything_due(store):
            clock.advance(1)
            seconds += 1
        waits.append(seconds)
    assert waits == [2, 4, 8, 16, 32, 0]
    assert await statuses(store) == ["failed"]


async def test_a_notice_that_cannot_be_read_fails_and_holds_up_no_other(store: Store) -> None:
    await ask(store, "one")
    await ask(store, "two")
    async with store.database.write() as connection:
        await connection.execute(
            update(contacts).where(contacts.c.id == "contact-one-1").values(phone_sealed=b"damaged")
        )
    assert await send_due(store) == 1
    assert sorted(await statuses(store)) == ["delivered", "failed"]
    assert [message.phone_masked for message in await shown(store)] == ["139****0002"]


async def test_a_channel_that_nobody_knows_fails_for_good_and_the_next_one_tells(store: Store) -> None:
    await ask(store)
    async with store.database.write() as connection:
        await connection.execute(update(notices_table).values(channel="pigeon"))
    assert await send_due(store) == 1
    assert await statuses(store) == ["failed"]
    assert [message.channel for message in await shown(store)] == ["sms"]


async def test_what_was_sent_is_recorded_while_others_are_still_under_way(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.notify.RECORD_SECONDS", 0.01)
    arrived = asyncio.Event()

    async def slow_for_one(store: Store, notice: notices.Claimed, *_: Any) -> Accepted:
        if notice.params["plate"] == "川TA***5":
            await arrived.wait()
        return Accepted()

    monkeypatch.setitem(CHANNELS, "simulator", slow_for_one)
    await ask(store, "one")
    await ask(store, "two")
    sending = asyncio.ensure_future(send_due(store))
    await until_async(lambda: one_is("sent", store), "the quick one to be recorded")
    arrived.set()
    assert await sending == 2
    assert await statuses(store) == ["sent", "sent"]


async def one_is(status: str, store: Store) -> bool:
    return sorted(await statuses(store)) == sorted(["queued", status])


async def test_a_channel_that_fails_or_hangs_is_tried_again_and_disturbs_no_other(
    store: Store, monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    monkeypatch.setattr("workers.delivering.DELIVER_SECONDS", 0.01)
    reached = []

    async def flaky(store: Store, notice: notices.Claimed, *_: Any) -> Accepted:
        if notice.params["plate"] == "川TA***5":
            await asyncio.Event().wait()
        if notice.params["plate"] == "川TD****5":
            raise ConnectionResetError
        reached.append(notice.id)
        return Accepted()

    monkeypatch.setitem(CHANNELS, "simulator", flaky)
    for car in ("one", "two", "three"):
        await ask(store, car)
    assert await send_due(store) == 1
    assert len(reached) == 1
    assert sorted(await statuses(store)) == ["queued", "queued", "sent"]
    async with store.database.read() as connection:
        query = select(notices_table.c.failure, notices_table.c.code).where(notices_table.c.step == 1)
        failures = (await connection.execute(query)).all()
    assert {tuple(one) for one in failures if one.failure} == {
        ("timed_out", None),
        ("our_fault", "ConnectionResetError"),
    }
    monkeypatch.undo()
    clock.advance(2)
    assert await send_due(store) == 2


async def test_production_has_no_simulated_phones(store: Store) -> None:
    await ask(store)
    production = replace(store, settings=replace(store.settings, production=True))
    assert await send_due(production) == 0
    assert set(await statuses(store)) == {"failed"}
    assert await shown(store) == []


async def test_the_commander_reads_which_district_needs_him(store: Store) -> None:
    asked = await ask(store)
    await commands.act(store, asked.id, HandOver(), asked.requester)
    await send_due(store)
    (message,) = [message for message in await shown(store) if message.phone_masked == "051001"]
    assert message.text_zh == "【城市交管】雨城区：一件挪车请求要民警处理，目前无人在岗，请指挥处置。"
    assert message.text_en == (
        "[城市交管] Yucheng: a request to move a car needs an officer and nobody is on duty. Please take charge."
    )
    assert message.link == "http://localhost:8000/officer"


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
    with open_desk(settings):
        SimpleWorker(list(QUEUES), connection=connection, serializer=JSONSerializer).work(burst=True)

    async def look() -> list[str]:
        store = Store.open(settings, bell=RecordingBell(), clock=SystemClock())
        try:
            return await statuses(store)
        finally:
            await store.close()

    assert asyncio.run(look()) == ["delivered"]
    told = [
        message
        for message in iter(lambda: heard.get_message(timeout=2), None)
        if message["type"] == "message"
    ]
    assert "phone" in json.loads(told[0]["data"])
    heard.close()
    connection.close()


async def test_a_notice_is_in_the_words_of_the_incidents_city(store: Store) -> None:
    administrator = officer("051900", "administrator", YUCHENG, MINGSHAN)
    wished = {"zh": "【{platform}】{plate}{reason}，{by} 前请挪一下："}
    await texts.word(store, administrator, "511800", "notice.move_request", wished)  # type: ignore[arg-type]
    await store.configuration.refresh()
    await ask(store)
    assert await send_due(store) == 1
    (message,) = await shown(store)
    assert re.fullmatch(r"【城市交管】川TA\*+5挡住了出入口，\d\d:\d\d 前请挪一下：", message.text_zh)
    assert message.text_en.startswith("[城市交管] Your car")
