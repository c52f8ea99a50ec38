"""An owner and his sticker: bound with the code from his phone, paused, replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people import PATIENCE_MS, Requester, Sample, button, sees
from tests.support.browser import Visitors
from tests.support.product import Product, running_product


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("own") / "home", limits="off") as product:
        yield product


def newest(phones: Page, phone: str) -> Locator:
    """The newest message on one of the simulated phones."""
    return phones.get_by_role("article", name=f"{phone[:3]}****{phone[-4:]}").get_by_role("listitem").last


def code_on(phones: Page, phone: str) -> str:
    """The six digits that came to a phone that had no other message before."""
    bubble = newest(phones, phone)
    digits = re.compile(r"(?<!\d)\d{6}(?!\d)")
    expect(bubble).to_contain_text(digits, timeout=PATIENCE_MS)
    found = digits.search(bubble.inner_text())
    assert found
    return found[0]


def asks_for_the_code(owner: Page, city: Product, sticker: str, plate: str, phone: str) -> None:
    owner.goto(f"{city.web_url}/s/{sticker}")
    button(owner, "川").click()
    owner.get_by_label("您的车牌号是？").press_sequentially(f"{plate[1:2]} {plate[2:]}".lower())
    expect(owner.get_by_label("您的车牌号是？")).to_have_value(plate)
    button(owner, "下一步").click()
    owner.get_by_label("通知发到哪部手机？").fill(phone)
    button(owner, "发送验证码").click()
    owner.get_by_label("请输入六位验证码").wait_for()


def test_a_fresh_sticker_is_bound_with_the_code_from_the_phone_and_then_works(
    city: Product, visitors: Visitors
) -> None:
    code = Sample.of(city).fresh_stickers[0]["code"]
    phones, owner = visitors.desk(), visitors.phone()
    phones.goto(f"{city.web_url}/phones")
    asks_for_the_code(owner, city, code, "川T8B52Q", "139 0000 7788")
    right = code_on(phones, "139 0000 7788")

    wrong = "000000" if right != "000000" else "111111"
    owner.get_by_label("请输入六位验证码").fill(wrong)
    sees(owner, "验证码不对")
    owner.get_by_label("请输入六位验证码").fill(right)
    sees(owner, "绑定好了")

    requester = Requester(city, visitors, {"code": code, "plate": "川T8B52Q"})
    requester.scans_and_asks("谢谢")
    expect(newest(phones, "139 0000 7788").get_by_role("link", name="打开链接")).to_be_visible(
        timeout=PATIENCE_MS
    )
    requester.reads("已通知车主")
    requester.says_that_it_was_moved()

    button(owner, "暂停使用").click()
    button(owner, "暂停使用").click()
    sees(owner, "已暂停")
    stranger = visitors.phone()
    stranger.goto(f"{city.web_url}/s/{code}")
    sees(stranger, "这张贴纸暂停使用")
    owner.goto(f"{city.web_url}/s/{code}")
    button(owner, "恢复使用").click()
    button(owner, "恢复使用").click()
    sees(owner, "已恢复使用")
    stranger.reload()
    button(stranger, "挡住出入口").wait_for()


def test_a_worn_sticker_is_replaced_by_a_fresh_one_with_one_tap(city: Product, visitors: Visitors) -> None:
    worn, fresh = (sticker["code"] for sticker in Sample.of(city).fresh_stickers[1:3])
    phones, owner = visitors.desk(), visitors.phone()
    phones.goto(f"{city.web_url}/phones")
    asks_for_the_code(owner, city, worn, "川T8B53Q", "139 0000 8899")
    owner.get_by_label("请输入六位验证码").fill(code_on(phones, "139 0000 8899"))
    sees(owner, "绑定好了")

    owner.goto(f"{city.web_url}/s/{fresh}")
    sees(owner, "用这张换下尾号 53Q 的旧贴纸？")
    button(owner, "换上这一张").click()
    sees(owner, "换好了")
    button(owner, "暂停使用").wait_for()

    stranger = visitors.phone()
    stranger.goto(f"{city.web_url}/s/{worn}")
    sees(stranger, "这张贴纸已经换新")
    Requester(city, visitors, {"code": fresh, "plate": "川T8B53Q"}).scans_and_asks()
    owner.goto(f"{city.web_url}/s/{worn}")
    sees(owner, "这张贴纸已经换新")
