"""An administrator words a sentence for his city, and the next person who scans a sticker reads it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.backstage import sign_in
from tests.browser.people import Sample, button, sees
from tests.browser.test_languages import WIDER_THAN_THE_WINDOW, Reader
from tests.support.browser import Visitors
from tests.support.product import Product, running_product
from tests.support.waiting import until

OURS = "它怎么妨碍您了？"
THEIRS = "这辆车挡您什么事了？"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("texts") / "home", limits="off") as product:
        yield product


def desk(page: Page, city: Product, language: str = "zh") -> Page:
    sign_in(page, city, "admin")
    page.goto(f"{city.web_url}/admin?lang={language}#texts")
    return page


def scanned(city: Product, visitors: Visitors, said: str) -> bool:
    page = visitors.phone()
    page.goto(f"{city.web_url}/s/{Sample.of(city).stickers[0]['code']}?lang=zh")
    sees(page, Sample.of(city).stickers[0]["plate"][:1])
    return said in page.content()


def test_a_sentence_is_found_worded_and_taken_back(city: Product, visitors: Visitors) -> None:
    page = desk(visitors.wall(), city)
    page.get_by_label("查找一句话").fill("妨碍您")
    page.get_by_role("button", name=OURS).click()
    chinese = page.get_by_label("中文", exact=True)
    # What cannot be taken is said at its field, and nothing is lost.
    chinese.fill("看 www.evil.cn")
    button(page, "保存").click()
    sees(page, "不能写网址")
    expect(chinese).to_have_attribute("aria-invalid", "true")
    expect(chinese).to_have_value("看 www.evil.cn")
    chinese.fill(THEIRS)
    sees(page, f"原文：{OURS}")
    button(page, "保存").click()
    sees(page, "已保存，马上生效。")
    # Every process follows within a second.
    until(lambda: scanned(city, visitors, THEIRS), "the city's own words on a scanned page", 10)

    page.get_by_label("只看本市改过的").check()
    page.get_by_label("查找一句话").fill("")
    sees(page, "1 句，其中 1 句是本市措辞")
    page.get_by_role("button", name=THEIRS).click()
    page.get_by_role("button", name="改回原文").click()
    button(page, "保存").click()
    sees(page, "没有找到。")
    until(lambda: scanned(city, visitors, OURS), "the product's words again", 10)


def test_a_preview_shows_what_is_filled_in_and_keys_are_enough(city: Product, visitors: Visitors) -> None:
    page = desk(visitors.wall(), city)
    page.get_by_label("用在哪里").select_option("notice")
    say = page.get_by_role("button", name="您的车 {plate} 已转交")
    say.press("Enter")
    chinese = page.get_by_label("中文", exact=True)
    expect(chinese).to_be_focused()
    expect(page.locator(".preview").first).to_have_text(
        "看起来： 【车上码】您的车 川TA***5 已转交交警处理。能来的话请尽快挪车："
    )
    chinese.fill("【{platform}】车已转交")
    button(page, "保存").click()
    sees(page, "不能少了 {plate}。")
    chinese.press("Escape")
    expect(say).to_be_focused()
    # What people prove themselves by is nobody's to word.
    page.get_by_label("查找一句话").fill("请勿告诉他人")
    sees(page, "没有找到。")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("screen", ["phone", "wall"])
def test_the_page_of_texts(city: Product, visitors: Visitors, language: str, screen: str) -> None:
    page = desk(visitors.phone() if screen == "phone" else visitors.wall(), city, language)
    reader = Reader(page, language)
    reader.page.get_by_label(reader.word("texts.where")).select_option("errors")
    reader.finds("texts.lede")
    reader.page.locator("button.say").nth(3).click()
    reader.finds("texts.keep.lede")
    assert page.evaluate(WIDER_THAN_THE_WINDOW) <= 0
    reader.finds_nothing_foreign()
