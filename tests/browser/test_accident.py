"""Accidents in the street: somebody hurt, and the officer's screen knows; two phones that make an agreement."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.people import PATIENCE_MS, OfficerOnDuty, Sample, button, database_says, sees
from tests.support.browser import Visitors, accessibility_violations
from tests.support.product import Product, running_product
from tests.support.waiting import until
from tests.web.client import picture

WU = {"姓名": "吴建国", "驾驶证或身份证号": "513101199001011234", "手机号": "13812340001", "车牌号": "川TA1235",
      "保险公司": "平安财险", "保单号": "PA2026000111"}  # fmt: skip
LUO = {"姓名": "罗小梅", "驾驶证或身份证号": "513101199202025678", "手机号": "13812340002", "车牌号": "川TD12345",
       "保险公司": "人保财险", "保单号": "PI2026000222"}  # fmt: skip


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    home = tmp_path_factory.mktemp("accident") / "home"
    with running_product(home, limits="off", processes="web=1,hub=1,worker=1") as product:
        yield product


def heard(city: Product) -> tuple[datetime, datetime] | None:
    """When the accident was reported, and when an officer's phone had it."""
    rows = database_says(
        city,
        "SELECT i.requested_at, o.received_at FROM incidents i JOIN offers o ON o.incident_id = i.id"
        " WHERE i.kind = 'accident' AND o.received_at IS NOT NULL",
    )
    return (datetime.fromisoformat(rows[0][0]), datetime.fromisoformat(rows[0][1])) if rows else None


def opens(page: Page, city: Product, path: str = "/accident") -> None:
    page.goto(city.web_url + path)
    sees(page, "已定位")


def fills_in(page: Page, own: dict[str, str]) -> None:
    page.get_by_label("碰撞部位").select_option("车头")
    for label, text in own.items():
        page.get_by_label(label).fill(text)
    button(page, "保存").click()


def takes_photos(page: Page, folder: Path) -> None:
    """The three of the guide, each its own; then the road is left."""
    for number, shot in enumerate(("车前方", "车后方", "碰撞部位")):
        scene = folder / f"{number}.jpg"
        scene.write_bytes(picture(size=(640, 480 + number)))
        page.get_by_label(re.compile(shot)).set_input_files(scene)
    button(page, "已经挪开").click()


def signs(page: Page) -> None:
    box = page.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 30):
        page.mouse.move(box["x"] + 30 + step * 8, box["y"] + 40 + (step % 5) * 10)
    page.mouse.up()
    button(page, "同意并签字").click()


@pytest.mark.timeout(120)
def test_somebody_hurt_is_on_the_officers_screen_without_any_form(city: Product, visitors: Visitors) -> None:
    page = visitors.phone()
    officer = OfficerOnDuty(city, visitors, Sample.of(city).account("police"))
    officer.signs_in_and_goes_on_duty()
    opens(page, city)
    button(page, "有人受伤").click()
    button(page, "一键报警").click()
    # Nothing was typed: the message reaches the officer's screen.
    sees(officer.page, "有人受伤")
    sees(page, "已报警")
    sees(page, "不要搬动伤员，先打 120")
    assert accessibility_violations(page) == []
    requested, received = until(lambda: heard(city), "his phone has said that it has it", 20)
    assert (received - requested).total_seconds() < 1, "by the product's own instants"
    officer.accepts()
    sees(page, "民警正在赶来")
    page.reload()
    sees(page, "民警正在赶来")
    officer.page.locator("article .what").first.click()
    sees(officer.page, "当事人与责任")
    assert accessibility_violations(officer.page) == []


@pytest.mark.timeout(180)
def test_two_phones_make_an_agreement_and_anybody_verifies_it(
    city: Product, visitors: Visitors, tmp_path: Path
) -> None:
    first, second = visitors.phone(), visitors.phone()
    opens(first, city)
    button(first, "都没有，只是车碰了").click()
    button(first, "追尾").click()
    takes_photos(first, tmp_path)
    code = first.locator("p.code")
    expect(code).to_be_visible(timeout=PATIENCE_MS)
    # The phone dies and comes back: nothing is lost.
    second.goto(f"{city.web_url}/accident?join={code.inner_text().replace(' ', '')}")
    sees(first, "谁的责任？")
    first.reload()
    sees(first, "谁的责任？")
    button(first, "我").click()
    sees(first, "我的信息")
    fills_in(first, WU)
    sees(first, "还缺")

    fills_in(second, LUO)
    expect(second.get_by_text("吴*国")).to_be_visible(timeout=PATIENCE_MS)
    assert "13812340001" not in second.content()
    assert "川TA1235" not in second.content()
    assert accessibility_violations(second) == []
    signs(second)
    sees(second, "您已签字，等对方签字")
    signs(first)
    sees(first, "协议已达成")
    sees(second, "协议已达成")

    with first.expect_download() as download:
        button(first, "下载 PDF").click()
    paper = Path(download.value.path()).read_bytes()
    text = "".join(
        "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(paper)).split()
    )
    for wanted in (*WU.values(), *LUO.values(), "追尾前车", "全部责任", "无责任"):
        assert wanted in text, wanted

    second.get_by_role("link", name=re.compile("核验码")).click()
    sees(second, "有效")
    sees(second, hashlib.sha256(paper).hexdigest())
    kept, other = tmp_path / "paper.pdf", tmp_path / "other.pdf"
    kept.write_bytes(paper)
    other.write_bytes(paper + b" ")
    second.locator("#file").set_input_files(kept)
    sees(second, "一致：与签发的文件一字不差")
    second.locator("#file").set_input_files(other)
    sees(second, "不一致：这不是签发的文件")
    assert accessibility_violations(second) == []
    links = database_says(city, "SELECT link FROM simulator_messages WHERE link LIKE '%/a/%'")
    assert len(links) == 2
    third = visitors.phone()
    link = str(links[0][0])
    third.goto(city.web_url + link[link.index("/a/") :])
    sees(third, "协议已达成")


@pytest.mark.timeout(120)
def test_one_phone_serves_both_parties(city: Product, visitors: Visitors, tmp_path: Path) -> None:
    page = visitors.phone()
    opens(page, city)
    button(page, "都没有，只是车碰了").click()
    button(page, "追尾").click()
    takes_photos(page, tmp_path)

    def slowly(route: Route) -> None:
        """The answer comes after the news that the other one is there."""
        answer = route.fetch()
        sees(page, "谁的责任？")
        route.fulfill(response=answer)

    page.route(re.compile("/parties$"), slowly)
    button(page, "对方用这部手机").click()
    sees(page, "现在由乙方填写")
    button(page, "对方").click()
    fills_in(page, LUO)
    sees(page, "还缺：对方的信息")
    button(page, "换另一方填写").click()
    sees(page, "现在由甲方填写")
    fills_in(page, WU)
    signs(page)
    button(page, "请把手机交给对方").click()
    sees(page, "现在由乙方填写")
    signs(page)
    sees(page, "协议已达成")
