"""A pilot of a rule that does harm is taken back by the service itself, before the eyes of its administrator."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.backstage import Case, approved_rule, ask, sign_in
from tests.browser.people import PATIENCE_MS, Sample, button, database_says, sees
from tests.support.browser import Visitors, accessibility_violations
from tests.support.product import Product, running_product
from tests.support.waiting import until

LEAST = 20  # cases of each group, the least that a guard takes
FIGURES = ("按时兑现", "超时", "通知发送失败", "差评", "九成车主回应用时", "九成民警接单用时")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("guards") / "home", limits="off") as product:
        yield product


def desk_of(city: Product, visitors: Visitors) -> Page:
    page = visitors.desk(reduced_motion="reduce")
    sign_in(page, city, "admin")
    page.goto(f"{city.web_url}/admin#rollouts")
    page.get_by_role("heading", name="模块与功能").wait_for()
    return page


def guard_of(form: Locator, figure: str) -> Locator:
    return form.get_by_role("group", name=figure, exact=True)


def guards_only(form: Locator, figure: str, points: str) -> None:
    """Of all guards this one stays."""
    for other in FIGURES:
        for field in ("至多差", "不论对照组"):
            guard_of(form, other).get_by_label(re.compile(field)).fill("")
    guard_of(form, figure).get_by_label(re.compile("至多差")).fill(points)
    guard_of(form, figure).get_by_label(re.compile("多少件")).fill(str(LEAST))


def is_tried(city: Product, case: Case) -> bool:
    """Whether the version on trial, which gives one second, has decided about it."""
    return database_says(city, "SELECT response_seconds FROM incidents WHERE id = ?", case.id) == [(1,)]


def breached(city: Product, case: Case) -> bool:
    return bool(
        database_says(city, "SELECT 1 FROM incidents WHERE id = ? AND breached_at IS NOT NULL", case.id)
    )


def one_round(city: Product) -> tuple[int, int]:
    """Every car of the sample city is asked for once; whoever has one second breaches it. How many did, and not."""
    cases = [ask(city, number) for number in range(len(Sample.of(city).stickers))]
    tried = [case for case in cases if is_tried(city, case)]
    for case in tried:
        until(partial(breached, city, case), "the breach", 20)
    for case in cases:
        case.does("settle")
    return len(tried), len(cases) - len(tried)


def test_a_rule_on_trial_is_widened_and_taken_back_when_real_incidents_cross_its_guard(
    city: Product, visitors: Visitors
) -> None:
    version = approved_rule(city, "response", {"seconds": "1"})
    desk = desk_of(city, visitors)
    form = desk.locator("form.card")
    form.get_by_label("试什么").select_option(f"rule.response.{version}")
    form.locator("fieldset").get_by_text("雨城区").click()
    form.get_by_label("比例").fill("20")
    form.get_by_text("护栏（6 项）").click()
    guards_only(form, "超时", "5")
    assert accessibility_violations(desk) == []
    button(form, "开始").click()
    pilot = desk.get_by_role("region", name=re.compile("规则：响应时限 · 试用版本 雨城区"))
    expect(pilot.get_by_text("20%", exact=True)).to_be_visible()
    button(pilot, "扩大").click()
    pilot.get_by_label("比例").fill("50")
    button(pilot, "确定").click()
    expect(pilot.get_by_text("50%", exact=True)).to_be_visible()

    row = pilot.get_by_role("row", name=re.compile("^超时"))
    expect(row.get_by_text(re.compile(r"还不能判断：试点 0 件、对照 0 件，各要满 20 件"))).to_be_visible()
    expect(pilot.get_by_text("对照：同区未参加的")).to_be_visible()

    inside = outside = 0
    for _ in range(12):
        more, others = one_round(city)
        inside, outside = inside + more, outside + others
        if inside >= LEAST and outside >= LEAST:
            break
    assert min(inside, outside) >= LEAST, f"a split of the cars as unlikely as {inside} to {outside}"
    expect(pilot.get_by_text("已退回", exact=True)).to_be_visible(timeout=2 * PATIENCE_MS)
    sees(pilot, "“超时”明显变差，系统已自动退回。")
    expect(row.get_by_text("100.0%").first).to_be_visible()
    expect(row.get_by_text("已越过")).to_be_visible()
    assert not is_tried(city, after := ask(city, 0))
    after.does("settle")

    desk.get_by_role("link", name="变更历史").click()
    newest = desk.get_by_role("listitem").filter(has_text="退回").first
    for text in (
        "系统自动",
        "雨城区：由“试点 50%”改为“关闭”",
        "“超时”越过护栏（至多差 5.0 个百分点）",
        "试点组 100.0%",
    ):
        expect(newest.get_by_text(re.compile(re.escape(text)))).to_be_visible()
    for text in ("开始试点 20%", "扩大到 50%"):
        expect(desk.get_by_role("listitem").filter(has_text=text)).to_contain_text("051801")
    assert accessibility_violations(desk) == []


def test_guards_are_changed_with_a_reason_while_a_pilot_runs(city: Product, visitors: Visitors) -> None:
    version = approved_rule(
        city, "limits", {"subject": "'device'", "most": "50", "seconds": "60", "block_seconds": "0"}
    )
    desk = desk_of(city, visitors)
    form = desk.locator("form.card")
    form.get_by_label("试什么").select_option(f"rule.limits.{version}")
    form.locator("fieldset").get_by_text("雨城区").click()
    button(form, "开始").click()
    pilot = desk.get_by_role("region", name=re.compile("防骚扰"))
    button(pilot, "改护栏").click()
    guard_of(pilot, "差评").get_by_label(re.compile("不论对照组")).fill("12.5")
    button(pilot, "确定").click()
    sees(pilot, "请写明原因。")
    pilot.get_by_label("原因").fill("群众反映多")
    button(pilot, "确定").click()
    expect(pilot.get_by_role("row", name=re.compile("^差评")).get_by_text("至多 12.5%")).to_be_visible()
    desk.get_by_role("link", name="变更历史").click()
    newest = desk.get_by_role("listitem").first
    for text in ("改护栏", "群众反映多", "至多 12.5%", "051801"):
        expect(newest.get_by_text(re.compile(text)).first).to_be_visible()


def test_the_kill_switch_stops_a_feature_everywhere_and_the_history_leads_back(
    city: Product, visitors: Visitors
) -> None:
    desk, phone = desk_of(city, visitors), visitors.phone()
    code = Sample.of(city).stickers[0]["code"]

    def photos_are_asked_for() -> bool:
        phone.goto(f"{city.web_url}/s/{code}")
        button(phone, "挡住出入口").click()
        phone.get_by_label("车牌末三位").wait_for()
        return phone.get_by_text("现场照片").count() > 0

    assert photos_are_asked_for()
    row = desk.get_by_role("row", name=re.compile("求助人可附照片"))
    row.get_by_role("button", name=re.compile("关停")).click()
    button(desk, "确定").click()
    sees(desk, "请写明原因。")
    desk.get_by_label("原因", exact=True).fill("照片泄露隐私")
    button(desk, "确定").click()
    expect(row.get_by_text("已关停")).to_be_visible()
    until(lambda: not photos_are_asked_for(), "a page without photos")

    desk.get_by_role("link", name="变更历史").click()
    desk.get_by_label("看哪一项").select_option("feature.request_photos")
    killed = desk.get_by_role("listitem").filter(has_text="紧急关停，处处停用")
    for text in ("现行", "照片泄露隐私", "051801"):
        expect(killed.get_by_text(re.compile(text)).first).to_be_visible()
    desk.goto(f"{city.web_url}/admin#rollouts")
    row.get_by_role("button", name=re.compile("恢复")).click()
    desk.get_by_label("原因", exact=True).fill("已修好")
    button(desk, "确定").click()
    expect(row.get_by_text("已关停")).to_have_count(0)
    until(photos_are_asked_for, "a page with photos")
    desk.goto(f"{city.web_url}/admin#rollouts/history/feature.request_photos")
    button(desk.get_by_role("listitem").filter(has_text="处处停用"), "回到这一版").click()
    desk.get_by_label("原因").fill("又出问题了")
    button(desk, "确定").click()
    sees(desk, "已回到第 1 版的样子")
    expect(desk.get_by_role("listitem").first.get_by_text("又出问题了")).to_be_visible()
    until(lambda: not photos_are_asked_for(), "a page without photos")
