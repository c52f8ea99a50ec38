"""The officer's phone without a network: what was seen is readable, what was done goes out in order, once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.backstage import Case, Officer, ask, on_duty, sign_in
from tests.browser.people import PATIENCE_MS, Sample, button, database_says, sees
from tests.support.browser import Visitors
from tests.support.pictures import street
from tests.support.product import Product, running_product
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("empty_board")

NO_ROOM = """() => {
  IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""
KEPT = """async () => {
  const names = (await indexedDB.databases()).map(({name}) => name);
  if (!names.includes("wufen")) return {views: [], parcels: []};
  const db = await new Promise((done, failed) => {
    const opening = indexedDB.open("wufen");
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => failed(opening.error);
  });
  const all = (store) => new Promise((done) => {
    const asking = db.transaction(store).objectStore(store).getAll();
    asking.onsuccess = () => done(asking.result);
  });
  const found = {views: await all("views"), parcels: await all("parcels")};
  db.close();
  return found;
}"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("offline") / "home", limits="off") as product:
        yield product


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return street(tmp_path / "street.jpg")


def story_of(city: Product, case: Case) -> list[str]:
    rows = database_says(city, "SELECT name FROM events WHERE incident_id = ? ORDER BY offset", case.id)
    return [name for (name,) in rows]


def kept_by(page: Page) -> dict[str, list[dict[str, Any]]]:
    """What the phone keeps in IndexedDB."""
    found: dict[str, list[dict[str, Any]]] = page.evaluate(KEPT)
    return found


def is_kept(page: Page, name: str) -> None:
    """The phone has written down what it sees under ``name``."""
    until(lambda: name in {view["name"] for view in kept_by(page)["views"]}, f"{name} to be kept")


def opens(page: Page, city: Product, username: str = "police1") -> None:
    sign_in(page, city, username)
    page.goto(f"{city.web_url}/officer")
    page.get_by_role("tab", name=re.compile("待接")).wait_for()


def loses_the_network(page: Page) -> None:
    page.context.set_offline(True)
    sees(page, "网络已断开，可继续处置")


def test_a_whole_job_without_a_network_goes_out_in_order_and_once(
    city: Product, visitors: Visitors, picture: Path
) -> None:
    with on_duty(city, "police1"):
        case = ask(city, 0)
        page = visitors.phone()
        opens(page, city)
        page.get_by_role("button", name=re.compile("^接警")).wait_for()
        keys: list[str] = []
        page.on("request", lambda sent: keys.append(sent.headers.get("idempotency-key", "")))
        loses_the_network(page)
        page.get_by_role("button", name=re.compile("^接警")).click()
        page.locator(".card .what").first.click()
        button(page, "我已到场").click()
        page.locator("input[type=file]").set_input_files(picture)
        expect(page.get_by_role("img", name="待上传的现场照片")).to_be_visible()
        button(page, "处置完成").click()
        sheet = page.get_by_role("dialog")
        sheet.get_by_role("button", name="处置完成").click()
        sees(page, "3 项操作、1 张照片存在手机上")
        assert story_of(city, case) == ["requested"]

        page.context.set_offline(False)
        until(lambda: "resolved" in story_of(city, case), "everything to be sent")
        assert story_of(city, case) == ["requested", "accepted", "arrived", "photographed", "resolved"]
        expect(page.get_by_text("存在手机上")).to_have_count(0)
        assert kept_by(page)["parcels"] == []
        # Offline nothing was tried in vain under another key.
        assert len({key for key in keys if key}) == 4


def test_a_conflict_is_explained_and_settled_by_the_officer(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"), on_duty(city, "police2") as colleague:
        case = ask(city, 1)
        page = visitors.phone()
        opens(page, city)
        page.get_by_role("button", name=re.compile("^接警")).wait_for()
        loses_the_network(page)
        page.get_by_role("button", name=re.compile("^接警")).click()
        page.locator(".card .what").first.click()
        button(page, "我已到场").click()
        colleague.does(case, "accept")
        page.context.set_offline(False)
        expect(page.get_by_role("alert").filter(has_text="“接警”没有成功")).to_be_visible(timeout=PATIENCE_MS)
        button(page, "返回").click()
        page.get_by_role("button", name=re.compile("1 项没有成功")).click()
        sheet = page.get_by_role("dialog")
        expect(sheet.get_by_role("heading", name=re.compile("“接警”没有成功"))).to_be_visible()
        expect(sheet.get_by_text(re.compile(r"^051836 (刚刚|\d+ 分钟前)已接警。$"))).to_be_visible()
        expect(sheet.get_by_text("之后的 1 项操作也在等这一步。")).to_be_visible()
        # Nothing is dropped by itself, not by a reload either.
        page.reload()
        page.get_by_role("button", name=re.compile("1 项没有成功")).click()
        button(page.get_by_role("dialog"), "知道了，放弃").click()
        sees(page, "没有待上传的内容")
        assert kept_by(page)["parcels"] == []
        assert story_of(city, case) == ["requested", "accepted"]


def test_a_break_and_a_relief_without_a_network_go_out_afterwards_and_a_conflict_is_explained(
    city: Product, visitors: Visitors
) -> None:
    with on_duty(city, "police1"), on_duty(city, "police2"):
        page = visitors.phone()
        opens(page, city)
        row = page.get_by_role("button", name=re.compile("^我的状态"))
        loses_the_network(page)
        for status in ("忙碌", "休息"):
            row.click()
            page.get_by_role("dialog").get_by_role("button", name=re.compile(f"^{status}")).click()
            expect(row).to_contain_text(status)
        expect(row).to_contain_text("待上传")
        # The newest word counts; the one before it never goes.
        assert [one["command"] for one in kept_by(page)["parcels"]] == ["status_break"]
        assert status_of(city) == "available"
        page.context.set_offline(False)
        until(lambda: status_of(city) == "break", "the break to be told")
        expect(row).not_to_contain_text("待上传")

        # While nobody heard of it he was sent: it is said why he is on no break.
        row.click()
        page.get_by_role("dialog").get_by_role("button", name=re.compile("^可派警")).click()
        until(lambda: status_of(city) == "available", "him to be available")
        case = ask(city, 0)
        page.get_by_role("button", name=re.compile("^接警")).wait_for()
        loses_the_network(page)
        row.click()
        page.get_by_role("dialog").get_by_role("button", name=re.compile("^休息")).click()
        Officer(city, "police1").does(case, "accept")
        page.context.set_offline(False)
        expect(page.get_by_role("alert").filter(has_text="改为休息")).to_be_visible(timeout=PATIENCE_MS)
        expect(row).to_contain_text("途中", timeout=PATIENCE_MS)

        # Handed over without a network: kept with its note, and the colleague reads it afterwards.
        page.get_by_role("switch", name="在岗").click()
        sheet = page.get_by_role("dialog")
        button(sheet, "请他接手").wait_for()
        page.context.set_offline(True)
        sheet.get_by_label("交代一句").fill("车主在东门等")
        button(sheet, "请他接手").click()
        expect(sheet.get_by_text("请同事接手", exact=True)).to_be_visible()
        assert "relief_asked" in [one["command"] for one in kept_by(page)["parcels"]]
        assert database_says(city, "SELECT count(*) FROM handovers") == [(0,)]
        page.context.set_offline(False)
        asked = "SELECT status, note FROM handovers"
        until(lambda: database_says(city, asked) == [("asked", "车主在东门等")], "the relief to be asked")
        expect(sheet.get_by_text(re.compile("^等 .* 答复"))).to_be_visible(timeout=PATIENCE_MS)


def status_of(city: Product) -> str:
    """What police1 is doing, by the server."""
    rows = database_says(
        city,
        "SELECT shifts.status FROM shifts JOIN officers ON officers.id = shifts.officer_id"
        " WHERE ended_at IS NULL AND username = 'police1'",
    )
    return str(rows[0][0])


def test_what_was_refused_can_be_tried_again_when_it_is_possible_again(
    city: Product, visitors: Visitors
) -> None:
    with on_duty(city, "police1"), on_duty(city, "police2") as colleague:
        case = ask(city, 2)
        page = visitors.phone()
        opens(page, city)
        page.get_by_role("button", name=re.compile("^接警")).wait_for()
        loses_the_network(page)
        page.get_by_role("button", name=re.compile("^接警")).click()
        colleague.does(case, "accept")
        page.context.set_offline(False)
        page.get_by_role("button", name=re.compile("1 项没有成功")).click()
        sheet = page.get_by_role("dialog")
        button(sheet, "查看警情").wait_for()
        colleague.does(case, "release", reason="too_far")
        button(sheet, "再试一次").click()
        sees(page, "没有待上传的内容")
        until(lambda: story_of(city, case).count("accepted") == 2, "the second try")


def test_a_waiting_step_is_taken_back_with_what_was_built_on_it(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        case = ask(city, 3)
        page = visitors.phone()
        opens(page, city)
        page.get_by_role("button", name=re.compile("^接警")).wait_for()
        loses_the_network(page)
        page.get_by_role("button", name=re.compile("^接警")).click()
        page.locator(".card .what").first.click()
        button(page, "我已到场").click()
        page.get_by_role("button", name=re.compile("2 项操作存在手机上")).click()
        page.get_by_role("dialog").get_by_role("button", name=re.compile("^撤回 · 接警")).click()
        sees(page, "没有待上传的内容")
        page.context.set_offline(False)
        expect(page.get_by_text("网络已断开")).to_have_count(0, timeout=PATIENCE_MS)
        assert story_of(city, case) == ["requested"]


def test_what_was_done_without_a_network_survives_the_page(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        case = ask(city, 4)
        page = visitors.phone()
        opens(page, city)
        page.route("**/accept", lambda route: route.abort())
        page.get_by_role("button", name=re.compile("^接警")).click()
        page.locator(".card .what").first.click()
        button(page, "我已到场").click()
        sees(page, "待上传")
        page.close()

        again = page.context.new_page()
        again.goto(f"{city.web_url}/officer")
        until(lambda: "arrived" in story_of(city, case), "what waited to be sent")
        assert story_of(city, case) == ["requested", "accepted", "arrived"]


def test_the_phone_keeps_nothing_more_personal_than_the_feed(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1") as officer:
        case = ask(city, 5, message="我是王小明，急用车")
        officer.does(case, "accept")
        page = visitors.phone()
        opens(page, city)
        page.get_by_role("tab", name=re.compile("处置中")).click()
        page.locator(".card .what").first.click()
        sees(page, "我是王小明")
        is_kept(page, f"incident:{case.id}")
        is_kept(page, "board:511802")
        kept = str(kept_by(page))
        plate = Sample.of(city).stickers[5]["plate"]
        assert "王小明" not in kept
        assert plate not in kept
        assert case.id in kept


def test_signing_out_clears_the_phone_and_says_before_what_would_be_lost(
    city: Product, visitors: Visitors
) -> None:
    officer = Officer(city, "police1")
    officer.goes_on_duty()
    ask(city, 6)
    page = visitors.phone()
    opens(page, city)
    page.route("**/accept", lambda route: route.abort())
    page.get_by_role("button", name=re.compile("^接警")).click()
    sees(page, "待上传")
    is_kept(page, "board:511802")
    officer.goes_off_duty()
    page.reload()
    page.get_by_role("switch", name="上岗").wait_for()
    button(page, "设置").click()
    button(page, "退出登录").click()
    sees(page, "还有 1 项操作没有发送，退出会删除它们。")
    assert len(kept_by(page)["parcels"]) == 1
    button(page, "删除并退出").click()
    button(page, "登录").wait_for()
    until(lambda: kept_by(page) == {"views": [], "parcels": []}, "the phone to be empty")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.includes('steps'))") == []


def test_another_account_finds_nothing_of_the_one_before(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        ask(city, 7)
        page = visitors.phone()
        opens(page, city)
        is_kept(page, "board:511802")
        sign_in(page, city, "police2")
        page.reload()
        page.get_by_role("switch", name="上岗").wait_for()
        until(lambda: len({view["account"] for view in kept_by(page)["views"]}) == 1, "the other's to go")
        assert [view for view in kept_by(page)["views"] if view["name"].startswith("board")] == []


def test_a_full_phone_says_so_and_takes_nothing_more(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        case = ask(city, 8)
        page = visitors.phone()
        opens(page, city)
        page.get_by_role("button", name=re.compile("^接警")).wait_for()
        loses_the_network(page)
        page.evaluate(NO_ROOM)
        page.get_by_role("button", name=re.compile("^接警")).click()
        expect(
            page.get_by_role("alert").filter(has_text="没有保存：手机上最多存 100 项、40 MB")
        ).to_be_visible()
        expect(page.get_by_role("tab", name=re.compile(r"处置中\s*0"))).to_be_visible()
        assert story_of(city, case) == ["requested"]
