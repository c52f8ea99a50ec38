"""From an administrator's list to an officer who is told, looks the car up with a reason, and is on the record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.backstage import HOME_DISTRICT, Case, Officer, ask, sign_in
from tests.browser.people import PATIENCE_MS, button, database_says, sees
from tests.support.browser import Visitors, accessibility_violations
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
