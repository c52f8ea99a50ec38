"""The officer's page as an app: installable, open without a network, renewed only when asked, right by any clock."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.backstage import ask, on_duty, sign_in
from tests.browser.people import PATIENCE_MS, Sample, button, sees
from tests.browser.test_phone_offline import is_kept, story_of
from tests.support.browser import Visitors, kept_profile
from tests.support.product import Product, running_product
from tests.support.waiting import until
from web.assets import FOLDER

pytestmark = pytest.mark.usefixtures("empty_board")

READY = """async () => {
  const worker = await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller)
    await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, {once: true}));
  return worker.active.scriptURL;
}"""
KEPT_FILES = """async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  return found;
}"""
KEPT_TEXT = """async () => {
  let text = "";
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) text += await (await cache.match(request)).text();
  }
  return text;
}"""
# A phone whose clock is off by so many milliseconds, from before the page's first script.
CLOCK_OFF = """
const Real = Date;
const off = %d;
globalThis.Date = class extends Real {
  constructor(...given) { given.length ? super(...given) : super(Real.now() + off); }
  static now() { return Real.now() + off; }
};
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("app") / "home", limits="off") as product:
        yield product


def opens(page: Page, city: Product, username: str = "police1") -> None:
    """Signed in and at work, with the service worker in charge."""
    sign_in(page, city, username)
    page.goto(f"{city.web_url}/officer")
    page.get_by_role("tab", name=re.compile("待接")).wait_for()
    page.evaluate(READY)


def seconds_left(page: Page) -> int:
    """What the first clock on the page says, spoken: minutes and seconds."""
    spoken = page.get_by_role("timer").first.get_attribute("aria-label") or ""
    minutes, seconds = re.findall(r"\d+", spoken)[:2]
    return int(minutes) * 60 + int(seconds)


@contextmanager
def another_build() -> Iterator[None]:
    """The front end as if it had been built anew, with one comment more."""
    manifest = FOLDER / ".vite/manifest.json"
    before = manifest.read_text("utf-8")
    chunks = json.loads(before)
    chunks["src/officer/news.ts"] = {"file": chunks["src/officer/main.ts"]["file"]}
    manifest.write_text(json.dumps(chunks), "utf-8")
    try:
        yield
    finally:
        manifest.write_text(before, "utf-8")


def test_chromium_finds_both_doors_installable(city: Product, browser: Browser, tmp_path: Path) -> None:
    with kept_profile(browser, tmp_path / "profile") as phone:
        for door, name in (("officer", "车上码 · 民警勤务"), ("auxiliary", "车上码 · 辅警勤务")):
            page = phone.new_page()
            page.goto(f"{city.web_url}/{door}")
            page.evaluate(READY)
            chromium = phone.new_cdp_session(page)
            told: dict[str, Any] = chromium.send("Page.getAppManifest")
            assert told["errors"] == []
            assert json.loads(told["data"])["name"] == name
            assert chromium.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


def test_a_closed_phone_opens_again_without_a_network_and_reads_what_it_has_seen(
    city: Product, browser: Browser, tmp_path: Path
) -> None:
    with on_duty(city, "police1") as officer:
        taken, waiting = ask(city, 0, message="请快一点"), ask(city, 1, "fire_lane")
        officer.does(taken, "accept")
        with kept_profile(browser, tmp_path / "profile") as phone:
            page = phone.new_page()
            opens(page, city)
            page.goto(f"{city.web_url}/officer#/incidents/{taken.id}")
            sees(page, "请快一点")
            is_kept(page, f"incident:{taken.id}")
            is_kept(page, "board:511802")
            is_kept(page, "duty")
        with kept_profile(browser, tmp_path / "profile") as phone:
            phone.set_offline(True)
            page = phone.new_page()
            page.goto(f"{city.web_url}/officer")
            sees(page, "网络已断开，可继续处置")
            expect(page.get_by_role("tab", name=re.compile(r"待接\s*1"))).to_be_visible(timeout=PATIENCE_MS)
            page.get_by_role("button", name=re.compile("^接警")).first.click()
            page.get_by_role("tab", name=re.compile(r"处置中\s*2")).wait_for()
            page.goto(f"{city.web_url}/officer#/incidents/{taken.id}")
            sees(page, "离线内容")
            sees(page, "已接警")
            assert page.get_by_text("请快一点").count() == 0
        # Once more closed: what was done waits, and goes out when there is a network.
        with kept_profile(browser, tmp_path / "profile") as phone:
            page = phone.new_page()
            page.goto(f"{city.web_url}/officer")
            until(lambda: story_of(city, waiting) == ["requested", "accepted"], "what waited to be sent")


def test_the_worker_keeps_the_page_and_its_files_and_nobodys_data(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        ask(city, 2, message="我是王小明")
        page = visitors.phone()
        opens(page, city)
        page.locator(".card .what").first.click()
        sees(page, "我是王小明")
        page.reload()
        sees(page, "我是王小明")
        files = page.evaluate(KEPT_FILES)
        assert "/officer" in files
        assert [path for path in files if path != "/officer" and not path.startswith("/static/dist/")] == []
        text = page.evaluate(KEPT_TEXT)
        assert "051827" not in text
        assert "王小明" not in text
        assert Sample.of(city).stickers[2]["plate"] not in text


def test_after_signing_out_an_offline_phone_shows_the_door_and_nothing_else(
    city: Product, visitors: Visitors
) -> None:
    page = visitors.phone()
    sign_in(page, city, "police2")
    page.goto(f"{city.web_url}/officer")
    page.get_by_role("switch", name="上岗").wait_for()
    page.evaluate(READY)
    page.reload()
    button(page, "设置").click()
    page.context.set_offline(True)
    button(page, "退出登录").click()
    sees(page, "网络恢复后，本页会完成退出")
    page.reload()
    button(page, "登录").wait_for()
    assert page.get_by_text("051836").count() == 0
    page.context.set_offline(False)
    page.reload()
    button(page, "登录").wait_for()
    expect(page.get_by_text("网络恢复后")).to_have_count(0)
    assert page.context.request.get(f"{city.web_url}/api/v1/me").status == 401


def test_a_new_version_is_offered_and_comes_when_asked_for(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        page = visitors.phone()
        opens(page, city)
        page.evaluate("window.untouched = true")
        with another_build():
            page.evaluate("async () => (await navigator.serviceWorker.getRegistration('/officer')).update()")
            fresh = page.get_by_role("button", name=re.compile("有新版本"))
            fresh.wait_for()
            # Nothing was reloaded under the hand.
            assert page.evaluate("window.untouched") is True
            fresh.click()
            page.wait_for_function("window.untouched === undefined")
            page.get_by_role("tab", name=re.compile("待接")).wait_for()
            expect(page.get_by_role("button", name=re.compile("有新版本"))).to_have_count(0)


def test_whoever_opens_the_page_anew_has_the_new_version_without_a_word(
    city: Product, visitors: Visitors
) -> None:
    with on_duty(city, "police1"):
        page = visitors.phone()
        opens(page, city)
        with another_build():
            page.reload()
            page.get_by_role("tab", name=re.compile("待接")).wait_for()
            page.wait_for_function(
                "async () => (await navigator.serviceWorker.getRegistration('/officer')).waiting === null"
                " && (await caches.keys()).length === 1"
            )
            expect(page.get_by_role("button", name=re.compile("有新版本"))).to_have_count(0)


def test_a_page_that_was_frozen_goes_on_where_the_world_is(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        page = visitors.phone()
        opens(page, city)
        sees(page, "没有待接的警情")
        chromium = page.context.new_cdp_session(page)
        chromium.send("Page.setWebLifecycleState", {"state": "frozen"})
        case = ask(city, 3, "fire_lane")
        chromium.send("Page.setWebLifecycleState", {"state": "active"})
        sees(page, "消防通道")
        button(page, "接警").click()
        until(lambda: story_of(city, case) == ["requested", "accepted"], "the step of a page that was frozen")


def test_a_reload_in_the_middle_of_a_deed_does_it_once(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        case = ask(city, 4)
        page = visitors.phone()
        opens(page, city)
        answered: list[str] = []

        def lose_the_answer(route: Any) -> None:
            # The server has done it; the phone never hears of it.
            answered.append(route.fetch().text())
            page.reload(wait_until="commit")

        page.route("**/accept", lose_the_answer, times=1)
        # The hub may tell the page before the lost answer would have: what follows is said of the new page.
        with page.expect_navigation(wait_until="commit"):
            page.get_by_role("button", name=re.compile("^接警")).click()
        expect(page.get_by_role("tab", name=re.compile(r"处置中\s*1"))).to_be_visible(timeout=PATIENCE_MS)
        expect(page.get_by_text("待上传")).to_have_count(0)
        assert len(answered) == 1
        assert story_of(city, case) == ["requested", "accepted"]


@pytest.mark.parametrize("hours", [-1, 1])
def test_the_countdown_is_the_servers_whatever_the_phones_clock_says(
    city: Product, visitors: Visitors, hours: int
) -> None:
    with on_duty(city, "police1"):
        right, wrong = visitors.phone(), visitors.phone()
        wrong.add_init_script(CLOCK_OFF % (hours * 3_600_000))
        ask(city, 5 + (hours > 0))
        opens(right, city)
        opens(wrong, city)
        wrong.get_by_role("timer").first.wait_for()
        right.get_by_role("timer").first.wait_for()
        assert abs(seconds_left(right) - seconds_left(wrong)) <= 2
        # Without a network, after a reload, by what was measured before.
        is_kept(wrong, "board:511802")
        is_kept(wrong, "duty")
        wrong.context.set_offline(True)
        wrong.reload()
        sees(wrong, "网络已断开")
        wrong.get_by_role("timer").first.wait_for()
        assert abs(seconds_left(right) - seconds_left(wrong)) <= 3
