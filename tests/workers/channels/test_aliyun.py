"""A notice on its way by text message and by a spoken call, and what the platform reports of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from models.store import Store
from models.tables import notices
from tests.support.aliyun_server import KEY_ID, SECRET, SIGN, SPOKEN, TEMPLATE, Cloud, running_cloud
from tests.support.channels import YAAN, set_up
from tests.support.city import ask
from tests.support.clock import FakeClock
from tests.web.client import Client
from tests.web.conftest import app_of
from tests.workers import test_notify
from workers.notify import send_due

store = test_notify.store
REPORT_KEY = "a-key-of-twenty-letters"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a channel does is the same on both databases; keeping it is tested on both elsewhere."""
    return sqlite_url


@pytest.fixture
async def there(store: Store, clock: FakeClock) -> AsyncIterator[Cloud]:
    async with running_cloud(clock) as cloud:
        await set_up_with(store, cloud)
        yield cloud


async def set_up_with(store: Store, there: Cloud, **given: str) -> None:
    usual = {"access_key_id": KEY_ID, "endpoint": there.url}
    secrets = {"access_key_secret": SECRET, "report_key": REPORT_KEY}
    texts = {"sign_name": SIGN, "template": TEMPLATE, "code_template": TEMPLATE}
    await set_up(store, "sms", {**usual, **texts, **given}, secrets)
    await set_up(store, "call", {**usual, "template": SPOKEN}, secrets)


async def asked_by(store: Store, channel: str) -> None:
    await ask(store)
    async with store.database.write() as connection:
        await connection.execute(update(notices).values(channel=channel))


async def row(store: Store) -> Any:
    async with store.database.read() as connection:
        return (await connection.execute(select(notices).where(notices.c.step == 1))).one()


async def test_the_owner_reads_why_which_car_until_when_and_where_to_tap(store: Store, there: Cloud) -> None:
    await set_up_with(store, there, template_fields="plate=plate,reason=reason,time=time,a=token1,b=token2")
    await asked_by(store, "sms")
    assert await send_due(store) == 1
    (sent,) = there.sent
    assert sent["PhoneNumbers"] == "13900000000"
    assert sent["TemplateParam"].startswith(
        '{"plate":"川TA***5","reason":"挡住了出入口","time":"16:05","a":"'
    )
    a, b = sent["TemplateParam"].split('"')[-6], sent["TemplateParam"].split('"')[-2]
    assert (len(a), len(b)) == (22, 21)
    kept = await row(store)
    assert (kept.status, kept.provider_id, sent["OutId"]) == ("sent", "90061^0", kept.key)


async def test_a_code_to_type_goes_by_the_template_for_codes(store: Store, there: Cloud) -> None:
    now, vault = store.clock.now(), store.vault
    async with store.database.write() as connection:
        await connection.execute(
            insert(notices).values(
                id="n",
                key="k",
                template="binding_code",
                params='{"minutes": 10, "platform": "城市交管"}',
                secret_sealed=vault.seal("notices.secret_sealed", "n", "204060"),
                phone_sealed=vault.seal("notices.phone_sealed", "n", "+8613900007788"),
                channel="sms",
                status="queued",
                created_at=now,
                due_at=now,
            )
        )
    assert await send_due(store) == 1
    assert (there.sent[0]["PhoneNumbers"], there.sent[0]["TemplateParam"]) == (
        "13900007788",
        '{"code":"204060"}',
    )
    async with store.database.write() as connection:
        await connection.execute(update(notices).values(channel="call", status="queued", asked_at=None))
    await send_due(store)
    assert ((await row(store)).status, (await row(store)).failure) == ("failed", "not_spoken")


async def test_a_call_says_why(store: Store, there: Cloud) -> None:
    await asked_by(store, "call")
    assert await send_due(store) == 1
    assert there.spoken[0]["TtsParam"] == '{"plate":"川TA***5","reason":"挡住了出入口"}'
    assert (await row(store)).provider_id == "11601"


@pytest.mark.parametrize(
    ("given", "answer", "expected"),
    [
        ({"template": "SMS_9"}, None, ("failed", "template_wrong", "isv.SMS_TEMPLATE_ILLEGAL")),
        ({"template": ""}, None, ("failed", "not_set_up", None)),
        ({"template_fields": "x=link"}, None, ("sent", None, None)),
        ({"template_fields": "x=phone"}, None, ("failed", "set_up_wrongly", "VariablesRefused")),
        ({}, ("isv.AMOUNT_NOT_ENOUGH", "账户余额不足"), ("failed", "no_credit", "isv.AMOUNT_NOT_ENOUGH")),
        ({}, ("isv.MOBILE_NUMBER_ILLEGAL", "x"), ("failed", "number_invalid", "isv.MOBILE_NUMBER_ILLEGAL")),
        ({}, ("isp.SYSTEM_ERROR", "x"), ("queued", "busy", "isp.SYSTEM_ERROR")),
        ({}, "break", ("unknown", "unreadable", "502")),
    ],
)
async def test_each_way_not_to_arrive_says_why(
    store: Store, there: Cloud, given: dict[str, str], answer: Any, expected: Any
) -> None:
    await set_up_with(store, there, **given)
    await asked_by(store, "sms")
    there.answers = [] if answer is None else [answer]
    await send_due(store)
    found = await row(store)
    assert (found.status, found.failure, found.code) == expected


async def test_the_platform_reports_that_it_arrived_once_and_late_and_of_the_unknown(
    store: Store, there: Cloud, clock: FakeClock
) -> None:
    await asked_by(store, "sms")
    there.answers = ["break"]
    await send_due(store)
    assert (await row(store)).status == "unknown"
    report = there.report()
    clock.advance(5)
    async with Client(app_of(store), store) as web:
        address = f"/aliyun/sms/{YAAN}"
        for key in ("", "another-key-of-twenty-letters"):
            assert (await web.post(address, params={"key": key}, json=report)).status_code == 403
        assert (await row(store)).status == "unknown"
        for _ in range(2):
            answer = await web.post(address, params={"key": REPORT_KEY}, json=report)
            assert (answer.status_code, answer.json()) == (200, {"code": 0, "msg": "接收成功"})
        assert ((await row(store)).status, (await row(store)).provider_id) == ("delivered", "90061^0")
        late = there.report(arrived=False, code="MK:0001")
        assert (await web.post(address, params={"key": REPORT_KEY}, json=late)).status_code == 200
        assert (await row(store)).status == "delivered"
        assert (await web.post(address, params={"key": REPORT_KEY}, content=b"{}")).status_code == 400
        assert (
            await web.post("/aliyun/sms/110000", params={"key": REPORT_KEY}, json=report)
        ).status_code == 404


async def test_and_that_it_did_not(store: Store, there: Cloud) -> None:
    await asked_by(store, "sms")
    await send_due(store)
    async with Client(app_of(store), store) as web:
        report = there.report(arrived=False, code="MK:0001")
        await web.post(f"/aliyun/sms/{YAAN}", params={"key": REPORT_KEY}, json=report)
    found = await row(store)
    assert (found.status, found.failure, found.code) == ("failed", "not_delivered", "MK:0001")
    assert "13900000000" not in str(found._mapping)
