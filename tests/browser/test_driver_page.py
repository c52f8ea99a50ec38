"""The driver's page by itself: light, still, readable by everyone, and patient with a bad network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.people import PATIENCE_MS, Owner, Requester, Sample, button, sees
from tests.support.browser import Visitors, accessibility_violations
from tests.support.product import Product, running_product

WEIGHT_BYTES = 45 * 1024
# Sums what moved from the first frame on, also what the browser takes for the echo of an input: there is none.
WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((seen) => {
  for (const shift of seen.getEntries()) window.shifted += shift.value;
}).observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("driver") / "home") as product:
        yield product


def sticker_page(city: Product, number: int, language: str = "zh") -> str:
    return f"{city.web_url}/s/{Sample.of(city).stickers[number]['code']}?lang={language}"


def _path(route: Route) -> str:
    return urlsplit(route.request.url).path


def test_it_is_light_until_it_can_be_pressed(city: Product, visitors: Visitors) -> None:
    page = visitors.phone()
    arrived: list[float] = []
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: arrived.append(event["encodedDataLength"]))
    # Only what the page itself names: what its script fetches later does not keep anybody waiting.
    url = sticker_page(city, 0)
    first = re.findall(r"/static/dist/[^\"]+", page.request.get(url).text())
    page.route(
        "**/static/dist/**", lambda route: route.continue_() if _path(route) in first else route.abort()
    )

    page.goto(url)
    expect(button(page, "挡住出入口")).to_be_visible()

    assert sum(arrived) <= WEIGHT_BYTES, arrived


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_moves_while_it_loads(city: Product, visitors: Visitors, language: str) -> None:
    page = visitors.phone()
    page.add_init_script(WATCH_SHIFTS)
    page.goto(sticker_page(city, 0, language))
    expect(page.get_by_role("button").nth(3)).to_be_visible()
    assert page.evaluate("window.shifted") == 0


def test_without_scripts_it_says_whom_to_call(city: Product, visitors: Visitors) -> None:
    page = visitors.phone(java_script_enabled=False)
    page.goto(sticker_page(city, 0))
    sees(page, "请车主来挪车")
    expect(page.get_by_role("link", name="122")).to_have_attribute("href", "tel:122")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everyone_can_read_and_press_it(city: Product, visitors: Visitors, scheme: str) -> None:
    page = visitors.phone(color_scheme=scheme)
    found: dict[str, list[str]] = {}
    tail = Sample.of(city).stickers[1]["plate"][-3:]

    page.goto(sticker_page(city, 1))
    button(page, "挡住出入口").wait_for()
    found["the first question"] = accessibility_violations(page)
    button(page, "挡住出入口").click()
    found["the second question"] = accessibility_violations(page)
    page.get_by_label("车牌末三位").fill(tail)
    button(page, "通知车主挪车").click()
    button(page, "车已挪走").wait_for()
    found["waiting"] = accessibility_violations(page)
    button(page, "撤回请求").click()
    found["withdrawing"] = accessibility_violations(page)
    button(page, "继续等").click()
    button(page, "车已挪走").click()
    button(page, "5 星").wait_for()
    found["the end"] = accessibility_violations(page)

    assert {state: wrong for state, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["/", "/help", "/privacy", "/s/nothing"])
def test_everyone_can_read_the_printed_pages(
    city: Product, visitors: Visitors, path: str, language: str
) -> None:
    page = visitors.phone()
    page.goto(f"{city.web_url}{path}?lang={language}")
    assert accessibility_violations(page) == []


def test_the_owners_page_is_readable_before_and_after_the_answer(city: Product, visitors: Visitors) -> None:
    requester = Requester(city, visitors, Sample.of(city).stickers[2])
    owner = Owner(city, visitors)
    owner.watches_the_phone()
    requester.scans_and_asks()
    owner.opens_the_message()
    sees(owner.page, "有人请您挪车")
    button(owner.page, "车已经挪走了").wait_for()
    assert accessibility_violations(owner.page) == []
    owner.answers_coming_in(3)
    owner.reads("已告诉对方")
    assert accessibility_violations(owner.page) == []


def test_a_clock_that_is_not_known_yet_shows_no_figure(city: Product, visitors: Visitors) -> None:
    requester = Requester(city, visitors, Sample.of(city).stickers[9])
    knows = False
    requester.page.route("**/api/v1/incidents/*", lambda route: route.continue_() if knows else route.abort())
    requester.scans_and_asks()
    requester.page.locator(".ring").wait_for()
    expect(requester.page.get_by_role("timer")).to_have_count(0)
    expect(requester.page.locator(".ring b")).to_have_count(0)
    knows = True
    expect(requester.page.get_by_role("timer")).to_be_visible(timeout=PATIENCE_MS)


def test_a_reload_comes_back_to_the_running_case(city: Product, visitors: Visitors) -> None:
    requester = Requester(city, visitors, Sample.of(city).stickers[3])
    requester.scans_and_asks()
    button(requester.page, "车已挪走").wait_for()
    requester.page.reload()
    button(requester.page, "车已挪走").wait_for()
    expect(requester.page.get_by_role("timer")).to_be_visible()


def test_what_is_pressed_in_a_dead_spot_is_sent_once_when_the_network_is_back(
    city: Product, visitors: Visitors
) -> None:
    requester = Requester(city, visitors, Sample.of(city).stickers[4])
    page = requester.page
    requester.scans_and_asks()
    button(page, "车已挪走").wait_for()

    keys: list[str] = []
    page.on("request", lambda request: keys.append(request.headers.get("idempotency-key", "")))
    page.route("**/api/v1/**", lambda route: route.abort())
    button(page, "车已挪走").click()
    requester.reads("已记下，联网后自动发送")
    page.unroute("**/api/v1/**")

    requester.reads("谢谢您的耐心")
    assert len({key for key in keys if key}) == 1


def test_a_request_that_was_on_its_way_survives_a_reload(city: Product, visitors: Visitors) -> None:
    requester = Requester(city, visitors, Sample.of(city).stickers[5])
    page = requester.page
    page.route("**/api/v1/move-requests", lambda route: route.abort())
    requester.scans_and_asks()
    requester.reads("正在继续尝试")
    page.unroute("**/api/v1/move-requests")
    page.reload()
    expect(button(page, "车已挪走")).to_be_visible(timeout=PATIENCE_MS)


def test_a_wrong_end_of_the_plate_is_said_where_it_was_typed(city: Product, visitors: Visitors) -> None:
    page = visitors.phone()
    page.goto(sticker_page(city, 6))
    button(page, "占用车位").click()
    field = page.get_by_label("车牌末三位")
    field.fill("000")
    button(page, "通知车主挪车").click()
    sees(page, "还可以试 4 次")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-invalid", "true")
    field.press_sequentially("7")
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_the_location_may_be_refused(city: Product, visitors: Visitors) -> None:
    page: Page = visitors.phone(permissions=[])
    page.goto(sticker_page(city, 7))
    button(page, "消防通道").click()
    page.get_by_role("button", name=re.compile("位置")).click()
    sees(page, "车主会稍晚一点收到通知")
