"""Doors, second factor, sleep and audit as people meet them: read by axe in every state, by day and by night."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.backstage import Case, Officer, ask, sign_in
from tests.browser.people import PATIENCE_MS, Sample, button, database_says, sees
from tests.browser.test_accessibility import Reading
from tests.support.browser import Visitors
from tests.support.product import Product, running_product
from tests.support.waiting import until

IDLE_SECONDS = 12


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Desks fall asleep soon here; commanders need a second factor."""
    home = tmp_path_factory.mktemp("access") / "home"
    with running_product(home, limits="off", second_factor="commander") as product:
        yield product


@pytest.fixture(scope="module")
def sleepy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    home = tmp_path_factory.mktemp("sleepy") / "home"
    with running_product(home, limits="off", desk_idle_seconds=str(IDLE_SECONDS)) as product:
        yield product


def comes(page: Page, city: Product, username: str, path: str) -> None:
    """Signed in, and on the page."""
    sign_in(page, city, username)
    page.goto(city.web_url + path)


def account(city: Product, username: str) -> dict[str, Any]:
    return next(one for one in Sample.of(city).accounts if one["username"] == username)


def fills_the_door(page: Page, username: str, password: str) -> None:
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(password)
    button(page, "登录").click()


def claims_it_too(page: Page, city: Product, door: str, number: str) -> None:
    """Somebody else asks for an account with this number."""
    form = {"service_number": number, "name": "钱多多", "unit": "雨城三中队", "district": "511802"}
    path = "/api/v1/registrations" if door == "officer" else "/api/v1/auxiliary/registrations"
    asked = page.context.request.post(city.web_url + path, data={**form, "password": "it-is-not-mine"})
    assert asked.ok, asked.text()


@pytest.mark.parametrize(("door", "role"), [("officer", "民警"), ("auxiliary", "辅警")])
def test_somebody_registers_waits_and_is_let_in(
    city: Product, visitors: Visitors, door: str, role: str
) -> None:
    number = "061234" if door == "officer" else "F61234"
    page = visitors.phone(reduced_motion="reduce")
    reading = Reading(page)
    page.goto(f"{city.web_url}/{door}")
    page.get_by_role("link", name="没有账号？申请注册").click()
    expect(page.get_by_role("heading", name=f"{role}注册")).to_be_visible()
    reading.of("the form")
    button(page, "提交申请").click()
    expect(page.get_by_role("alert")).to_have_text("请填写这一项。")
    reading.of("something is missing")
    page.get_by_label("警号（辅警号）").fill(number)
    page.get_by_label("姓名").fill("赵小雨")
    page.get_by_label("单位").fill("雨城三中队")
    page.get_by_label("所在区县").select_option(label="雨城区")
    page.get_by_label("密码").fill("rain-on-the-road")
    button(page, "提交申请").click()
    expect(page.get_by_role("heading", name="申请已提交")).to_be_focused()
    reading.of("sent")
    page.get_by_role("link", name="返回登录").click()
    fills_the_door(page, number, "rain-on-the-road")
    sees(page, "正在等管理员审核")
    reading.of("not yet")
    reading.finds_nothing()

    desk = visitors.desk(reduced_motion="reduce")
    claims_it_too(desk, city, door, number)
    comes(desk, city, "admin", "/admin#registrations")
    reading = Reading(desk)
    asked = desk.get_by_role("listitem").filter(has_text="赵小雨")
    expect(asked.get_by_text("还有 1 份注册用了同样（或看起来一样）的警号")).to_be_visible()
    expect(button(asked, f"通过 {number}")).to_have_attribute("aria-disabled", "true")
    reading.of("who waits")
    asked.get_by_label("已核实警号属于本人").check()
    button(asked, f"通过 {number}").click()
    sees(desk, f"已通过 {number}")
    expect(desk.get_by_text("钱多多")).to_have_count(0)
    reading.of("approved")
    reading.finds_nothing()

    fills_the_door(page, number, "rain-on-the-road")
    expect(button(page, "登录")).to_have_count(0)


def test_a_role_that_needs_a_second_factor_sets_it_up_and_is_asked_for_it(
    city: Product, visitors: Visitors
) -> None:
    chief = account(city, "commander")
    page = visitors.phone(reduced_motion="reduce")
    reading = Reading(page)
    page.goto(f"{city.web_url}/officer")
    fills_the_door(page, chief["username"], chief["password"])
    expect(page.get_by_role("heading", name="请先开通两步验证")).to_be_visible()
    reading.of("due")
    page.get_by_label("密码").fill(chief["password"])
    button(page, "开始").click()
    secret = (page.locator(".secret").text_content() or "").replace(" ", "")
    expect(page.get_by_role("img", name="验证器的二维码")).to_be_visible()
    reading.of("the code to scan")
    page.get_by_label("动态码").fill("000000")
    button(page, "确认开通").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("动态码").fill(pyotp.TOTP(secret).now())
    button(page, "确认开通").click()
    codes = page.locator(".codes li")
    expect(codes).to_have_count(10)
    reading.of("recovery codes")
    kept = codes.first.text_content() or ""
    button(page, "我已抄好").click()
    expect(page.get_by_role("heading", name="请先开通两步验证")).to_have_count(0)
    reading.finds_nothing()

    again = visitors.phone(reduced_motion="reduce")
    reading = Reading(again)
    again.goto(f"{city.web_url}/officer")
    fills_the_door(again, chief["username"], chief["password"])
    expect(again.get_by_label("动态码")).to_be_focused()
    reading.of("the door asks for a code")
    again.get_by_label("动态码").fill(kept)
    button(again, "登录").click()
    expect(button(again, "登录")).to_have_count(0)
    reading.finds_nothing()


def test_an_officer_says_why_before_he_sees_the_plate_and_the_auditor_reads_it(
    city: Product, visitors: Visitors
) -> None:
    plate = Sample.of(city).stickers[0]["plate"]
    case = ask(city, 0)
    Officer(city, "police1").goes_on_duty()
    page = visitors.phone(reduced_motion="reduce")
    reading = Reading(page)
    comes(page, city, "police1", f"/officer#/incidents/{case.id}")
    button(page, "显示车牌").click()
    reading.of("why")
    button(page, "现场找车").click()
    expect(page.locator(".plate").first).to_contain_text(plate[2:])
    reading.of("the whole plate")
    reading.finds_nothing()

    desk = visitors.wall(reduced_motion="reduce")
    reading = Reading(desk)
    desk.goto(f"{city.web_url}/audit")
    watcher = account(city, "auditor")
    fills_the_door(desk, watcher["username"], watcher["password"])
    desk.get_by_label("事项").select_option(label="查看完整车牌")
    button(desk, "查询").click()
    row = desk.get_by_role("row").filter(has_text="现场找车").first
    expect(row).to_contain_text("051827")
    expect(row).to_contain_text("成功")
    reading.of("the audit")
    reading.finds_nothing()


def test_an_empty_desk_falls_asleep_and_keeps_what_was_typed(sleepy: Product, visitors: Visitors) -> None:
    page = visitors.desk(reduced_motion="reduce")
    admin = account(sleepy, "admin")
    reading = Reading(page)
    comes(page, sleepy, "admin", "/admin#officers")
    page.get_by_label("用户名").fill("half-a-name")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible(timeout=(IDLE_SECONDS + 10) * 1000)
    reading.of("asleep")
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    dialog.get_by_label("密码").fill("not-the-password")
    button(dialog, "继续").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("密码").fill(admin["password"])
    button(dialog, "继续").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_label("用户名")).to_have_value("half-a-name")

    # Asleep once more, and over before anybody is back: the sheet gives way to the door.
    expect(dialog).to_be_visible(timeout=(IDLE_SECONDS + 10) * 1000)
    ends_it_from_elsewhere(sleepy, "admin")
    dialog.get_by_label("密码").fill(admin["password"])
    button(dialog, "继续").click()
    door = page.get_by_role("dialog", name="请重新登录")
    door.get_by_label("用户名").fill(admin["username"])
    door.get_by_label("密码").fill(admin["password"])
    reading.of("the door")
    button(door, "登录").click()
    expect(door).to_have_count(0)
    expect(page.get_by_label("用户名")).to_have_value("half-a-name")
    reading.finds_nothing()


def ends_it_from_elsewhere(city: Product, username: str) -> None:
    """Another administrator ends his sign-ins."""
    [(officer_id,)] = database_says(city, "SELECT id FROM officers WHERE username = ?", username)
    Officer(city, "admin2").says(f"/api/v1/admin/officers/{officer_id}/sign-out", {"reason": "下班忘了退出"})


def test_an_administrator_ends_sign_ins_and_what_was_typed_is_there_when_the_same_person_is_back(
    city: Product, visitors: Visitors
) -> None:
    officer, case = Officer(city, "police2"), ask(city, 1)
    officer.goes_on_duty()
    officer.does(case, "accept")
    page = visitors.phone(reduced_motion="reduce")
    reading = Reading(page)
    comes(page, city, "police2", f"/officer#/incidents/{case.id}")
    button(page, "更多操作").click()
    page.get_by_role("button", name=re.compile("^退回待接")).click()
    page.get_by_role("radio", name="其他").check()
    page.get_by_label("用几个字说明").fill("前面桥断了，绕不")

    desk = visitors.desk(reduced_motion="reduce")
    ends_sign_ins_of(desk, city, "police2")
    door = page.get_by_role("dialog", name="请重新登录")
    expect(door).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_label("用几个字说明")).to_be_hidden()
    expect(page.locator(".plate")).to_be_hidden()
    reading.of("over")
    page.keyboard.press("Escape")
    fills_the_door(page, "police2", "not-the-password")
    expect(door.get_by_role("alert")).to_be_visible()
    with page.expect_websocket():
        fills_the_door(page, "police2", account(city, "police2")["password"])
    words = page.get_by_label("用几个字说明")
    expect(words).to_have_value("前面桥断了，绕不")
    words.fill("前面桥断了，绕不过去")
    page.get_by_role("dialog").get_by_role("button", name="退回待接").click()
    until(lambda: given_back(city, case) == ["前面桥断了，绕不过去"], "it is given back")

    button(page, "违停记录").click()
    button(page, "拍照取证").click()
    for sign in "川TA8":
        page.locator(".pad").get_by_role("button", name=sign, exact=True).click()
    ends_sign_ins_of(desk, city, "police2")
    expect(door).to_be_visible(timeout=PATIENCE_MS)
    fills_the_door(page, "police2", account(city, "police2")["password"])
    for sign in "P26":
        page.locator(".pad").get_by_role("button", name=sign, exact=True).click()
    button(page, "提交并通知车主").click()
    until(lambda: database_says(city, "SELECT plate_masked FROM parking_records") == [("川TA***6",)], "filed")
    reading.finds_nothing()

    # Somebody else who signs in there begins anew, and finds nothing of the one before.
    button(page, "拍照取证").click()
    page.locator(".pad").get_by_role("button", name="川", exact=True).click()
    ends_sign_ins_of(desk, city, "police2")
    expect(door).to_be_visible(timeout=PATIENCE_MS)
    fills_the_door(page, "police3", account(city, "police3")["password"])
    expect(page.get_by_role("switch", name="上岗")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".pad")).to_have_count(0)
    officer = Officer(city, "police2")
    officer.goes_off_duty()


def ends_sign_ins_of(desk: Page, city: Product, username: str) -> None:
    """The administrator ends all of somebody's sign-ins, and finds his own page in order."""
    reading = Reading(desk)
    comes(desk, city, "admin", "/admin#officers")
    button(desk, f"{username} 的登录").click()
    expect(desk.get_by_text("Chrome").first).to_be_visible()
    reading.of("somebody's sign-ins")
    desk.get_by_label("理由（记入审计）").fill("手机丢失")
    button(desk, "强制退出").click()
    sees(desk, f"{username} 已在所有设备上退出")
    desk.goto(f"{city.web_url}/admin#account")
    desk.reload()
    expect(desk.get_by_text("本机")).to_be_visible()
    reading.of("one's own")
    reading.finds_nothing()


def given_back(city: Product, case: Case) -> list[str]:
    """With which words."""
    query = "SELECT detail FROM events WHERE incident_id = ? AND name = 'released'"
    return [json.loads(detail)["reason"] for (detail,) in database_says(city, query, case.id)]
