"""One officer, one photo: how many taps and fields it takes, without a network, and the auxiliary officer's draft."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.backstage import on_duty, sign_in
from tests.browser.people import PATIENCE_MS, button, database_says, sees
from tests.support.browser import Visitors, accessibility_violations
from tests.support.plates import photographed
from tests.support.product import Product, running_product
from tests.support.waiting import until

# What a thumb does between the camera and the filed record; the keys of the plate's pad are the one field by hand.
COUNT = """() => {
  window.taps = 0; window.fields = new Set();
  addEventListener("click", (event) => {
    if (event.target.closest(".pad")) window.fields.add("plate");
    else if (event.isTrusted && !event.target.closest("label")) window.taps += 1;
  }, true);
  addEventListener("input", (event) => {
    if (event.target.type === "file") window.taps += 1;
    else window.fields.add(event.target.id);
  }, true);
}"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("parking") / "home", limits="off") as product:
        yield product


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return photographed(tmp_path / "scene.jpg", "川TA8P26")


def camera(page: Page) -> None:
    button(page, "违停记录").click()
    sees(page, "把车牌对进方框")


def states(city: Product) -> list[str]:
    rows = database_says(city, "SELECT state FROM parking_records ORDER BY filed_at")
    return [str(row[0]) for row in rows]


def press(page: Page, number: str) -> None:
    for sign in number:
        page.locator(".pad").get_by_role("button", name=sign, exact=True).click()


# A browser that gives no camera, so that the phone's own takes the photo of the scene.
NO_CAMERA = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('none'))"


def at_the_camera(visitors: Visitors, city: Product, username: str, *, live: bool = False) -> Page:
    """He is on duty and has agreed to be located; the camera is open."""
    page = visitors.phone()
    if not live:
        page.add_init_script(NO_CAMERA)
    sign_in(page, city, username)
    page.add_init_script("localStorage.setItem('wufen:position', 'given')")
    page.goto(city.web_url + ("/auxiliary" if username.startswith("aux") else "/officer"))
    camera(page)
    return page


def test_from_the_camera_to_filed_it_takes_two_taps_and_one_field(
    city: Product, visitors: Visitors, picture: Path
) -> None:
    with on_duty(city, "police1"):
        page = at_the_camera(visitors, city, "police1")
        page.evaluate(COUNT)
        page.locator(".shutter input[type=file]").set_input_files(picture)
        sees(page, "提交并通知车主")
        press(page, "川TA8P26")
        button(page, "提交并通知车主").click()
        until(lambda: states(city) == ["noticed"], "the record is filed")
        assert page.evaluate("window.taps") <= 3
        assert page.evaluate("[...window.fields]") == ["plate"]
        rows = database_says(city, "SELECT offence, district, plate_masked, lat FROM parking_records")
        assert [tuple(row)[:3] for row in rows] == [(1039, "511802", "川TA***6")]
        assert rows[0][3] is not None
        button(page, "我的记录").click()
        sees(page, "已通知")
        sees(page, "川TA***6")
        assert accessibility_violations(page) == []


def test_without_a_network_photo_and_record_wait_and_go_out_in_order(
    city: Product, visitors: Visitors, picture: Path
) -> None:
    before = len(states(city))
    with on_duty(city, "police1"):
        page = at_the_camera(visitors, city, "police1")
        page.context.set_offline(True)
        page.locator(".shutter input[type=file]").set_input_files(picture)
        press(page, "川TB7Q55")
        button(page, "提交并通知车主").click()
        sees(page, "把车牌对进方框")
        assert len(states(city)) == before
        page.context.set_offline(False)
        until(lambda: len(states(city)) == before + 1, "what waited has gone out", 30)


def test_an_auxiliary_officers_draft_is_signed_by_an_officer(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "aux1"), on_duty(city, "police1"):
        helper = at_the_camera(visitors, city, "aux1", live=True)
        button(helper, "拍照取证").click()
        press(helper, "川TC6R66")
        button(helper, "提交并通知车主").click()
        until(lambda: "waits" in states(city), "the draft is handed in")
        assert button(helper, "待复核").count() == 0
        page = at_the_camera(visitors, city, "police1")
        button(page, "待复核").click()
        page.get_by_role("button", name=re.compile("川TC")).click()
        expect(page.get_by_role("button", name=re.compile("川TC6R66"))).to_be_visible(timeout=PATIENCE_MS)
        button(page, "复核通过").click()
        until(lambda: "waits" not in states(city), "it is signed")
        sees(page, "没有等待复核的记录")
