"""The requester's page with a keyboard alone: everything can be reached, and one always sees where one is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import PATIENCE_MS, Sample, button, sees
from tests.support.browser import Visitors
from tests.support.product import Product, running_product

MOST_TABS = 20


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("keyboard") / "home", limits="off") as product:
        yield product


def tabs_to(page: Page, target: Locator) -> None:
    """Presses Tab until the focus is there, and expects that one can see it."""
    target.wait_for()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            assert target.evaluate("one => one.matches(':focus-visible')")
            return
    raise AssertionError(f"{MOST_TABS} times Tab do not lead to {target}")


def test_the_requesters_whole_way_by_keyboard(city: Product, visitors: Visitors) -> None:
    page = visitors.desk(geolocation={"latitude": 29.98, "longitude": 103.01}, permissions=["geolocation"])
    sticker = Sample.of(city).stickers[11]
    page.goto(f"{city.web_url}/s/{sticker['code']}")
    tabs_to(page, button(page, "占用车位"))
    page.keyboard.press("Space")
    expect(page.get_by_label("车牌末三位")).to_be_focused()
    page.keyboard.type(sticker["plate"][-3:].lower())
    tabs_to(page, page.get_by_role("button", name=re.compile("^位置")))
    page.keyboard.press("Enter")
    sees(page, "已定位")
    tabs_to(page, page.get_by_label("留言"))
    page.keyboard.type("急用车，谢谢")
    tabs_to(page, button(page, "通知车主挪车"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused(timeout=PATIENCE_MS)

    tabs_to(page, button(page, "撤回请求"))
    page.keyboard.press("Enter")
    tabs_to(page, button(page, "继续等"))
    page.keyboard.press("Space")
    tabs_to(page, button(page, "车已挪走"))
    page.keyboard.press("Enter")
    sees(page, "谢谢您的耐心")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    tabs_to(page, button(page, "5 星"))
    page.keyboard.press("Space")
    sees(page, "谢谢您的评价")
