"""A commander, two officers and the wall: asked and declined, the next one, backup, an alarm that all see, cleared."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import (
    PATIENCE_MS,
    OfficerOnDuty,
    Requester,
    Sample,
    Wall,
    button,
    database_says,
    sees,
)
from tests.support.browser import Visitors, accessibility_violations
from tests.support.product import Product, running_product


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Product]:
    with running_product(tmp_path / "home", respond_seconds="20") as product:
        yield product


def sits_down(city: Product, visitors: Visitors, account: dict[str, str]) -> Page:
    """The commander signs in at his desk."""
    page = visitors.desk()
    page.goto(f"{city.web_url}/commander")
    page.get_by_label("用户名").fill(account["username"])
    page.get_by_label("密码").fill(account["password"])
    button(page, "登录").click()
    expect(page.get_by_role("heading", name="在岗警力")).to_be_visible(timeout=PATIENCE_MS)
    return page


def holds_down(page: Page) -> None:
    """The thumb stays on it."""
    button(page, "SOS：按住 2 秒求助").dispatch_event("pointerdown", {"pointerId": 1})


def touches(page: Page) -> None:
    """In passing, as in a pocket."""
    holds_down(page)
    sees(page, "再按住")
    button(page, "SOS：按住 2 秒求助").dispatch_event("pointerup", {"pointerId": 1})
    expect(page.get_by_text("再按住")).to_have_count(0)


def merges_by_mistake_and_takes_it_back(commander: Page, requester: Requester) -> None:
    """Another car in the same street: merged, apart again, and its requester waits where he asked."""
    requester.scans_and_asks()
    rows = commander.get_by_role("region", name=re.compile("^未结")).locator("li .row:not(.done)")
    expect(rows).to_have_count(2, timeout=PATIENCE_MS)
    waiting = rows.filter(has_not_text="051")
    waiting.click()
    orders = commander.locator(".orders")
    button(orders, "合并重复").click()
    button(commander.get_by_role("dialog"), "下达 · 合并重复").click()
    expect(rows).to_have_count(1, timeout=PATIENCE_MS)
    commander.locator("li .row.done").click()
    button(orders, "撤销合并").click()
    sheet = commander.get_by_role("dialog")
    sees(sheet, "两起恢复原状")
    assert accessibility_violations(commander) == []
    sheet.get_by_text("不是同一辆车").click()
    button(sheet, "下达 · 撤销合并").click()
    expect(rows).to_have_count(2, timeout=PATIENCE_MS)
    expect(commander.locator(".story").last).to_contain_text("撤销合并", timeout=PATIENCE_MS)
    rows.filter(has_text="051").click()


def opens_the_case_file(commander: Page) -> None:
    """With a reason; then everything in order, and an archive that carries its hashes."""
    button(commander, "案卷").click()
    file = commander.get_by_role("dialog", name=re.compile("^案卷"))
    file.get_by_label("打开案卷的理由").fill("投诉复核")
    assert accessibility_violations(commander) == []
    button(file, "打开案卷").click()
    sees(file, "群众扫码请求挪车")
    sees(file, "响应时限，第")
    assert accessibility_violations(commander) == []
    file.locator("summary").first.click()
    sees(file, "由求助人")
    file.get_by_role("button", name="查阅与操作").click()
    expect(file.locator(".course li").last).to_contain_text("打开案卷")
    with commander.expect_download() as coming:
        file.get_by_role("link", name="下载案卷").click()
    with zipfile.ZipFile(coming.value.path()) as archive:
        assert {"case.json", "events.json", "manifest.json", "manifest.signature.json"} <= set(
            archive.namelist()
        )
    file.get_by_role("button", name="返回").click()


@pytest.mark.timeout(180)
def test_asked_declined_backed_up_and_helped(city: Product, visitors: Visitors) -> None:
    sample = Sample.of(city)
    first, second = [
        one for one in sample.accounts if one["role"] == "police" and one["district"] == "511802"
    ][:2]
    commander = sits_down(city, visitors, sample.account("commander"))
    wall = Wall(city, visitors)
    wall.is_watched()
    zhang = OfficerOnDuty(city, visitors, first)
    zhang.signs_in_and_goes_on_duty()
    Requester(city, visitors, sample.stickers[0]).scans_and_asks()

    # Asked by name, with the reason; received and seen are told at the desk before he answers.
    sees(zhang.page, "第 1 位被询问")
    desk = commander.get_by_role("region", name=re.compile("挪车"))
    expect(desk.locator(".three .there")).to_have_count(2, timeout=PATIENCE_MS)
    li = OfficerOnDuty(city, visitors, second)
    li.signs_in_and_goes_on_duty()
    zhang.page.locator(".card .what").first.click()
    button(zhang.page, "更多操作").click()
    zhang.page.get_by_role("button", name=re.compile("^婉拒|^不接|^拒绝")).first.click()
    zhang.page.get_by_text("离得太远").click()
    zhang.page.get_by_role("dialog").get_by_role("button", name=re.compile("婉拒|不接|拒绝")).last.click()

    # The next one has it.
    sees(commander, "离得太远")
    li.accepts()
    expect(desk.locator("li.accepted")).to_have_count(1, timeout=PATIENCE_MS)
    merges_by_mistake_and_takes_it_back(commander, Requester(city, visitors, sample.stickers[1]))

    opens_the_case_file(commander)

    # Backup: called by the officer, answered by the colleague, seen at the desk.
    li.page.locator(".card .what").first.click()
    button(li.page, "更多操作").click()
    li.page.get_by_role("button", name=re.compile("请求增援")).first.click()
    li.page.get_by_text("围观人多").click()
    li.page.get_by_role("dialog").get_by_role("button", name="请求增援").last.click()
    button(zhang.page, "我去增援").first.click()
    sees(commander, "赶来")

    # The alarm: on the colleague's phone, at the desk and on the wall; only the commander ends it.
    # What only touched it has raised none.
    touches(zhang.page)
    holds_down(li.page)
    sees(li.page, "你已发出求助")
    for page in (zhang.page, commander, wall.page):
        sees(page, "紧急求助")
    assert database_says(city, "SELECT status FROM panics") == [("raised",)]
    for page in (zhang.page, commander):
        assert accessibility_violations(page) == []
    zhang.page.reload()
    sees(zhang.page, "紧急求助")
    button(li.page, "是误报").click()
    for page in (zhang.page, commander, wall.page):
        sees(page, "误报")
    button(commander, "解除求助").click()
    commander.get_by_label(re.compile("处置情况")).fill("已与本人核实，误触")
    button(commander.get_by_role("dialog"), "解除求助").click()
    for page in (zhang.page, li.page, wall.page):
        expect(page.get_by_text(re.compile("紧急求助|误报"))).to_have_count(0, timeout=PATIENCE_MS)
    assert database_says(city, "SELECT status, note FROM panics") == [("cleared", "已与本人核实，误触")]

    # In a dead spot it waits on the phone, says so, and goes out when the network is back.
    zhang.page.context.set_offline(True)
    holds_down(zhang.page)
    sees(zhang.page, "求助还没发出")
    assert database_says(city, "SELECT count(*) FROM panics") == [(1,)]
    zhang.page.context.set_offline(False)
    sees(zhang.page, "你已发出求助")
    assert database_says(city, "SELECT status FROM panics ORDER BY raised_at") == [("cleared",), ("raised",)]
