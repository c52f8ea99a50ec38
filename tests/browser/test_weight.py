"""What the pages weigh on the way, and that nothing jumps under the thumb, neither while loading nor by an event.

That the requester's page weighs at most 45 KB until it can be pressed, and stands still, is in ``test_driver_page``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.backstage import ask, on_duty, sign_in
from tests.browser.people import PATIENCE_MS, Requester, Sample, button, masked, sees
from tests.support.browser import Visitors
from tests.support.product import Product, running_product
from web.assets import BASE, FOLDER

pytestmark = pytest.mark.usefixtures("empty_board")

HUB_CLIENT = "node_modules/centrifuge/build/index.mjs"
HUB_CLIENT_BYTES = 25 * 1024
WORTH_PACKING_BYTES = 1024
MOST_SHIFT = 0.02
# All that moved since the first frame. Nobody touches these pages, so the browser's own exception for what follows a
# touch would only hide things: it also counts the setting up of a phone's window as one.
WATCH_SHIFTS = """
window.shifts = [];
const keep = (found) => {
  for (const shift of found)
    window.shifts.push([shift.value, shift.sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? "gone")]);
  return window.shifts;
};
const observer = new PerformanceObserver((seen) => keep(seen.getEntries()));
observer.observe({type: "layout-shift", buffered: true});
window.shiftsUntilNow = () => keep(observer.takeRecords());
"""
# A glide long enough for the next event to come in the middle of it.
SLOW_GLIDES = """
const animate = Element.prototype.animate;
Element.prototype.animate = function (frames, timing) {
  return animate.call(this, frames, {...timing, duration: 10 * timing.duration});
};
"""
TWO_FRAMES = "() => new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)))"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("weight") / "home", limits="off") as product:
        yield product


def hub_client() -> str:
    """The path of the live feed's client among the built files."""
    manifest = json.loads((FOLDER / ".vite" / "manifest.json").read_text("utf-8"))
    return BASE + str(manifest[HUB_CLIENT]["file"])


class Arriving:
    """Everything of ours that arrives in one window, with its weight as it travelled."""

    def __init__(self, page: Page) -> None:
        self.responses: list[Response] = []
        page.on("response", lambda response: self.responses.append(response))

    def of(self, path: str) -> Response:
        return next(one for one in self.responses if urlsplit(one.url).path == path)

    def unpacked(self) -> list[str]:
        """What is long enough to be packed, can be, and was not."""
        return [
            one.url
            for one in self.responses
            if re.search(r"\\.(js|css)$|/s/|/officer$|/wall$", urlsplit(one.url).path)
            and len(one.body()) > WORTH_PACKING_BYTES
            and one.headers.get("content-encoding") != "gzip"
        ]


def stands_still(page: Page) -> None:
    """Nothing has moved by itself since the page began to load."""
    # Two frames: what has just changed is measured by then.
    page.evaluate(TWO_FRAMES)
    shifts = page.evaluate("window.shiftsUntilNow()")
    assert sum(value for value, _ in shifts) <= MOST_SHIFT, shifts


def watched(page: Page) -> Page:
    page.add_init_script(WATCH_SHIFTS)
    return page


def test_pages_scripts_and_styles_travel_packed(city: Product, visitors: Visitors) -> None:
    for page, address, there in (
        (visitors.phone(), f"/s/{Sample.of(city).stickers[0]['code']}", "挡住出入口"),
        (visitors.phone(), "/officer", "民警登录"),
        (visitors.wall(), "/wall", "实时勤务指挥"),
    ):
        arriving = Arriving(page)
        page.goto(city.web_url + address)
        sees(page, there)
        page.wait_for_load_state("networkidle") if address.startswith("/s/") else None
        assert arriving.responses
        assert arriving.unpacked() == []


def test_the_hub_client_comes_only_after_a_request_was_made(city: Product, visitors: Visitors) -> None:
    requester = Requester(city, visitors, Sample.of(city).stickers[1])
    page = requester.page
    before: list[str] = []
    page.on("request", lambda sent: before.append(urlsplit(sent.url).path))
    with page.expect_response(lambda found: urlsplit(found.url).path == hub_client()) as arrived:
        requester.scans_and_asks()
    assert before.index("/api/v1/move-requests") < before.index(hub_client())
    assert arrived.value.headers["content-encoding"] == "gzip"
    assert arrived.value.request.sizes()["responseBodySize"] <= HUB_CLIENT_BYTES


def test_without_scripts_the_first_paint_shows_the_plate(city: Product, visitors: Visitors) -> None:
    page = visitors.phone(java_script_enabled=False)
    page.goto(f"{city.web_url}/s/{Sample.of(city).stickers[0]['code']}")
    expect(page.get_by_role("img", name="车牌 川T，其余已隐藏")).to_be_visible()
    expect(page.get_by_role("heading", name="请车主来挪车")).to_be_visible()
    expect(page.get_by_role("banner")).to_contain_text("车上码")


def test_the_measure_sees_what_jumps(city: Product, visitors: Visitors) -> None:
    page = watched(visitors.phone())
    page.goto(f"{city.web_url}/help")
    page.evaluate(TWO_FRAMES)
    page.evaluate("document.querySelector('main').style.marginTop = '300px'")
    page.wait_for_function("window.shiftsUntilNow().length > 0")


def test_the_requesters_status_stands_still(city: Product, visitors: Visitors) -> None:
    requester = Requester(city, visitors, Sample.of(city).stickers[2])
    page = watched(requester.page)
    requester.scans_and_asks()
    button(page, "车已挪走").wait_for()
    requester.reads("已通知车主")
    page.reload()
    button(page, "车已挪走").wait_for()
    requester.reads("已通知车主")
    stands_still(page)


def test_the_owners_page_stands_still(city: Product, visitors: Visitors) -> None:
    case = ask(city, 3)
    page = watched(visitors.phone())
    page.goto(case.owners_link)
    button(page, "车已经挪走了").wait_for()
    stands_still(page)
    # While the answers can be pressed; at the end they go away, and there is nothing left to press wrongly.
    case.does("hand_over")
    sees(page, "请尽快挪车")
    stands_still(page)


def test_the_officers_page_stands_still(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        ask(city, 4)
        page = watched(visitors.phone())
        sign_in(page, city, "police1")
        page.goto(f"{city.web_url}/officer")
        page.get_by_role("button", name=re.compile("^接警")).first.wait_for()
        stands_still(page)
        ask(city, 5, "fire_lane")
        sees(page, "消防通道")
        stands_still(page)


def test_the_officers_page_stands_still_when_one_is_offered(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police2"):
        page = watched(visitors.phone())
        sign_in(page, city, "police2")
        case = ask(city, 6, "space")
        page.goto(f"{city.web_url}/officer")
        sees(page, "占用车位")
        case.does("hand_over")
        sees(page, "派给您")
        stands_still(page)


def test_what_comes_while_a_card_glides_waits_until_it_rests(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police2"):
        page = watched(visitors.phone())
        page.add_init_script(SLOW_GLIDES)
        sign_in(page, city, "police2")
        cases = [ask(city, number, "other") for number in (8, 9, 10)]
        page.goto(f"{city.web_url}/officer")
        expect(page.get_by_text("其他原因")).to_have_count(3)
        for asked, case in enumerate(cases[1:], start=1):
            case.does("hand_over")
            expect(page.get_by_text("派给您")).to_have_count(asked)
        stands_still(page)


def test_the_wall_stands_still(city: Product, visitors: Visitors) -> None:
    page = watched(visitors.wall())
    page.goto(f"{city.web_url}/wall")
    sees(page, "链路正常")
    expect(page.locator(".screen")).not_to_have_class(re.compile("loading"))
    stands_still(page)
    case = ask(city, 7)
    plate = masked(Sample.of(city).stickers[7]["plate"])
    sees(page, plate)
    stands_still(page)
    case.does("settle")
    expect(page.get_by_text(plate)).to_have_count(0, timeout=PATIENCE_MS)
    stands_still(page)
