"""Deciding otherwise before a phone: one officer decides, another confirms, and the incident follows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.backstage import Case, Officer, ask, sign_in
from tests.browser.people import PATIENCE_MS, Requester, Sample, button, database_says, sees
from tests.support.browser import Visitors, accessibility_violations
from tests.support.product import Product, running_product
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("empty_board")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Two officers are on duty in it."""
    with running_product(tmp_path_factory.mktemp("overrides") / "home", limits="off") as product:
        for name in ("police1", "police2"):
            Officer(product, name).goes_on_duty()
        yield product


def before(city: Product, visitors: Visitors, case: Case, username: str, language: str = "zh-CN") -> Page:
    """The incident's page before somebody of the police, with the reasons laid open."""
    page = visitors.phone(language, reduced_motion="reduce")
    sign_in(page, city, username)
    page.goto(f"{city.web_url}/officer#/incidents/{case.id}")
    why = page.locator("details.why")
    watch = page.get_by_role("switch", name=re.compile("察看|Watch"))
    why.or_(watch).first.wait_for(timeout=PATIENCE_MS)
    if watch.is_visible():
        watch.click()
    why.wait_for(timeout=PATIENCE_MS)
    if why.get_attribute("open") is None:
        why.locator("summary").click()
    return page


def decides(page: Page, table: str) -> Locator:
    """Presses the button beside a table's newest decision; the sheet."""
    button(page, f"改判：{table}").last.click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_be_visible()
    return sheet


def dealt_with(city: Product, number: int) -> Case:
    """A car that an officer has dealt with, in a fire lane."""
    case = ask(city, number, "fire_lane")
    officer = Officer(city, "police1")
    for command in ("accept", "arrive", "resolve"):
        officer.does(case, command)
    return case


def test_an_officer_decides_otherwise_a_colleague_confirms_and_the_incident_follows(
    city: Product, visitors: Visitors
) -> None:
    case = dealt_with(city, 0)
    first = before(city, visitors, case, "police1")
    sheet = decides(first, "违停处理")
    button(sheet, "确定改判").click()
    sees(sheet, "还没有改动任何一项。")
    sheet.get_by_label("如何处理").select_option("penalty")
    sheet.get_by_label("须第二人确认").check()
    sees(sheet, "须由第二人确认后才生效")
    button(sheet, "确定改判").click()
    sees(sheet, "请写明理由。")
    sheet.get_by_label(re.compile("理由")).fill("堵住救护车")
    assert accessibility_violations(first) == []
    button(sheet, "确定改判").click()
    sees(first, "改判，待第二人确认")
    sees(first, "是您提出的，须由别人确认")
    expect(button(first, "确认改判")).to_have_count(0)

    second = before(city, visitors, case, "police2")
    sees(second, "等您确认")
    sees(second, "堵住救护车")
    assert accessibility_violations(second) == []
    expect(second.locator(".facts")).to_contain_text("不处理")
    button(second, "确认改判").click()
    expect(second.locator(".facts")).to_contain_text("处罚", timeout=PATIENCE_MS)
    expect(first.locator(".facts")).to_contain_text("处罚", timeout=PATIENCE_MS)
    rows = database_says(
        city, "SELECT confirmed_by IS NOT NULL FROM rule_overrides WHERE incident_id = ?", case.id
    )
    assert rows == [(1,)]


def test_the_second_person_says_no_with_a_reason_and_the_suggestion_stands(
    city: Product, visitors: Visitors
) -> None:
    case = dealt_with(city, 3)
    sheet = decides(before(city, visitors, case, "police1"), "违停处理")
    sheet.get_by_label("如何处理").select_option("warning")
    sheet.get_by_label("须第二人确认").check()
    sheet.get_by_label(re.compile("理由")).fill("说情")
    button(sheet, "确定改判").click()
    commander = before(city, visitors, case, "commander")
    button(commander, "不同意").click()
    refusing = commander.get_by_role("dialog")
    refusing.get_by_label(re.compile("理由")).fill("不能因人而异")
    button(refusing, "不同意").click()
    sees(commander, "改判未获确认")
    sees(commander, "不能因人而异")
    expect(commander.locator(".facts")).to_contain_text("不处理")


def test_a_step_that_is_moved_up_comes_at_once_and_what_is_promised_says_why_it_stays(
    city: Product, visitors: Visitors
) -> None:
    case = ask(city, 1)
    page = before(city, visitors, case, "commander")
    sees(page, "响应时限从不改动：它是对群众的承诺")
    sheet = decides(page, "升级阶梯")
    sheet.get_by_label("第几级").select_option("2")
    sheet.get_by_label(re.compile("在多少秒后")).fill("0")
    sheet.get_by_label(re.compile("理由")).fill("学校放学")
    button(sheet, "确定改判").click()
    sees(sheet, "“在多少秒后”填得不对，请核对范围。")
    sheet.get_by_label(re.compile("在多少秒后")).fill("1")
    button(sheet, "确定改判").click()
    sees(page, "人工改判")
    until(
        lambda: database_says(
            city, "SELECT 1 FROM events WHERE incident_id = ? AND name = 'offered'", case.id
        ),
        "the officer to be asked",
        20,
    )


def test_it_reads_in_english_too(city: Product, visitors: Visitors) -> None:
    case = ask(city, 2)
    page = before(city, visitors, case, "commander", "en-GB")
    sees(page, "The response time never moves: it was promised")
    button(page, "Decide otherwise: Escalation ladder").click()
    sheet = page.get_by_role("dialog")
    button(sheet, "Decide").click()
    sees(sheet, "Nothing has been changed yet.")


def test_at_the_counter_a_refused_request_is_explained_and_let_through(
    tmp_path: Path, visitors: Visitors
) -> None:
    with running_product(tmp_path / "home") as strict:
        Officer(strict, "police1").goes_on_duty()
        sticker = Sample.of(strict).stickers[1]
        for _ in range(10):
            case = ask(strict, 1)
            case.does("cancel")
        requester = Requester(strict, visitors, sticker)
        requester.scans_and_asks()
        requester.reads("可凭编号")
        page = visitors.phone(reduced_motion="reduce")
        sign_in(page, strict, "police1")
        page.goto(f"{strict.web_url}/officer")
        button(page, "设置").click()
        page.get_by_role("button", name=re.compile("查被拒绝的求助")).click()
        sheet = page.get_by_role("dialog")
        sheet.get_by_label("编号（八位）或车牌").fill(sticker["plate"])
        button(sheet, "查询").click()
        sees(sheet, "一辆车")
        assert accessibility_violations(page) == []
        button(sheet, "放行").first.click()
        sheet.get_by_label(re.compile("理由")).fill("救护车要出来")
        button(sheet, "放行").first.click()
        sees(sheet, "已放行：救护车要出来")
        assert ask(strict, 1).id
