"""The rule desk as two administrators use it: one drafts, the other approves, and new requests follow the new rule."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from models.clock import SystemClock
from tests.browser.backstage import Case, ask, on_duty, sign_in
from tests.browser.people import PATIENCE_MS, Sample, button, database_says, sees
from tests.support.browser import Visitors, accessibility_violations
from tests.support.product import Product, running_product
from tests.support.waiting import until

DISTRICT = "511802"
TABLE = f"#rules/response/{DISTRICT}"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("rules") / "home", limits="off") as product:
        _add_administrator(product)
        yield product


def _add_administrator(city: Product) -> None:
    """A second one, whose account the first has not made: by the operator."""
    command = [str(Path(sys.executable).with_name("wufen")), "officer", "add", "lin", "--password-stdin"]
    about = [
        "--role",
        "administrator",
        "--district",
        DISTRICT,
        "--service-number",
        "051899",
        "--unit",
        "雅安支队",
    ]
    environ = {**os.environ, **city.settings}
    subprocess.run([*command, *about], env=environ, input="zi-shi-kou-ling\n", text=True, check=True)


def lin_signs_in(page: Page, city: Product) -> None:
    body = {"username": "lin", "password": "zi-shi-kou-ling"}
    assert page.context.request.post(f"{city.web_url}/api/v1/sessions", data=body).ok


def respond_seconds(city: Product, case: Case) -> int:
    rows = database_says(
        city,
        "SELECT response_seconds, round((julianday(respond_by) - julianday(requested_at)) * 86400)"
        " FROM incidents WHERE id = ?",
        case.id,
    )
    ((seconds, clock),) = rows
    assert seconds == clock
    return int(seconds)


def cell(page: Page, row: int, column: str) -> Locator:
    return page.get_by_role("button", name=f"第 {row} 行，{column}:")


def says(page: Page, question: str, **given: Any) -> list[dict[str, Any]]:
    """What the table says of a situation now, asked over the API of the page's own session."""
    answer = page.context.request.post(
        question, data={"scope": DISTRICT, "given": given}, headers={"X-Wufen": "1"}
    )
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def test_a_rule_is_drafted_by_one_approved_by_another_and_followed_by_new_requests_only(
    city: Product, visitors: Visitors
) -> None:
    before = ask(city, 0, "fire_lane")
    assert respond_seconds(city, before) == 300

    su = visitors.wall()
    sign_in(su, city, "admin")
    su.goto(f"{city.web_url}/admin#rules")
    su.get_by_label("适用范围").select_option(DISTRICT)
    su.get_by_role("link", name=re.compile("^响应时限")).click()
    su.get_by_role("link", name="修改", exact=True).click()

    # One more row, put before the one for everything else, said without a word of a language of cells.
    expect(button(su, "增加一行")).to_be_visible()
    row = su.get_by_role("button", name=re.compile("行上移$")).count()
    button(su, "增加一行").click()
    button(su, f"第 {row + 1} 行上移").click()
    cell(su, row, "原因").click()
    su.get_by_label("条件").select_option("one_of")
    su.get_by_role("checkbox", name="消防通道").check()
    su.keyboard.press("Enter")
    expect(cell(su, row, "原因")).to_have_text("消防通道")
    expect(cell(su, row, "原因")).to_be_focused()

    # The arrows walk; a fault stands at its cell until it is mended.
    for _ in range(3):
        su.keyboard.press("ArrowRight")
    expect(cell(su, row, "秒")).to_be_focused()
    su.keyboard.press("Enter")
    su.get_by_label("取值").fill("0")
    su.keyboard.press("Enter")
    fault = su.locator(f"[data-cell='{row - 1}:4'] .fault")
    expect(fault).to_contain_text("0")
    expect(cell(su, row, "秒")).to_have_attribute("aria-invalid", "true")
    cell(su, row, "秒").click()
    su.get_by_label("取值").fill("120")
    button(su, "好").click()
    expect(fault).to_have_count(0)

    # One golden case comes out otherwise: that has to be said expressly.
    sees(su, "有 1 处需要改正")
    button(su, "以新结果为准").click()
    sees(su, "核对无误")

    # A golden case of their own: the result is worked out, not typed.
    button(su, "增加范例").click()
    su.get_by_label("名称").fill("消防通道")
    su.get_by_label("原因", exact=True).select_option("fire_lane")
    button(su, "算出结果并加入").click()
    sees(su, "原因：消防通道 ⇒ 秒：120")

    # A reload loses nothing.
    su.reload()
    sees(su, "这是您上次没有存完的改动")
    expect(cell(su, row, "原因")).to_have_text("消防通道")
    sees(su, "核对无误")

    button(su, "试算").click()
    sees(su, "1 个决定中有 1 个会改变")
    su.get_by_label("依据").fill("雅公交〔2026〕12号")
    su.get_by_label("改动原因").fill("消防通道两分钟")
    button(su, "存为草稿").click()
    expect(su.locator("tr.added .tag", has_text="新增")).to_be_visible()
    button(su, "提交批准").click()
    sees(su, "须由另一位管理员批准，您自己不能批准")
    expect(button(su, "批准")).to_have_count(0)
    version = su.url.rsplit("/", 1)[-1]

    # Not over the API either.
    refused = su.context.request.post(
        f"{city.web_url}/api/v1/admin/rules/versions/{version}/approve",
        data={},
        headers={"X-Wufen": "1", "Idempotency-Key": "a" * 32},
    )
    assert (refused.status, refused.json()["error"]["code"]) == (403, "second_person_needed")

    lin = visitors.desk()
    lin_signs_in(lin, city)
    lin.goto(f"{city.web_url}/admin#rules")
    lin.get_by_label("适用范围").select_option(DISTRICT)
    sees(lin, "1 个待批准")
    lin.goto(f"{city.web_url}/admin{TABLE}/v/{version}")
    button(lin, "批准").click()
    sees(lin, "已批准，可以生效了")
    button(lin, "生效").click()
    sees(lin, "起生效")

    question = f"{city.web_url}/api/v1/admin/rules/tables/response/ask"
    until(lambda: says(lin, question, reason="fire_lane") == [{"seconds": 120}], "the new rule", 20)
    after = ask(city, 1, "fire_lane")
    assert respond_seconds(city, after) == 120
    assert respond_seconds(city, before) == 300
    assert respond_seconds(city, ask(city, 2, "blocking")) == 300

    # One step back.
    lin.goto(f"{city.web_url}/admin{TABLE}")
    button(lin, "退回上一版").click()
    lin.get_by_label("原因").fill("再议")
    button(lin, "确定退回").click()
    sees(lin, "已退回")
    until(lambda: says(lin, question, reason="fire_lane") == [{"seconds": 300}], "the rule before", 20)
    assert respond_seconds(city, after) == 120


def post(page: Page, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Over the API, as whoever is signed in before this page."""
    headers = {"X-Wufen": "1", "Idempotency-Key": uuid4().hex}
    answer = page.context.request.post(path, data=body, headers=headers)
    assert answer.ok, answer.text()
    found: dict[str, Any] = answer.json()
    return found


def test_a_version_begins_at_an_instant_of_beijing_wherever_the_computer_stands_and_can_be_taken_back(
    city: Product, visitors: Visitors
) -> None:
    rules = f"{city.web_url}/api/v1/admin/rules"
    su = visitors.desk()
    sign_in(su, city, "admin")
    grid = {"rows": [{"id": "default", "cells": {"seconds": "240"}}]}
    golden = [{"name": "任何求助", "given": {}, "then": {"seconds": 240}}]
    draft = {"scope": "511802", **grid, "golden": golden, "source": "雅公交〔2026〕13号"}
    version = post(su, f"{rules}/tables/response/versions", draft)["version"]
    post(su, f"{rules}/versions/{version}/submit", {})
    lin = visitors.desk(timezone_id="Europe/London")
    lin_signs_in(lin, city)
    post(lin, f"{rules}/versions/{version}/approve", {})
    lin.goto(f"{city.web_url}/admin{TABLE}/v/{version}")
    lin.get_by_label("从指定时刻起").check()
    day = (SystemClock().now() + timedelta(days=2)).date()
    lin.get_by_label("时刻（北京时间）").fill(f"{day}T08:30")
    button(lin, "生效").click()
    sees(lin, f"{day} 08:30:00 起生效")
    lin.goto(f"{city.web_url}/admin{TABLE}")
    sees(lin, f"{day} 08:30:00 换版")
    query = "SELECT active_from FROM rule_activations WHERE version_id = ?"
    assert database_says(city, query, version) == [(f"{day}T00:30:00.000000Z",)]
    button(lin, "退回上一版").click()
    sees(lin, "取消尚未生效的那一版，现行规则不变")
    lin.get_by_label("原因").fill("再议")
    button(lin, "确定退回").click()
    sees(lin, "已取消尚未生效的版本")
    expect(lin.get_by_text("换版")).to_have_count(0)


def test_the_police_read_why_and_the_auxiliary_officers_do_not(city: Product, visitors: Visitors) -> None:
    case = ask(city, 4, "fire_lane")
    with on_duty(city, "police1"), on_duty(city, "aux1"):
        page = visitors.phone(reduced_motion="reduce")
        sign_in(page, city, "police1")
        page.goto(f"{city.web_url}/officer#/incidents/{case.id}")
        page.get_by_text("为什么这样处理").click()
        # The district may have had a version of its own before: what is told is what was decided of this one.
        sees(page, f"秒：{respond_seconds(city, case)}")
        sees(page, "情况：类别：挪车")
        sees(page, "升级阶梯")
        assert accessibility_violations(page) == []
        auxiliary = visitors.phone()
        sign_in(auxiliary, city, "aux1")
        auxiliary.goto(f"{city.web_url}/auxiliary#/incidents/{case.id}")
        auxiliary.get_by_role("heading", name="经过").wait_for()
        expect(auxiliary.get_by_text("为什么这样处理")).to_have_count(0)


def test_the_desk_says_when_it_cannot_be_reached_and_comes_back(city: Product, visitors: Visitors) -> None:
    page = visitors.desk()
    sign_in(page, city, "admin")
    page.goto(f"{city.web_url}/admin")
    page.route("**/api/v1/admin/rules*", lambda route: route.abort())
    page.goto(f"{city.web_url}/admin#rules")
    expect(page.get_by_role("alert")).to_be_visible(timeout=PATIENCE_MS)
    page.unroute("**/api/v1/admin/rules*")
    page.get_by_role("alert").get_by_role("button").click()
    expect(page.get_by_label("适用范围")).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.parametrize("table", ["response", "ladder", "routing", "limits", "disposition"])
def test_every_room_of_the_desk_is_accessible_and_nothing_is_wider_than_a_phone(
    city: Product, visitors: Visitors, table: str
) -> None:
    page = visitors.phone()
    sign_in(page, city, "admin")
    for room in ("#rules", f"#rules/{table}/{DISTRICT}", f"#rules/{table}/{DISTRICT}/edit"):
        page.goto(f"{city.web_url}/admin{room}")
        expect(page.locator(".rules h2").first).to_be_visible(timeout=PATIENCE_MS)
        if room.endswith("edit"):
            page.locator("button.cell").first.click()
        assert accessibility_violations(page) == []
        assert (
            page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        )


def test_the_sample_city_has_two_administrators_since_nobody_approves_his_own(city: Product) -> None:
    assert [one["username"] for one in Sample.of(city).accounts if one["role"] == "administrator"] == [
        "admin",
        "admin2",
    ]
