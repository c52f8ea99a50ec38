"""Everyone can read and press the pages: axe-core finds nothing wrong in any state of any of them.

The requester's and the owner's own states are in ``test_driver_page``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.backstage import Case, Officer, ask, sign_in
from tests.browser.people import Sample, button, sees
from tests.support.browser import Visitors, accessibility_violations
from tests.support.product import Product, running_product

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("readable") / "home", limits="off") as product:
        yield product


@pytest.fixture(scope="module")
def cases(city: Product) -> dict[str, Case]:
    """A busy afternoon: one case in every stage that an officer may see, all by way of the API."""
    first, second = Officer(city, "police1"), Officer(city, "police2")
    first.goes_on_duty()
    second.goes_on_duty()
    cases = {
        "waiting": ask(city, 0, message="急用车，谢谢"),
        "without a place": ask(city, 1, "space", location=None),
        "handed over": ask(city, 2, "fire_lane"),
        "a colleague's": ask(city, 3, "other"),
        "on the way": ask(city, 4),
        "on the scene": ask(city, 5, "space"),
        "closed": ask(city, 6),
    }
    cases["handed over"].does("hand_over")
    second.does(cases["a colleague's"], "accept")
    first.does(cases["on the way"], "accept")
    first.does(cases["on the scene"], "accept")
    first.does(cases["on the scene"], "arrive")
    cases["closed"].does("settle")
    return cases


class Reading:
    """Reads one page in one state after another, by day and by night, and remembers what was wrong in which."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._wrong: dict[str, list[str]] = {}

    def of(self, state: str) -> None:
        for scheme in SCHEMES:
            self._page.emulate_media(color_scheme=scheme)
            if found := accessibility_violations(self._page):
                self._wrong[f"{state}, {scheme}"] = found

    def finds_nothing(self) -> None:
        assert self._wrong == {}


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=re.compile(name)).click()


def closes_the_sheet(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_binding_of_a_fresh_sticker(city: Product, visitors: Visitors) -> None:
    page = visitors.phone(reduced_motion="reduce")
    reading = Reading(page)
    page.goto(f"{city.web_url}/s/{Sample.of(city).fresh_stickers[0]['code']}")
    page.get_by_label("您的车牌号是？").wait_for()
    reading.of("the plate")
    page.get_by_label("您的车牌号是？").fill("川T1")
    page.get_by_label("您的车牌号是？").fill("川TA1234")
    button(page, "下一步").click()
    page.get_by_label("通知发到哪部手机？").fill("1")
    button(page, "发送验证码").wait_for()
    reading.of("the phone")
    page.get_by_label("通知发到哪部手机？").fill("12345")
    button(page, "发送验证码").click()
    sees(page, "手机号看起来不对")
    reading.of("a phone that cannot be")
    page.get_by_label("通知发到哪部手机？").fill("13900001111")
    button(page, "发送验证码").click()
    page.get_by_label("请输入六位验证码").wait_for()
    reading.of("the code")
    reading.finds_nothing()


def test_a_revoked_sticker(city: Product, visitors: Visitors) -> None:
    sticker = Sample.of(city).stickers[19]
    Officer(city, "admin").revokes(sticker)
    page = visitors.phone(reduced_motion="reduce")
    reading = Reading(page)
    page.goto(f"{city.web_url}/s/{sticker['code']}")
    sees(page, "这张贴纸已经失效")
    reading.of("revoked")
    reading.finds_nothing()


@pytest.mark.parametrize("door", ["officer", "auxiliary", "admin"])
def test_the_doors(city: Product, visitors: Visitors, door: str) -> None:
    page = visitors.phone(reduced_motion="reduce")
    reading = Reading(page)
    page.goto(f"{city.web_url}/{door}")
    button(page, "登录").wait_for()
    reading.of("closed")
    page.get_by_label("用户名").fill("nobody")
    page.get_by_label("密码").fill("nothing")
    button(page, "登录").click()
    page.get_by_role("alert").filter(has_text="不对").wait_for()
    reading.of("refused")
    reading.finds_nothing()


def test_an_officer_before_the_shift(city: Product, visitors: Visitors) -> None:
    page = visitors.phone(reduced_motion="reduce")
    reading = Reading(page)
    sign_in(page, city, "aux1")
    page.goto(f"{city.web_url}/auxiliary")
    page.get_by_role("switch", name="上岗").wait_for()
    reading.of("off duty")
    page.get_by_role("switch", name="上岗").click()
    page.get_by_role("dialog").wait_for()
    reading.of("asked for the position")
    reading.finds_nothing()


def test_the_officers_lists(city: Product, visitors: Visitors, cases: dict[str, Case]) -> None:
    page = visitors.phone(reduced_motion="reduce")
    reading = Reading(page)
    sign_in(page, city, "police1")
    page.goto(f"{city.web_url}/officer")
    page.get_by_role("button", name=re.compile("^接警")).first.wait_for()
    reading.of("open")
    tab(page, "处置中")
    page.get_by_role("button", name="我已到场").wait_for()
    reading.of("mine")
    tab(page, "今日")
    sees(page, "已挪走")
    reading.of("today")
    button(page, "设置").click()
    page.get_by_role("dialog").wait_for()
    reading.of("settings")
    closes_the_sheet(page)
    page.get_by_role("switch", name="在岗").click()
    page.get_by_role("dialog").wait_for()
    reading.of("leaving")
    closes_the_sheet(page)
    page.context.set_offline(True)
    sees(page, "网络已断开")
    reading.of("offline")
    reading.finds_nothing()


def test_the_officers_detail_and_its_sheets(
    city: Product, visitors: Visitors, cases: dict[str, Case]
) -> None:
    page = visitors.phone(reduced_motion="reduce")
    reading = Reading(page)
    sign_in(page, city, "police1")
    for state, case in cases.items():
        page.goto(f"{city.web_url}/officer#/incidents/{case.id}")
        page.reload()
        page.get_by_role("heading", name="经过").wait_for()
        reading.of(state)
    page.goto(f"{city.web_url}/officer#/incidents/{cases['on the scene'].id}")
    page.reload()
    for opener in ("导航", "更多操作", "处置完成"):
        button(page, opener).click()
        page.get_by_role("dialog").wait_for()
        reading.of(opener)
        closes_the_sheet(page)
    button(page, "更多操作").click()
    page.get_by_role("button", name="退回待接").click()
    page.get_by_label("其他", exact=True).check()
    reading.of("giving it back")
    reading.finds_nothing()


def test_the_officers_empty_lists(city: Product, visitors: Visitors) -> None:
    Officer(city, "police3").goes_on_duty("511803")
    page = visitors.phone(reduced_motion="reduce")
    reading = Reading(page)
    sign_in(page, city, "police3")
    page.goto(f"{city.web_url}/officer")
    sees(page, "没有待接的警情")
    reading.of("open")
    tab(page, "处置中")
    sees(page, "手上没有警情")
    reading.of("mine")
    tab(page, "今日")
    sees(page, "今天还没有结束的警情")
    reading.of("today")
    reading.finds_nothing()


def test_a_commander_who_watches(city: Product, visitors: Visitors, cases: dict[str, Case]) -> None:
    page = visitors.phone(reduced_motion="reduce")
    reading = Reading(page)
    sign_in(page, city, "commander")
    page.goto(f"{city.web_url}/officer")
    page.get_by_role("switch", name="察看").wait_for()
    reading.of("choosing")
    page.get_by_label("雨城区").check()
    page.get_by_role("switch", name="察看").click()
    page.get_by_role("tab", name=re.compile("待接")).wait_for()
    page.get_by_role("button", name=re.compile("违停挪车")).first.wait_for()
    reading.of("watching")
    reading.finds_nothing()


def test_the_wall(city: Product, visitors: Visitors, cases: dict[str, Case]) -> None:
    page = visitors.wall(reduced_motion="reduce")
    found: dict[str, list[str]] = {}
    for state, address in (
        ("the city", "/wall"),
        ("a district", "/wall?district=511802"),
        ("a calm district", "/wall?district=511803"),
    ):
        page.goto(city.web_url + address)
        sees(page, "链路正常")
        # Until everything has come, what stands there is dimmed: it is not to be believed yet.
        expect(page.locator(".screen")).not_to_have_class(re.compile("loading"))
        found[state] = accessibility_violations(page)
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


def test_the_phones(city: Product, visitors: Visitors, cases: dict[str, Case]) -> None:
    page = visitors.desk(reduced_motion="reduce")
    reading = Reading(page)
    page.goto(f"{city.web_url}/phones")
    page.get_by_role("link", name="打开链接").first.wait_for()
    reading.of("with messages")
    reading.finds_nothing()


def test_the_administrators_page(city: Product, visitors: Visitors) -> None:
    page = visitors.desk(reduced_motion="reduce")
    reading = Reading(page)
    sign_in(page, city, "admin")
    page.goto(f"{city.web_url}/admin")
    page.get_by_role("link", name="PDF").first.wait_for()
    reading.of("stickers")
    page.get_by_label("贴纸的码").fill("nothing-of-ours")
    button(page, "作废").click()
    button(page, "确定").wait_for()
    reading.of("before revoking")
    page.get_by_role("link", name="账号", exact=True).click()
    page.get_by_role("rowheader", name="police1").wait_for()
    reading.of("accounts")
    button(page, "停用 police2").click()
    page.get_by_role("button", name=re.compile("确定停用")).wait_for()
    reading.of("before an account ends")
    reading.finds_nothing()


def test_an_account_that_is_not_the_administrators(city: Product, visitors: Visitors) -> None:
    page = visitors.desk(reduced_motion="reduce")
    reading = Reading(page)
    sign_in(page, city, "police2")
    page.goto(f"{city.web_url}/admin")
    sees(page, "这个账号没有管理权限")
    reading.of("not his")
    reading.finds_nothing()
