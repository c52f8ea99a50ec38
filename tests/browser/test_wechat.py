"""The owner's path in a page that is opened as WeChat would: told, answered, and told by WeChat the next time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from models.clock import SystemClock
from models.feed.bell import SilentBell
from models.secrets_file import with_secrets
from models.settings import Settings
from models.store import Store
from models.tables import contact_channels
from tests.browser.people import PATIENCE_MS, Owner, Requester, Sample, button, sees
from tests.support.browser import Visitors, accessibility_violations
from tests.support.channels import set_up
from tests.support.product import Product, running_product
from tests.support.waiting import until
from tests.support.wechat_server import (
    APP_ID,
    CALLBACK_TOKEN,
    SECRET,
    TEMPLATE,
    ZHOU,
    Platform,
    platform_beside,
)

# As the messenger's own browser calls itself on an iPhone.
WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Mobile/15E148 MicroMessenger/8.0.50(0x1800323d) NetType/WIFI Language/zh_CN"
)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("wechat") / "home", limits="off") as product:
        yield product


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with platform_beside(SystemClock().now) as there:
        yield there


def in_the_database(city: Product, work: Any) -> Any:
    """What an administrator's desk would do; in a thread of its own, since the browser has this one's loop."""

    async def run() -> Any:
        settings = with_secrets(Settings.from_env({"WUFEN_HOME": str(city.home)}))
        store = Store.open(settings, bell=SilentBell(), clock=SystemClock())
        try:
            return await work(store)
        finally:
            await store.close()

    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, run()).result()


def linked(city: Product) -> int:
    async def count(store: Store) -> int:
        query = select(func.count()).where(contact_channels.c.address_sealed.is_not(None))
        async with store.database.read() as connection:
            return int((await connection.execute(query)).scalar_one())

    return int(in_the_database(city, count))


def test_an_owner_answers_in_wechat_and_lets_himself_be_told_there(
    city: Product, platform: Platform, visitors: Visitors
) -> None:
    given = {"app_id": APP_ID, "endpoint": platform.url, "door": platform.url, "template": TEMPLATE}
    secrets = {"app_secret": SECRET, "token": CALLBACK_TOKEN}
    in_the_database(city, lambda store: set_up(store, "wechat", given, secrets))
    owner = Owner(city, visitors)
    owner.page = page = visitors.phone(user_agent=WECHAT)
    requester = Requester(city, visitors, Sample.of(city).stickers[3])
    owner.watches_the_phone()
    requester.scans_and_asks()
    owner.opens_the_message()
    # WeChat opens the public address, to which the platform sends the browser back too.
    page.goto(page.url.replace("127.0.0.1", "localhost"))
    link = urlsplit(page.url).path

    sees(page, "有人请您挪车")
    expect(button(page, "用微信通知我")).to_have_count(0)  # first the answer
    owner.answers_coming_in(3)
    owner.reads("已告诉对方")
    sees(page, "下次用微信通知您")
    assert accessibility_violations(page) == []

    platform.snapshot = True
    button(page, "用微信通知我").click()
    sees(page, "微信还没有确认您是谁")
    assert linked(city) == 0
    platform.snapshot = False
    button(page, "用微信通知我").click()
    sees(page, "以后会在微信里通知您")
    assert urlsplit(page.url).path == link
    assert linked(city) == 1
    assert all(link.rpartition("/")[2] not in address for address in platform.asked)
    owner.reads("已告诉对方")  # nothing of his answer was lost on the way

    # The same address in another browser binds nobody.
    stranger = visitors.phone(user_agent=WECHAT)
    state = platform.asked[-1].rpartition("state=")[2]
    stranger.goto(f"{city.web_url.replace('127.0.0.1', 'localhost')}/wechat/back?code=code-0&state={state}")
    sees(stranger, "没有接上")

    # The next one who asks is told about by WeChat, with a link that opens the same page.
    requester.says_that_it_was_moved()
    Requester(city, visitors, Sample.of(city).stickers[3]).scans_and_asks()
    message = until(lambda: platform.sent[-1] if platform.sent else None, "the message in WeChat", 20)
    assert message["touser"] == ZHOU
    page.goto(message["url"])
    sees(page, "有人请您挪车")
    owner.answers_coming_in(3)
    button(page, "不再用微信通知").click()
    sees(page, "微信编号已删除")
    expect(button(page, "用微信通知我")).to_have_count(0, timeout=PATIENCE_MS)
    assert linked(city) == 0
