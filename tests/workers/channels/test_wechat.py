"""A notice on its way by WeChat, from the request to what the platform got."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select, update

from models.actions import wechat_people
from models.caller import Participant
from models.store import Store
from models.tables import notices, participants
from tests.support.channels import set_up
from tests.support.city import ask
from tests.support.clock import FakeClock
from tests.support.wechat_server import (
    AES_KEY,
    APP_ID,
    CALLBACK_TOKEN,
    PENG,
    SECRET,
    TEMPLATE,
    ZHOU,
    Platform,
    running_platform,
)
from tests.workers import test_notify
from workers.channels.filling import spoken
from workers.command.refusals import Refused as CommandRefused
from workers.command.wechat import menu_of
from workers.notify import send_due

store = test_notify.store
OURS = {"template": TEMPLATE}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What a channel does is the same on both databases; keeping it is tested on both elsewhere."""
    return sqlite_url


@pytest.fixture
async def there(store: Store, clock: FakeClock) -> AsyncIterator[Platform]:
    async with running_platform(clock) as platform:
        await set_up_with(store, platform, template=TEMPLATE)
        yield platform


async def set_up_with(store: Store, there: Platform, **given: str) -> None:
    await set_up(
        store,
        "wechat",
        {"app_id": APP_ID, "endpoint": there.url, **given},
        {"app_secret": SECRET, "token": CALLBACK_TOKEN, "aes_key": AES_KEY},
    )


async def asked_by_wechat(store: Store, openid: str | None = ZHOU) -> None:
    """Somebody asks; the owner's first contact is to be told by WeChat, at ``openid``."""
    await ask(store)
    async with store.database.write() as connection:
        await connection.execute(update(notices).values(channel="wechat"))
        query = select(participants).where(participants.c.role == "owner")
        row = (await connection.execute(query)).mappings().one()
    if openid is not None:
        await wechat_people.link(store, Participant(row["id"], row["incident_id"], "owner"), openid)


async def row(store: Store) -> Any:
    async with store.database.read() as connection:
        return (await connection.execute(select(notices).where(notices.c.step == 1))).one()


async def test_the_owner_reads_why_which_car_and_until_when_and_taps_to_his_page(
    store: Store, there: Platform
) -> None:
    await asked_by_wechat(store)
    assert await send_due(store) == 1
    (message,) = there.sent
    assert message["touser"] == ZHOU
    assert message["data"] == {
        "thing1": {"value": "挡住了出入口"},
        "thing2": {"value": "川TA***5"},
        "time3": {"value": "16:05"},
    }
    assert message["url"].startswith("http://localhost:8000/o/")
    sent = await row(store)
    assert (sent.status, sent.provider_id) == ("sent", "2400000000000")


async def test_the_city_says_what_stands_in_which_field(store: Store, there: Platform) -> None:
    fields = "thing1=text,thing9=place,thing10=platform,time2=time"
    await set_up_with(store, there, template=TEMPLATE, template_fields=fields)
    await asked_by_wechat(store)
    await send_due(store)
    assert there.sent[0]["data"] == {
        "thing1": {"value": "您的车 川TA***5 挡住了出入口，…"},
        "thing9": {"value": "雨城区"},
        "thing10": {"value": "城市交管"},
        "time2": {"value": "16:05"},
    }


async def test_whoever_does_not_follow_has_his_one_message_and_then_goes_another_way(
    store: Store, there: Platform
) -> None:
    await set_up_with(store, there, template=TEMPLATE, subscription=TEMPLATE)
    there.agreed[PENG] = 1
    await asked_by_wechat(store, PENG)
    assert await send_due(store) == 1
    assert [one["touser"] for one in there.sent] == [PENG]
    assert "client_msg_id" not in there.sent[0]
    async with store.database.write() as connection:
        await connection.execute(update(notices).values(status="queued", provider_id=None, asked_at=None))
    await send_due(store)
    found = await row(store)
    assert (found.status, found.failure, found.code) == ("failed", "refused_or_used_up", "43101")


@pytest.mark.parametrize(
    ("given", "openid", "expected"),
    [
        ({"template": TEMPLATE}, None, ("failed", "no_address", None)),
        ({"template": TEMPLATE}, PENG, ("failed", "not_following", "43004")),
        ({"template": "another"}, ZHOU, ("failed", "template_wrong", "40037")),
        ({}, ZHOU, ("failed", "not_set_up", None)),
        ({**OURS, "template_fields": "first=text"}, ZHOU, ("failed", "set_up_wrongly", "TemplateRefused")),
        ({**OURS, "template_fields": "phrase1=text"}, ZHOU, ("failed", "field_refused", "phrase1 too_long")),
    ],
)
async def test_each_way_not_to_arrive_says_why(
    store: Store, there: Platform, given: dict[str, str], openid: str | None, expected: Any
) -> None:
    await set_up_with(store, there, **given)
    await asked_by_wechat(store, openid)
    await send_due(store)
    found = await row(store)
    assert (found.status, found.failure, found.code) == expected
    assert there.sent == []


async def test_what_broke_off_after_sending_is_unknown_and_not_repeated(
    store: Store, there: Platform, clock: FakeClock
) -> None:
    await asked_by_wechat(store)
    there.answers = ["break"]
    await send_due(store)
    found = await row(store)
    assert (found.status, found.failure) == ("unknown", "provider_failed")
    clock.advance(3600)
    await send_due(store)
    assert len(there.sent) == 1


async def test_over_its_quota_it_waits(store: Store, there: Platform, clock: FakeClock) -> None:
    await asked_by_wechat(store)
    there.answers = [{"errcode": 0, "access_token": "token-0", "expires_in": 7200}]
    there.token_ends = clock.now().replace(year=2030)
    there.answers.append({"errcode": 45011, "errmsg": "api minute-quota reach limit"})
    await send_due(store)
    assert ((await row(store)).status, (await row(store)).code) == ("queued", "45011")
    clock.advance(60)
    assert await send_due(store) == 1


def test_a_sentence_loses_the_name_that_the_account_bears() -> None:
    assert spoken("【城市交管】您的车挡住了出入口，请回复：") == "您的车挡住了出入口，请回复"
    assert spoken("没有名字") == "没有名字"


async def test_the_account_gets_the_menu_of_what_is_on(store: Store, there: Platform) -> None:
    menu = await menu_of(store, "511800")
    assert there.menu == menu
    assert [one["name"] for one in menu] == ["扫码挪车", "更多服务"]
    with pytest.raises(CommandRefused, match="no official account"):
        await menu_of(store, "110000")
    there.answers = [{"errcode": 48001, "errmsg": "api unauthorized"}]
    with pytest.raises(CommandRefused, match="not_permitted"):
        await menu_of(store, "511800")
