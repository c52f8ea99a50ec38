"""From an administrator's list to an officer who is told, looks the car up with a reason, and is on the record."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.backstage import HOME_DISTRICT, Case, Officer, ask, sign_in
from tests.browser.people import PATIENCE_MS, Sample, button, database_says, sees
from tests.support.browser import Visitors, accessibility_violations
from tests.support.plates import photographed
from tests.support.product import Product, running_product
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("empty_board")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Two officers are on duty in it."""
    with running_product(tmp_path_factory.mktemp("vehicles") / "home", limits="off") as product:
        for name in ("police1", "aux1"):
            Officer(product, name).goes_on_duty()
        yield product


def plate_of(city: Product, case: Case) -> str:
    query = "SELECT v.plate FROM vehicles v JOIN incidents i ON i.vehicle_id = v.id WHERE i.id = ?"
    return str(database_says(city, query, case.id)[0][0])


def brings(desk: Page, file: Path, source: str) -> None:
    """Chooses the file, names the list, and asks what it would change."""
    desk.get_by_label("文件", exact=True).set_input_files(file)
    desk.get_by_label("名单名称").fill(source)
    button(desk, "预演").click()


def types(phone: Page, plate: str) -> None:
    pad = phone.get_by_role("group", name="号牌键盘")
    for sign in plate:
        button(pad, sign).click()


def test_a_stolen_car_on_a_list_is_told_at_once_looked_up_with_a_reason_and_on_record(
    city: Product, visitors: Visitors, tmp_path: Path
) -> None:
    case = ask(city, 0)
    plate = plate_of(city, case)
    phone = visitors.phone("zh-CN", reduced_motion="reduce")
    sign_in(phone, city, "police1")
    phone.goto(f"{city.web_url}/officer")
    button(phone, "查车辆").wait_for(timeout=PATIENCE_MS)

    chief = visitors.desk(reduced_motion="reduce")
    sign_in(chief, city, "commander")
    chief.goto(f"{city.web_url}/commander")
    expect(chief.locator(".station-top .link.live")).to_be_visible(timeout=PATIENCE_MS)

    desk = visitors.desk()
    sign_in(desk, city, "admin")
    desk.goto(f"{city.web_url}/admin#vehicles")
    file = tmp_path / "list.csv"
    file.write_bytes(
        f"号牌号码,号牌种类,类别,日期\n{plate},,被盗抢,2026-11-01\n川TI0000,,黄标车,\n".encode("gb18030")
    )
    brings(desk, file, "市局盗抢名单")
    sees(desk, "新增 1，更新 0，失效 0，不变 0，未接受 1")
    sees(desk, "号牌里没有字母 I 和 O，请核对是否为 1 或 0。")
    with desk.expect_download() as report:
        button(desk, "下载报告（CSV）").click()
    assert "川TI0000" in Path(report.value.path()).read_text("utf-8-sig")
    expect(button(desk, "导入")).to_have_attribute("aria-disabled", "true")
    desk.get_by_label("跳过这些行，导入其余").check()
    button(desk, "导入").click()
    sees(desk, "已导入：新增 1，更新 0，失效 0。")

    alert = phone.get_by_role("alertdialog")
    expect(alert).to_contain_text("被盗抢", timeout=PATIENCE_MS)
    expect(alert).not_to_contain_text(plate)
    assert accessibility_violations(phone) == []
    expect(chief.get_by_role("alertdialog")).to_contain_text("被盗抢", timeout=PATIENCE_MS)
    button(alert, "打开警情").click()
    marks = phone.get_by_role("alert", name="车辆关注")
    expect(marks).to_contain_text("被盗抢", timeout=PATIENCE_MS)
    expect(marks).to_contain_text("案发 2026-11-01")

    phone.goto(f"{city.web_url}/officer")
    button(phone, "查车辆").click()
    types(phone, plate)
    expect(button(phone, "查询")).to_have_attribute("aria-disabled", "true")
    button(phone, "现场处置").click()
    assert accessibility_violations(phone) == []
    button(phone, "查询").click()
    found = phone.get_by_role("region", name="查询结果")
    expect(found).to_contain_text(plate, timeout=PATIENCE_MS)
    expect(found.get_by_role("listitem")).to_have_count(1)
    assert accessibility_violations(phone) == []

    def on_record() -> list[tuple[str, str]]:
        query = "SELECT reason, subject FROM audit WHERE action = 'search_history' AND success"
        return [(str(row[0]), str(row[1])) for row in database_says(city, query)]

    [(reason, subject)] = until(on_record, "the record of the look", 10)
    assert reason == "现场处置"
    assert plate not in subject


def test_an_auxiliary_officer_is_told_to_ask_and_records_a_bicycle(city: Product, visitors: Visitors) -> None:
    case = ask(city, 1)
    watch = {
        "plate": plate_of(city, case),
        "kind": "inspection_overdue",
        "scope": HOME_DISTRICT,
        "source": "名单",
    }
    Officer(city, "commander").says("/api/v1/watch-flags", watch)
    phone = visitors.phone("zh-CN", reduced_motion="reduce")
    sign_in(phone, city, "aux1")
    phone.goto(f"{city.web_url}/auxiliary#/incidents/{case.id}")
    marks = phone.get_by_role("alert", name="车辆关注")
    expect(marks).to_contain_text("请联系民警核实这辆车。", timeout=PATIENCE_MS)
    expect(marks).not_to_contain_text("逾期")
    phone.goto(f"{city.web_url}/auxiliary")
    button(phone, "查车辆").click()
    assert phone.get_by_text("查询原因").count() == 0
    phone.get_by_label("外观特征").fill("红色，后座有儿童椅")
    button(phone, "登记").click()
    expect(phone.get_by_role("status").filter(has_text="已登记")).to_contain_text("无牌", timeout=PATIENCE_MS)


CAPTURE = "abcdefghijklmnopqrstuvwxyz"


def drafted(city: Product, page: Page, picture: Path, plate: str) -> str:
    """An officer photographed and filed a car; that it stayed, and is a draft for the register, just is so."""
    now = page.evaluate("new Date().toISOString()")
    kept = page.context.request.post(
        f"{city.web_url}/api/v1/captures/{CAPTURE}/photos",
        params={"device_at": now, "lat": "29.9812", "lng": "103.0127", "accuracy_m": "8"},
        multipart={
            "photo": FilePayload(name="scene.jpg", mimeType="image/jpeg", buffer=picture.read_bytes())
        },
        headers=OWN_PAGE,
    )
    assert kept.ok, kept.text()
    body = {"capture": CAPTURE, "plate": plate}
    filed = page.context.request.post(f"{city.web_url}/api/v1/parking-records", data=body, headers=OWN_PAGE)
    assert filed.ok, filed.text()
    record = str(filed.json()["filed"]["id"])
    with sqlite3.connect(city.home / "wufen.db", timeout=20) as database:
        stayed = "UPDATE parking_records SET state = 'penalty', ended_at = filed_at WHERE id = ?"
        database.execute(stayed, (record,))
    return record


OWN_PAGE = {"X-Wufen": "1", "Idempotency-Key": "drafted"}


def test_a_commander_is_told_what_was_raised_before_looks_cars_up_and_hands_drafts_over(
    city: Product, visitors: Visitors, tmp_path: Path
) -> None:
    """Alarms of before, search by sticker, a single flag set and cleared, an incident's history, the export."""
    case = ask(city, 2)
    plate, sticker = plate_of(city, case), Sample.of(city).stickers[2]["code"]
    chief = Officer(city, "commander")
    wish = {"plate": plate, "kind": "cloned", "scope": HOME_DISTRICT, "source": "案件 2026-117"}
    chief.says("/api/v1/watch-flags", wish)
    Officer(city, "police1").says("/api/v1/panic", {})
    phone = visitors.phone()
    sign_in(phone, city, "police1")
    record = drafted(city, phone, photographed(tmp_path / "scene.jpg", "川TA8P26"), "川TA8P26")

    desk = visitors.desk(reduced_motion="reduce", accept_downloads=True)
    sign_in(desk, city, "commander")
    desk.goto(f"{city.web_url}/commander")
    alert = desk.get_by_role("alertdialog")
    expect(alert).to_contain_text("套牌", timeout=PATIENCE_MS)
    expect(desk.locator(".panics")).to_contain_text("051827", timeout=PATIENCE_MS)
    button(alert, "知道了").click()
    desk.reload()
    expect(desk.locator(".panics")).to_contain_text("051827", timeout=PATIENCE_MS)
    expect(desk.locator(".units li").first).to_be_visible(timeout=PATIENCE_MS)
    expect(desk.get_by_role("alertdialog")).to_have_count(0)

    button(desk, "查车辆").click()
    desk.get_by_role("radio", name="贴纸").check(force=True)
    desk.get_by_label("贴纸编码，或扫码得到的网址").fill(f"{city.web_url}/s/{sticker}")
    button(desk, "核实举报").click()
    assert accessibility_violations(desk) == []
    button(desk, "查询").click()
    found = desk.get_by_role("region", name="查询结果")
    expect(found).to_contain_text(plate, timeout=PATIENCE_MS)
    expect(found).to_contain_text("案件 2026-117")
    button(found, "解除关注").click()
    found.get_by_label("为什么解除").fill("核对无误")
    button(found, "解除关注").click()
    sees(desk, "没有单项关注。")
    button(found, "关注这辆车").click()
    found.get_by_label("依据（文书号、案件号）").fill("案件 2026-118")
    button(found, "开始关注").click()
    sees(desk, "案件 2026-118")
    assert accessibility_violations(desk) == []
    button(desk, "返回").click()
    reasons = database_says(city, "SELECT cleared_reason FROM watch_flags WHERE cleared_at IS NOT NULL")
    assert reasons == [("核对无误",)]
    again = desk.get_by_role("alertdialog")
    expect(again).to_contain_text("被盗抢", timeout=PATIENCE_MS)
    button(again, "知道了").click()

    desk.locator(".list .row", has_text="").first.click()
    button(desk, "车辆历史").click()
    sees(desk, "为什么要看这辆车的历史？")
    button(desk, "核对车辆").click()
    sees(desk, "处理中")
    expect(desk.locator(".plate-big")).to_contain_text("*")
    button(desk, "返回").click()

    button(desk, "导出").click()
    expect(desk.locator(".counts dd").first).to_have_text("1", timeout=PATIENCE_MS)
    expect(button(desk, "移交并生成文件")).to_have_attribute("aria-disabled", "true")
    desk.get_by_label("移交原因").fill("十一月移交")
    assert accessibility_violations(desk) == []
    button(desk, "移交并生成文件").click()
    sees(desk, "已移交 1 条")
    with desk.expect_download() as drafts:
        desk.get_by_role("link", name="下载 CSV").click()
    lines = Path(drafts.value.path()).read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("record,status,district")
    assert lines[1].startswith(f"{record},draft,{HOME_DISTRICT}")
    assert "川TA8P26" in lines[1]
    with desk.expect_download() as told:
        desk.get_by_role("link", name="下载 JSON").click()
    assert [one["record"] for one in json.loads(Path(told.value.path()).read_text())["drafts"]] == [record]
    expect(desk.locator(".counts dd").first).to_have_text("0")
    assert "处罚决定书" not in desk.locator(".exports").inner_text()
    kept = database_says(city, "SELECT reason FROM audit WHERE action = 'export_drafts' ORDER BY at")
    assert kept == [("十一月移交",), ("again",), ("again",)]

    desk.get_by_label("用途").fill("十一月统计")
    button(desk, "开始导出").click()
    with desk.expect_download() as written:
        desk.get_by_role("link", name="下载", exact=True).click(timeout=PATIENCE_MS)
    rows = list(csv.DictReader(Path(written.value.path()).read_text("utf-8-sig").splitlines()))
    asked = database_says(city, f"SELECT id FROM incidents WHERE district = '{HOME_DISTRICT}'")
    assert sorted(row["incident"] for row in rows) == sorted(one for (one,) in asked)
    assert {row["plate"] for row in rows} == {""}
    assert accessibility_violations(desk) == []
