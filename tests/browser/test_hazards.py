"""A hazard reported on one phone, joined on a second, mended at the desk, and opened again by whoever still sees it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import PATIENCE_MS, Sample, button, database_says, sees
from tests.support.browser import Visitors, accessibility_violations
from tests.support.product import Product, running_product


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("hazards") / "home") as product:
        yield product


def looks_for(page: Page, city: Product, category: str, language: str = "zh") -> None:
    page.goto(f"{city.web_url}/hazard?lang={language}")
    button(page, category).click()


def puts_the_pin_with_the_keys(page: Page) -> None:
    """The arrow keys move the ground under the pin; where it is then is what is reported."""
    button(page, "在地图上标出").click()
    page.locator(".pin-map .leaflet-control-scale").wait_for()
    expect(page.locator(".pin-map .canvas")).to_be_focused()
    page.keyboard.press("ArrowUp")
    sees(page, "图钉在雨城区")
    sees(page, "图钉的位置")


def leaves_a_phone(page: Page) -> None:
    button(page, "有进展发短信告诉我 不留电话也可以，这个页面一直能看").click()
    page.get_by_label("手机号").fill("13712340088")
    assert accessibility_violations(page) == []
    button(page, "同意并接收").click()
    sees(page, "137****0088")


def stops_the_messages(page: Page, city: Product) -> None:
    """One tap. At night the message waits for the morning: what it says is tested where the clock is given."""
    kept = database_says(city, "SELECT template, status FROM notices WHERE key LIKE 'follower:%'")
    assert "hazard_mended" in {template for template, _ in kept}
    button(page, "停止通知").click()
    sees(page, "有进展发短信告诉我")
    kept = database_says(city, "SELECT status FROM notices WHERE key LIKE 'follower:%'")
    assert "queued" not in {status for (status,) in kept}


def at_the_desk(desk: Page, city: Product) -> None:
    """A commander before the list of the district's hazards."""
    account = Sample.of(city).account("commander")
    desk.goto(f"{city.web_url}/hazards")
    desk.get_by_label("用户名").fill(account["username"])
    desk.get_by_label("密码").fill(account["password"])
    button(desk, "登录").click()
    sees(desk, "未处理 1 处")


def test_a_hazard_is_joined_mended_and_opened_again(city: Product, visitors: Visitors) -> None:
    first, second = visitors.phone(), visitors.phone()
    looks_for(first, city, "路面坑洼")
    sees(first, "已定位")
    puts_the_pin_with_the_keys(first)
    first.get_by_label("在哪里").fill("文化路 12 号门前")
    assert accessibility_violations(first) == []
    button(first, "上报").click()
    sees(first, "雨城区市政养护所")
    assert "/h/" in first.url
    first.reload()
    sees(first, "雨城区市政养护所")

    leaves_a_phone(first)
    looks_for(second, city, "路面坑洼")
    sees(second, "是同一处吗")
    sees(second, "文化路 12 号门前")
    button(second, "在地图上标出").click()
    expect(second.locator(".pin-map .there.mine")).to_have_count(1, timeout=PATIENCE_MS)
    assert accessibility_violations(second) == []
    button(second, "就是这个").click()
    sees(second, "2 人")
    sees(first, "2 人")

    desk = visitors.desk()
    at_the_desk(desk, city)
    sees(desk, "还有 2 天 23 小时")
    assert accessibility_violations(desk) == []
    button(desk, "处理").click()
    desk.get_by_role("radio", name="已修复").check()
    assert accessibility_violations(desk) == []
    button(desk, "已修复").click()
    sees(desk, "已记录修复")
    for page in (first, second):
        expect(page.locator("#status")).to_have_text("已修复", timeout=PATIENCE_MS)
    stops_the_messages(first, city)

    button(second, "还在，没有修好").click()
    sees(second, "有人反馈还在，重新处理")
    sees(first, "有人反馈还在，重新处理")
    assert accessibility_violations(first) == []

    button(first, "不再关注").click()
    button(first, "不再关注").last.click()
    sees(first, "您已不再关注")
    expect(second.locator(".card").get_by_text("1 人")).to_be_visible(timeout=PATIENCE_MS)


def test_who_is_outside_the_city_is_told_so_and_says_it_in_words(city: Product, visitors: Visitors) -> None:
    page = visitors.phone("en-US", geolocation={"latitude": 39.915, "longitude": 116.404})
    looks_for(page, city, "Pothole", "en")
    sees(page, "This place is not in our city.")
    expect(button(page, "Report")).to_have_attribute("aria-disabled", "true")
    assert accessibility_violations(page) == []
    page.route("**/api/v1/hazards/map?**", lambda route: route.abort())
    button(page, "Show it on a map").click()
    sees(page, "The map cannot be opened now.")
    button(page, "Say it in words").click()
    page.get_by_label("District").select_option("511802")
    page.get_by_label("Where is it?").fill("Wenhua Road, before the library")
    button(page, "Report").click()
    sees(page, "Wenhua Road, before the library")
    assert "/h/" in page.url
