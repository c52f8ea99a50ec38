"""What the people of an accident do with their phones."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2
from playwright.sync_api import Page, expect

from tests.browser.people import PATIENCE_MS, button, sees
from tests.support.product import Product
from tests.web.client import picture

WU = {"姓名": "吴建国", "驾驶证或身份证号": "513101199001011234", "手机号": "13812340001", "车牌号": "川TA1235",
      "保险公司": "平安财险", "保单号": "PA2026000111"}  # fmt: skip
LUO = {"姓名": "罗小梅", "驾驶证或身份证号": "513101199202025678", "手机号": "13812340002", "车牌号": "川TD12345",
       "保险公司": "人保财险", "保单号": "PI2026000222"}  # fmt: skip


def opens(page: Page, city: Product, path: str = "/accident") -> None:
    page.goto(city.web_url + path)
    sees(page, "已定位")


def fills_in(page: Page, own: dict[str, str], says: str = "") -> None:
    page.get_by_label("碰撞部位").select_option("车头")
    for label, text in own.items():
        page.get_by_label(label).fill(text)
    if says:
        page.get_by_label("事情经过").fill(says)


def enters(page: Page, own: dict[str, str], says: str = "") -> None:
    fills_in(page, own, says)
    button(page, "保存").click()


def takes_photos(page: Page, folder: Path) -> None:
    """The three of the guide, each its own; then the road is left."""
    for number, shot in enumerate(("车前方", "车后方", "碰撞部位")):
        scene = folder / f"{number}.jpg"
        scene.write_bytes(picture(size=(640, 480 + number)))
        page.get_by_label(re.compile(shot)).set_input_files(scene)
    button(page, "已经挪开").click()


def draws(page: Page) -> None:
    box = page.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 30):
        page.mouse.move(box["x"] + 30 + step * 8, box["y"] + 40 + (step % 5) * 10)
    page.mouse.up()


def signs(page: Page) -> None:
    draws(page)
    button(page, "同意并签字").click()


def downloads(page: Page) -> bytes:
    with page.expect_download() as download:
        button(page, "下载 PDF").click()
    return Path(download.value.path()).read_bytes()


def text_of(paper: bytes) -> str:
    """What stands on it, without any blanks."""
    pages = pypdfium2.PdfDocument(paper)
    return "".join("".join(page.get_textpage().get_text_range() for page in pages).split())


def both_there(first: Page, second: Page, city: Product, folder: Path) -> None:
    """Two phones in one accident: its form, its photos, and the second one by the first one's code."""
    opens(first, city)
    button(first, "都没有，只是车碰了").click()
    button(first, "追尾").click()
    takes_photos(first, folder)
    code = first.locator("p.code")
    expect(code).to_be_visible(timeout=PATIENCE_MS)
    second.goto(f"{city.web_url}/accident?join={code.inner_text().replace(' ', '')}")
    sees(first, "谁的责任？")
    button(first, "我").click()
    sees(first, "我的信息")
    # Once the first one's photos have come.
    sees(second, "我的信息")
