"""The rollout desk before an administrator, and what a driver and an officer then find."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.backstage import sign_in
from tests.browser.people import PATIENCE_MS, Sample, button, database_says, sees
from tests.support.browser import Visitors, accessibility_violations
from tests.support.product import Product, running_product
from tests.support.waiting import until

PHOTOS_HERE = "求助人可附照片 · 雨城区"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("rollouts") / "home", limits="off") as product:
        yield product


def desk_of(city: Product, visitors: Visitors) -> Page:
    page = visitors.desk(reduced_motion="reduce")
    sign_in(page, city, "admin")
    page.goto(f"{city.web_url}/admin#rollouts")
    page.get_by_label(PHOTOS_HERE).or_(page.get_by_text("试点 100%")).first.wait_for()
    return page


def sets(page: Page, cell: str, stage: str) -> None:
    page.get_by_label(cell, exact=True).select_option(stage)
    button(page, "确定").click()
    sees(page, "已更改")


def a_car(city: Product, district: str) -> str:
    """The code of a sticker of the district."""
    codes = {one["code"] for one in Sample.of(city).stickers}
    rows = database_says(city, "SELECT code FROM stickers WHERE district = ? AND status = 'bound'", district)
    return next(str(code) for (code,) in rows if code in codes)


def photos_are_asked_for(page: Page, city: Product, code: str) -> bool:
    page.goto(f"{city.web_url}/s/{code}")
    button(page, "挡住出入口").click()
    page.get_by_label("车牌末三位").wait_for()
    return page.get_by_text("现场照片").count() > 0


def test_a_pilot_is_started_widened_and_rolled_back_and_the_driver_s_page_follows(
    city: Product, visitors: Visitors
) -> None:
    code = a_car(city, "511802")
    desk, phone = desk_of(city, visitors), visitors.phone()
    assert photos_are_asked_for(phone, city, code)
    sets(desk, PHOTOS_HERE, "off")
    until(lambda: not photos_are_asked_for(phone, city, code), "a page without photos")

    form = desk.locator("form.card")
    form.get_by_label("试什么").select_option("feature.request_photos")
    form.locator("fieldset").get_by_text("雨城区").click()
    form.get_by_label("比例").fill("50")
    button(desk, "开始").click()
    pilot = desk.get_by_role("region", name=re.compile("求助人可附照片 雨城区"))
    expect(pilot.get_by_text("试点中")).to_be_visible()
    expect(pilot.get_by_role("rowheader", name="按时兑现")).to_be_visible()
    expect(pilot.get_by_text("对照：同区未参加的")).to_be_visible()
    button(pilot, "扩大").click()
    pilot.get_by_label("比例").fill("100")
    button(pilot, "确定").click()
    expect(pilot.get_by_text("100%", exact=True)).to_be_visible()
    until(lambda: photos_are_asked_for(phone, city, code), "a page with photos")

    button(pilot, "退回").click()
    button(pilot, "确定").click()
    sees(pilot, "请写明原因。")
    pilot.get_by_label("原因").fill("照片太大")
    button(pilot, "确定").click()
    expect(pilot.get_by_text("已退回", exact=True)).to_be_visible()
    sees(pilot, "原因：照片太大")
    until(lambda: not photos_are_asked_for(phone, city, code), "a page without photos")
    sets(desk, PHOTOS_HERE, "live")


def test_a_district_without_a_module_has_neither_page_nor_menu(city: Product, visitors: Visitors) -> None:
    code = a_car(city, "511802")
    desk, phone, officer = desk_of(city, visitors), visitors.phone(), visitors.phone()
    sign_in(officer, city, "police1")
    officer.goto(f"{city.web_url}/officer")
    officer.get_by_role("switch", name="上岗").wait_for()
    sets(desk, "一键挪车 · 雨城区", "off")
    sets(desk, "勤务管理 · 雨城区", "off")

    def refused() -> bool:
        answer = phone.goto(f"{city.web_url}/s/{code}")
        return answer is not None and answer.status == 403

    until(refused, "the polite refusal")
    sees(phone, "这里暂时没有开通挪车服务")
    phone.goto(f"{city.web_url}/s/{code}?lang=en")
    sees(phone, "not available here")
    sees(officer, "您的区县还没有启用勤务管理")
    expect(officer.get_by_role("switch", name="上岗")).to_have_count(0)
    sets(desk, "一键挪车 · 雨城区", "live")
    sets(desk, "勤务管理 · 雨城区", "live")
    expect(officer.get_by_role("switch", name="上岗")).to_be_visible(timeout=PATIENCE_MS)


def test_what_is_not_built_cannot_be_chosen_anywhere(city: Product, visitors: Visitors) -> None:
    desk = desk_of(city, visitors)
    row = desk.get_by_role("row", name=re.compile("共享车位"))
    expect(row.get_by_text("未开发").first).to_be_visible()
    expect(row.get_by_role("combobox")).to_have_count(0)
    expect(desk.get_by_label("试什么").get_by_role("option", name="共享车位")).to_have_count(0)


def test_the_desk_is_for_everybody_s_eyes_and_hands(city: Product, visitors: Visitors) -> None:
    desk = desk_of(city, visitors)
    assert accessibility_violations(desk) == []
    desk.get_by_label("一键挪车 · 雨城区", exact=True).select_option("off")
    sees(desk, "由“启用”改为“关闭”？")
    assert accessibility_violations(desk) == []
    button(desk, "取消").click()
    expect(desk.get_by_label("一键挪车 · 雨城区", exact=True)).to_have_value("live")
