"""The officer's phone in one hand: wide targets, nothing to the side, sound that is allowed and may be silenced."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.backstage import ask, on_duty, sign_in
from tests.browser.people import PATIENCE_MS, button, sees
from tests.support.browser import Visitors
from tests.support.product import Product, running_product
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("empty_board")

LEAST = 48
# What a thumb can press, and how large: what lies inside a label is as large as the label.
TOO_SMALL = """(least) => {
  const found = [];
  const pressable = "button, a[href], input, select, textarea, summary, [role=button], [role=tab], [role=switch]";
  for (const item of document.querySelectorAll(pressable)) {
    const open = [...document.querySelectorAll("dialog[open]")].at(-1);
    if (open && !open.contains(item)) continue;
    if (!item.checkVisibility({opacityProperty: false, visibilityProperty: true})) continue;
    const {width, height} = (item.closest("label") ?? item).getBoundingClientRect();
    if (width < least || height < least)
      found.push(`${item.tagName} ${item.className} ${item.textContent?.slice(0, 20)}: ${width} x ${height}`);
  }
  return found;
}"""
SIDEWAYS = """() => {
  const room = document.documentElement.clientWidth;
  const open = [...document.querySelectorAll("dialog[open]")].at(-1);
  const found = [];
  if (document.documentElement.scrollWidth > room) found.push(`page ${document.documentElement.scrollWidth}`);
  if (open && open.scrollWidth > open.clientWidth) found.push(`sheet ${open.scrollWidth}`);
  return found;
}"""
LISTENING = """
window.sounds = [];
window.buzzes = [];
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  window.sounds.push(this.frequency.value);
  return start.apply(this, when);
};
navigator.vibrate = (pattern) => { window.buzzes.push(pattern); return true; };
localStorage.setItem("wufen:position", "given");
"""
WAKING = """
window.held = 0;
const lock = () => {
  const held = new EventTarget();
  window.held += 1;
  held.release = () => { window.held -= 1; held.dispatchEvent(new Event("release")); return Promise.resolve(); };
  window.latest = held;
  return held;
};
Object.defineProperty(navigator, "wakeLock", {value: {request: () => Promise.resolve(lock())}});
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("hand") / "home", limits="off") as product:
        yield product


def opens(page: Page, city: Product) -> None:
    page.add_init_script(LISTENING)
    sign_in(page, city, "police1")
    page.goto(f"{city.web_url}/officer")
    page.get_by_role("tab", name=re.compile("待接|Open")).wait_for()


class Looking:
    """Goes through the screens of a shift, and remembers what was wrong on which."""

    def __init__(self, page: Page, script: str, *given: int) -> None:
        self._page, self._script, self._given = page, script, given
        self.wrong: dict[str, list[str]] = {}

    def at(self, screen: str) -> None:
        if found := self._page.evaluate(self._script, *self._given):
            self.wrong[screen] = found


def goes_through_a_shift(page: Page, city: Product, look: Looking) -> None:
    """List, map, settings, an incident with its sheets, what waits without a network."""
    look.at("the list")
    page.get_by_role("tab", name=re.compile("地图|Map")).click()
    page.locator(".canvas .mark").last.click()
    page.locator(".map-card").wait_for()
    look.at("the map")
    page.get_by_role("tab", name=re.compile("待接|Open")).click()
    page.locator(".face").first.click()
    page.get_by_role("dialog").wait_for()
    look.at("the settings")
    page.keyboard.press("Escape")
    page.locator(".card .what").first.click()
    page.locator(".foot .go").wait_for()
    look.at("an incident")
    for sheet, opener in (("the way", 0), ("more", 1)):
        page.locator(".foot .square").nth(opener).click()
        page.get_by_role("dialog").wait_for()
        look.at(sheet)
        page.keyboard.press("Escape")
    page.context.set_offline(True)
    page.locator(".foot .go").click()
    page.locator("button.banner").click()
    page.get_by_role("dialog").wait_for()
    look.at("what waits")
    page.keyboard.press("Escape")
    page.context.set_offline(False)


def test_every_target_is_as_wide_as_a_thumb(city: Product, visitors: Visitors) -> None:
    door = visitors.phone()
    door.goto(f"{city.web_url}/officer")
    button(door, "登录").wait_for()
    at_the_door = Looking(door, TOO_SMALL, LEAST)
    at_the_door.at("the door")
    assert at_the_door.wrong == {}
    with on_duty(city, "police1"):
        ask(city, 0, "fire_lane")
        ask(city, 1, "space")
        page = visitors.phone()
        opens(page, city)
        look = Looking(page, TOO_SMALL, LEAST)
        goes_through_a_shift(page, city, look)
        assert look.wrong == {}


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
@pytest.mark.parametrize(("width", "height"), [(320, 568), (360, 640)])
def test_a_small_phone_scrolls_nothing_to_the_side(
    city: Product, visitors: Visitors, width: int, height: int, language: str
) -> None:
    with on_duty(city, "police1"):
        ask(city, 2, "fire_lane")
        page = visitors.phone(language, viewport={"width": width, "height": height})
        opens(page, city)
        look = Looking(page, SIDEWAYS)
        goes_through_a_shift(page, city, look)
        assert look.wrong == {}


def test_sound_waits_for_the_first_touch_and_says_so(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        page = visitors.phone()
        opens(page, city)
        hint = button(page, "轻触一下，才能响铃")
        hint.wait_for()
        hint.click()
        expect(hint).to_have_count(0)
        ask(city, 4).does("hand_over")
        sees(page, "派给您")
        until(lambda: page.evaluate("window.sounds.length") >= 4, "the offer to sound")
        assert page.evaluate("window.buzzes.length") >= 1


def test_on_a_break_an_offer_is_felt_and_not_heard(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        page = visitors.phone()
        opens(page, city)
        button(page, "轻触一下，才能响铃").click()
        answered = page.request.put(
            f"{city.web_url}/api/v1/duty/status",
            data={"status": "break"},
            headers={"X-Wufen": "1", "Origin": city.web_url},
        )
        assert answered.ok, answered.text()
        page.reload()
        button(page, "轻触一下，才能响铃").click()
        button(page, "设置").click()
        sees(page, "休息中：不响铃，只振动")
        page.keyboard.press("Escape")
        ask(city, 5)
        expect(page.get_by_role("tab", name=re.compile(r"待接\s*1"))).to_be_visible(timeout=PATIENCE_MS)
        assert page.evaluate("window.sounds") == []


def test_the_screen_stays_on_while_on_duty_and_again_after_it_was_taken_away(
    city: Product, visitors: Visitors
) -> None:
    with on_duty(city, "police1"):
        page = visitors.phone()
        page.add_init_script(WAKING)
        opens(page, city)
        page.wait_for_function("window.held === 1")
        # The phone was locked: the browser takes it away, and gives it back when the page is seen again.
        page.evaluate("window.latest.release()")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.wait_for_function("window.held === 1")
        button(page, "设置").click()
        sees(page, "在岗看本页时不熄屏")


def test_a_phone_that_cannot_stay_on_says_what_to_do(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        page = visitors.phone()
        page.add_init_script("delete Navigator.prototype.wakeLock")
        opens(page, city)
        button(page, "设置").click()
        sees(page, "请在系统设置里延长自动锁屏")
