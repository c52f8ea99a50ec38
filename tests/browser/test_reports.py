"""An offence is told and joined, verified by keyboard and read; another is rejected, objected to, upheld."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from models.clock import BEIJING, SystemClock
from tests.browser.backstage import sign_in
from tests.browser.people import PATIENCE_MS, Sample, button, sees
from tests.support.browser import Visitors, accessibility_violations
from tests.support.photos import encoded
from tests.support.plates import scene
from tests.support.product import Product, running_product

FIRE, BUS = "川TA8P26", "川TB3K71"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("reports") / "home") as product:
        yield product


def photo(number: str, *, seconds_ago: int = 0, turned: Image.Transpose | None = None) -> FilePayload:
    """As a phone leaves it: with the time at which it was taken, and no place."""
    picture = scene(number)
    if turned is not None:
        picture = picture.transpose(turned)
    taken = SystemClock().now().astimezone(BEIJING) - timedelta(seconds=seconds_ago)
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: f"{taken:%Y:%m:%d %H:%M:%S}", 0x9011: "+08:00"})
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": encoded(picture, exif=exif)}


def begins(page: Page, city: Product, offence: str) -> None:
    page.goto(f"{city.web_url}/report")
    button(page, offence).click()


def chooses(page: Page, *photos: FilePayload) -> None:
    page.locator("input[name=gallery]").set_input_files(list(photos))


def goes_on(page: Page) -> None:
    expect(button(page, "下一步")).to_have_attribute("aria-disabled", "false", timeout=PATIENCE_MS)
    button(page, "下一步").click()


def types(page: Page, plate: str) -> None:
    pad = page.get_by_role("group", name="号牌键盘")
    for sign in plate:
        button(pad, sign).click()


def tells(page: Page, plate: str) -> None:
    goes_on(page)
    types(page, plate)
    goes_on(page)
    sees(page, "谁能看到什么")
    button(page, "提交举报").click()


def desk_of(visitors: Visitors, city: Product, username: str) -> Page:
    desk = visitors.wall(reduced_motion="reduce")
    sign_in(desk, city, username)
    desk.goto(f"{city.web_url}/review")
    button(desk, "领取下一件").wait_for(timeout=PATIENCE_MS)
    return desk


@pytest.mark.timeout(180)
def test_a_report_is_told_joined_verified_and_read_and_another_is_objected_to(
    city: Product, visitors: Visitors
) -> None:
    officers = [one["username"] for one in Sample.of(city).accounts if one["role"] == "police"]
    officers = [name for name in officers if Sample.of(city).named(name)["district"] == "511802"][:2]
    first, second = visitors.phone(), visitors.phone()
    desk = desk_of(visitors, city, officers[0])
    sees(desk, "没有等待核实的举报")

    begins(first, city, "占用消防通道")
    camera = first.locator("input[name=camera]")
    camera.set_input_files(photo(FIRE, seconds_ago=0))
    sees(first, "还差 1 张照片")
    expect(first.get_by_text(re.compile("还要等"))).to_be_visible()
    assert accessibility_violations(first) == []
    expect(first.get_by_text("再拍一张", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    camera.set_input_files(photo(FIRE, turned=Image.Transpose.FLIP_LEFT_RIGHT))
    sees(first, "现场拍摄")
    tells(first, FIRE)
    sees(first, "等待核实")
    sees(first, "还有 5 个工作日")
    assert "/r/" in first.url
    assert accessibility_violations(first) == []

    # Without a reload.
    expect(desk.locator(".queue li")).to_have_count(1, timeout=PATIENCE_MS)

    begins(second, city, "占用消防通道")
    chooses(second, photo(FIRE, seconds_ago=40), photo(FIRE, seconds_ago=20))
    tells(second, FIRE)
    sees(second, "有人已经举报过了")
    assert accessibility_violations(second) == []
    button(second, "是同一件，一起举报").click()
    sees(second, "您加入了别人先举报的同一件")

    desk.keyboard.press("n")
    sees(desk, FIRE)
    expect(desk.locator(".pictures img")).to_have_count(4, timeout=PATIENCE_MS)
    assert accessibility_violations(desk) == []
    desk.keyboard.press("v")
    sees(desk, f"{FIRE} 已核实，已派警")
    for phone in (first, second):
        sees(phone, "举报属实，已经派人前往")

    third = visitors.phone()
    begins(third, city, "占用公交站")
    turned = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_180)
    chooses(third, *(photo(BUS, seconds_ago=20 * n, turned=way) for n, way in enumerate(turned, start=1)))
    tells(third, BUS)
    sees(third, "等待核实")
    expect(desk.locator(".queue li")).to_have_count(1, timeout=PATIENCE_MS)
    desk.keyboard.press("n")
    sees(desk, BUS)
    desk.keyboard.press("r")
    sees(desk, "为什么不采纳？")
    assert accessibility_violations(desk) == []
    desk.keyboard.press("3")
    sees(desk, f"{BUS} 未采纳")
    sees(third, "不构成违法")
    button(third, "我不同意这个结果").click()
    third.get_by_label("您为什么不同意？").fill("站牌就在照片里")
    button(third, "提出异议").click()
    sees(third, "由另一名民警重新核实")

    # Who decided is not given it again; another one is.
    desk.keyboard.press("n")
    sees(desk, "没有打开的举报")
    other = desk_of(visitors, city, officers[1])
    other.keyboard.press("n")
    sees(other, "站牌就在照片里")
    other.keyboard.press("u")
    sees(other, "为什么维持？")
    other.keyboard.press("2")
    sees(other, f"{BUS} 未采纳")
    sees(third, "复核维持原结果")
    expect(button(third, "我不同意这个结果")).to_have_count(0)
