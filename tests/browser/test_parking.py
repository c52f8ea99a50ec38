"""One officer, one photo: with a reader of plates, without a network, and with a photo that is refused."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, Page, expect

from tests.browser.backstage import Officer, on_duty, sign_in
from tests.browser.kerbside import COUNT, NO_CAMERA, opens_the_camera, states, types_the_plate
from tests.browser.people import PATIENCE_MS, button, database_says, sees
from tests.support.browser import Visitors, accessibility_violations
from tests.support.plates import CONDITIONS, photographed, street
from tests.support.product import Product, running_product
from tests.support.waiting import until


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """With somebody who reads plates."""
    home = tmp_path_factory.mktemp("parking") / "home"
    with running_product(home, limits="off", processes="web=1,hub=1,worker=1,reader=1") as product:
        until(lambda: "reader_started" in product.output(), "the reader is there", PATIENCE_MS / 1000)
        yield product


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return photographed(tmp_path / "scene.jpg", "川TA8P26")


def box(page: Page, name: str) -> FloatRect:
    """Where a button is, in pixels of the phone's screen."""
    found = button(page, name).bounding_box()
    assert found is not None
    return found


def at_the_camera(visitors: Visitors, city: Product, username: str, *, live: bool = False) -> Page:
    """He is on duty and has agreed to be located; the camera is open."""
    page = visitors.phone()
    if not live:
        page.add_init_script(NO_CAMERA)
    sign_in(page, city, username)
    page.add_init_script("localStorage.setItem('wufen:position', 'given')")
    page.goto(city.web_url + ("/auxiliary" if username.startswith("aux") else "/officer"))
    opens_the_camera(page)
    return page


def test_with_a_reader_it_takes_three_taps_and_no_field(
    city: Product, visitors: Visitors, tmp_path: Path
) -> None:
    with on_duty(city, "police1"):
        page = at_the_camera(visitors, city, "police1")
        page.evaluate(COUNT)
        clear = photographed(tmp_path / "clear.jpg", "川TC6K35")
        page.locator(".shutter input[type=file]").set_input_files(clear)
        read = page.get_by_role("group", name="从照片识别的车牌").get_by_role("button")
        expect(read).to_have_count(1, timeout=PATIENCE_MS)
        expect(read).to_have_text(re.compile(r"川TC6K35\s*识别 \d+%"))
        assert database_says(city, "SELECT count(*) FROM captures WHERE candidates_sealed IS NOT NULL") == [
            (1,)
        ]
        read.click()
        keys, filing = box(page, "退格"), box(page, "提交并通知车主")
        assert keys["y"] + keys["height"] <= filing["y"], "the last row of keys can be pressed"
        expect(page.get_by_label("号牌号码", exact=True)).to_have_value("川TC6K35")
        assert accessibility_violations(page) == []
        before = len(states(city))
        button(page, "提交并通知车主").click()
        until(lambda: len(states(city)) == before + 1, "the record is filed")
        assert page.evaluate("window.taps") <= 3
        assert page.evaluate("[...window.fields]") == []
        kept = "SELECT count(*) FROM captures WHERE candidates_sealed IS NOT NULL OR reading <> 'none'"
        assert database_says(city, kept) == [(0,)]

        doubtful = photographed(tmp_path / "far.jpg", "川F7B7F挂", "trailer", CONDITIONS["worst"])
        page.locator(".shutter input[type=file]").set_input_files(doubtful)
        expect(read).to_have_count(2, timeout=PATIENCE_MS)
        for number in ("川E7B7F挂", "川F7B7F挂"):  # the second tap corrects the first
            one = read.filter(has_text=number)
            expect(one).to_have_text(re.compile(r"存疑 \d+%，请核对"))
            one.click()
            expect(one).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_label("号牌号码", exact=True)).to_have_value("川F7B7F挂")
        button(page, "重拍").click()

        empty = tmp_path / "street.jpg"
        street((1280, 960), random.Random(1)).save(empty)
        page.locator(".shutter input[type=file]").set_input_files(empty)
        sees(page, "没有识别出车牌，请输入。")
        assert accessibility_violations(page) == []


def test_without_a_network_photo_and_record_wait_and_go_out_in_order(
    city: Product, visitors: Visitors, picture: Path
) -> None:
    before = len(states(city))
    with on_duty(city, "police1"):
        page = at_the_camera(visitors, city, "police1")
        page.context.set_offline(True)
        page.locator(".shutter input[type=file]").set_input_files(picture)
        types_the_plate(page, "川TB7Q55")
        button(page, "提交并通知车主").click()
        sees(page, "把车牌对进方框")
        assert len(states(city)) == before
        page.context.set_offline(False)
        until(lambda: len(states(city)) == before + 1, "what waited has gone out", 30)


def test_a_car_that_left_is_put_on_record_without_a_network_and_what_ended_meanwhile_is_explained(
    city: Product, visitors: Visitors, picture: Path
) -> None:
    with on_duty(city, "police1"):
        page = at_the_camera(visitors, city, "police1")
        for plate in ("川TE1A11", "川TE2B22"):
            page.locator(".shutter input[type=file]").set_input_files(picture)
            types_the_plate(page, plate)
            button(page, "提交并通知车主").click()
            sees(page, "把车牌对进方框")
        until(lambda: state_of(city, "川TE***2") == "noticed", "both are filed")
        button(page, "我的记录").click()
        sees(page, "川TE***1")
        page.context.set_offline(True)
        for plate in ("川TE***1", "川TE***2"):
            row = page.locator(".record", has_text=plate)
            button(row, "已驶离，拍照").click()
            sees(page, f"再拍一张：{plate} 已经不在原处。")
            page.locator(".shutter input[type=file]").set_input_files(picture)
            expect(page.locator(".record", has_text=plate)).to_contain_text("结果待上传", timeout=PATIENCE_MS)
        assert state_of(city, "川TE***1") == "noticed"
        withdrawn_meanwhile(city, "川TE***2")
        page.context.set_offline(False)
        until(lambda: state_of(city, "川TE***1") == "left", "what waited has gone out", 30)
        photos = database_says(
            city,
            "SELECT COUNT(*) FROM parking_notices n JOIN parking_records r ON r.id = n.record_id"
            " WHERE r.plate_masked = '川TE***1' AND n.kind = 'left'",
        )
        assert photos == [(1,)]
        button(page, "返回").click()
        page.locator(".banner", has_text="没有成功").click()
        sees(page, "这条违停记录已经是“已撤销”。")
        button(page, "知道了，放弃").click()


def state_of(city: Product, masked: str) -> str:
    rows = database_says(city, "SELECT state FROM parking_records WHERE plate_masked = ?", masked)
    return str(rows[0][0]) if rows else ""


def withdrawn_meanwhile(city: Product, masked: str) -> None:
    """By a commander, who has heard that it was an ambulance."""
    [(record,)] = database_says(city, "SELECT id FROM parking_records WHERE plate_masked = ?", masked)
    Officer(city, "commander").says(f"/api/v1/parking-records/{record}/withdraw", {"reason": "救护车"})


# The phone's clock was three days behind while the shutter was pressed.
CLOCK_WRONG = """() => {
  window.right = Date.prototype.toISOString;
  Date.prototype.toISOString = function () { return window.right.call(new Date(+this - 3 * 86400e3)); };
}"""
CLOCK_RIGHT = "() => { Date.prototype.toISOString = window.right; }"


def test_a_refused_photo_leads_back_to_the_camera_and_what_was_typed_is_still_there(
    city: Product, visitors: Visitors, picture: Path
) -> None:
    """Once at the camera, before anything is typed; once without a network, when all of it had been filed."""
    with on_duty(city, "police1"):
        page = at_the_camera(visitors, city, "police1")
        camera_input = page.locator(".shutter input[type=file]")
        page.evaluate(CLOCK_WRONG)
        camera_input.set_input_files(picture)
        sees(page, "照片没有被接受：手机时间不对")
        expect(camera_input).to_be_attached()
        page.context.set_offline(True)
        camera_input.set_input_files(picture)
        types_the_plate(page, "川TF3C33")
        page.get_by_role("radio", name="消防通道").click()
        button(page, "提交并通知车主").click()
        sees(page, "把车牌对进方框")
        page.evaluate(CLOCK_RIGHT)
        page.context.set_offline(False)
        button(page, "返回").click()
        page.locator(".banner", has_text="没有成功").click()
        sees(page, "手机时间不对")
        button(page, "重拍").click()
        sees(page, "已填的 川TF3C33 还在。")
        camera_input.set_input_files(picture)
        expect(page.get_by_role("radio", name="消防通道")).to_have_attribute("aria-checked", "true")
        button(page, "提交并通知车主").click()
        until(lambda: state_of(city, "川TF***3") == "noticed", "the record is filed")
        grounds = "SELECT grounds FROM parking_records WHERE plate_masked = '川TF***3'"
        assert database_says(city, grounds) == [("fire_lane",)]
        button(page, "返回").click()
        expect(page.locator(".banner", has_text="没有成功")).to_have_count(0)
