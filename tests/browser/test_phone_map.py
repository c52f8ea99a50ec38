"""The officer's map: marks where the cars are, on shifted tiles too; colleagues, oneself, and the way there."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.backstage import Officer, ask, on_duty, sign_in
from tests.browser.people import PATIENCE_MS, button, sees
from tests.browser.test_phone_app import READY
from tests.support.browser import Visitors, accessibility_violations
from tests.support.product import Product, running_product
from tests.support.tiles import TILE_PIXELS, running_tiles, tile
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("empty_board")

TILES = "https://t{0-3}.tiles.example/{z}/{x}/{y}.png"
# The car of ``ask`` in WGS-84, and the same place in GCJ-02 by the published formula (computed apart).
CAR = {"lat": 29.9876, "lng": 103.0133}
CAR_SHIFTED = {"lat": 29.984940, "lng": 103.015167}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    home = tmp_path_factory.mktemp("map") / "home"
    settings = {"tiles_url": TILES, "tiles_crs": "gcj02", "tiles_attribution": "审图号 GS(2026)0001号"}
    with running_product(home, limits="off", **settings) as product:
        yield product


def without_worker(visitors: Visitors, **options: Any) -> Page:
    """The hosts of these tiles are answered by the test, which a service worker would not ask."""
    return visitors.phone(service_workers="block", **options)


def opens_the_map(page: Page, city: Product) -> list[str]:
    """Signed in, at the map; the addresses of the tiles that it asks for."""
    asked: list[str] = []

    def serve(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body=tile(), content_type="image/png")

    page.route("https://*.tiles.example/**", serve)
    gives_the_position(page)
    sign_in(page, city, "police1")
    page.goto(f"{city.web_url}/officer")
    page.get_by_role("tab", name="地图").click()
    page.locator(".canvas .here").wait_for()
    return asked


def gives_the_position(page: Page) -> None:
    """The officer was asked on another day, and has agreed."""
    page.add_init_script("localStorage.setItem('wufen:position', 'given')")


def middle(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).first.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def pixel_of(place: dict[str, float], zoom: int) -> tuple[float, float]:
    """Where a place stands on Web Mercator tiles, in pixels of the whole world (OGC, EPSG 3857)."""
    world = TILE_PIXELS * 2**zoom
    latitude = math.radians(place["lat"])
    return (
        (place["lng"] + 180) / 360 * world,
        (1 - math.log(math.tan(latitude) + 1 / math.cos(latitude)) / math.pi) / 2 * world,
    )


def test_on_shifted_tiles_a_car_stands_where_the_streets_have_it(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        ask(city, 0, "fire_lane", location={**CAR, "accuracy_m": 5})
        page = without_worker(visitors)
        opens_the_map(page, city)
        page.locator(".canvas .mark").wait_for()
        page.wait_for_function(
            "document.querySelectorAll('.leaflet-tile-container').length === 1"
            " && document.querySelector('.leaflet-tile-loaded')"
        )
        found: dict[str, Any] = page.evaluate(
            """() => {
              // Of a level that is left behind, tiles may stay for a moment.
              const zoom = ({src}) => Number(src.split("/").at(-3));
              const tiles = [...document.querySelectorAll(".leaflet-tile-loaded")];
              const tile = tiles.sort((a, b) => zoom(b) - zoom(a))[0];
              const {x, y} = tile.getBoundingClientRect();
              return {x, y, src: tile.src};
            }"""
        )
        zoom, column, row = (int(part) for part in re.findall(r"/(\d+)", found["src"].split("example")[1]))
        x, y = pixel_of(CAR_SHIFTED, zoom)
        expected = (found["x"] + x - column * TILE_PIXELS, found["y"] + y - row * TILE_PIXELS)
        at = middle(page, ".canvas .mark")
        assert abs(at[0] - expected[0]) <= 2, (at, expected)
        assert abs(at[1] - expected[1]) <= 2, (at, expected)


def test_tiles_come_from_the_configured_hosts_and_say_whose_they_are(
    city: Product, visitors: Visitors
) -> None:
    with on_duty(city, "police1"):
        page = without_worker(visitors)
        refused: list[str] = []
        page.on(
            "console", lambda said: refused.append(said.text) if "Content Security" in said.text else None
        )
        asked = opens_the_map(page, city)
        page.locator(".canvas .leaflet-tile-loaded").first.wait_for()
        assert asked
        assert [
            url for url in asked if not re.match(r"https://t[0-3]\.tiles\.example/\d+/\d+/\d+\.png$", url)
        ] == []
        sees(page, "审图号 GS(2026)0001号")
        assert refused == []
        page.evaluate(
            "new Promise((done) => { const other = new Image();"
            " other.onload = other.onerror = done; other.src = 'https://elsewhere.example/a.png'; })"
        )
        assert len(refused) == 1


def test_a_touch_on_a_mark_says_what_it_is_and_opens_it(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        ask(city, 1, "fire_lane", location={**CAR, "accuracy_m": 5})
        page = without_worker(visitors)
        opens_the_map(page, city)
        page.get_by_role("button", name=re.compile("^消防通道 .*0[45]:")).click()
        card = page.get_by_role("region", name="选中的警情")
        expect(card.get_by_text("消防通道")).to_be_visible()
        expect(card.get_by_text(re.compile(r"\d+ m|km"))).to_be_visible()
        card.get_by_role("button", name=re.compile("消防通道")).click()
        button(page, "接警").wait_for()


def test_a_colleague_stands_on_the_map_and_moves(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"), on_duty(city, "police2") as colleague:
        page = without_worker(visitors)
        opens_the_map(page, city)
        unit = page.locator(".canvas .unit")
        expect(unit).to_have_attribute("aria-label", "051836，现在的位置", timeout=PATIENCE_MS)
        before = middle(page, ".canvas .unit")
        colleague.moves({"lat": 29.9846, "lng": 103.0101, "accuracy_m": 8})
        expect(page.locator(".canvas .unit")).to_have_count(1)
        page.wait_for_function(
            "([x]) => Math.abs(document.querySelector('.canvas .unit').getBoundingClientRect().x + 24 - x) > 4",
            arg=list(before),
        )


def test_without_tiles_of_its_own_the_map_says_so_and_goes_on(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        ask(city, 2, location={**CAR, "accuracy_m": 5})
        page = without_worker(visitors)
        page.route("https://*.tiles.example/**", lambda route: route.abort())
        sign_in(page, city, "police1")
        page.goto(f"{city.web_url}/officer")
        page.get_by_role("tab", name="地图").click()
        sees(page, "底图没有加载，标记照常")
        page.locator(".canvas .mark").wait_for()


def test_the_map_comes_only_when_it_is_opened(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        page = without_worker(visitors)
        asked: list[str] = []
        page.on("request", lambda sent: asked.append(sent.url))
        sign_in(page, city, "police1")
        page.goto(f"{city.web_url}/officer")
        page.get_by_role("tab", name=re.compile("待接")).wait_for()
        assert [url for url in asked if "MapView" in url] == []
        page.get_by_role("tab", name="地图").click()
        page.locator(".canvas .leaflet-control-scale").wait_for()
        assert [url for url in asked if "MapView" in url] != []


def test_the_way_is_opened_in_the_map_of_ones_choice(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"):
        ask(city, 3, location={**CAR, "accuracy_m": 5})
        page = without_worker(visitors)
        sign_in(page, city, "police1")
        page.goto(f"{city.web_url}/officer")
        page.locator(".card .what").first.click()
        button(page, "导航").click()
        links = page.get_by_role("dialog").get_by_role("link")
        addresses = {link.inner_text(): link.get_attribute("href") or "" for link in links.all()}
        assert "103.015167,29.984940" in addresses["高德地图"]
        assert "29.984940,103.015167" in addresses["腾讯地图"]
        assert "coord_type=gcj02" in addresses["百度地图"]
        assert addresses["手机自带地图"].startswith("geo:29.987600,103.013300")


def test_what_comes_while_the_map_is_open_is_in_sight_until_a_hand_moves_it(
    city: Product, visitors: Visitors
) -> None:
    far, farther = (
        {"lat": CAR["lat"] + off, "lng": CAR["lng"] + off, "accuracy_m": 5} for off in (0.02, 0.06)
    )
    with on_duty(city, "police1"):
        page = without_worker(visitors, reduced_motion="reduce")
        opens_the_map(page, city)
        marks = page.locator(".canvas .mark")
        ask(city, 0, "fire_lane", location=far)
        expect(marks).to_have_count(1, timeout=PATIENCE_MS)
        expect(marks).to_be_in_viewport(ratio=1)
        marks.click()
        card = page.get_by_role("region", name="选中的警情")
        card.wait_for()
        x, y = middle(page, ".canvas")
        page.mouse.click(x, y / 2)
        card.wait_for(state="detached")
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y - 90, steps=5)
        page.mouse.up()
        ask(city, 1, "fire_lane", location=farther)
        expect(marks).to_have_count(2, timeout=PATIENCE_MS)
        expect(marks.last).not_to_be_in_viewport()
        button(page, "看全部").click()
        expect(marks.last).to_be_in_viewport(ratio=1)


def test_everyone_can_read_and_press_the_map(city: Product, visitors: Visitors) -> None:
    with on_duty(city, "police1"), on_duty(city, "police2"):
        ask(city, 4, "fire_lane", location={**CAR, "accuracy_m": 5})
        page = without_worker(visitors, reduced_motion="reduce")
        opens_the_map(page, city)
        page.locator(".canvas .mark").click()
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert accessibility_violations(page) == []


# The cache as after a long month: more than the bound, the first of them too old.
MANY_AND_OLD = """async () => {
  const cache = await caches.open("wufen:tiles");
  for (let n = 0; n < 700; n++) {
    const at = Date.now() - (n < 300 ? 31 : 1) * 86400000;
    await cache.put(`/old/${n}`, new Response("x", {headers: {"wufen-kept-at": String(at)}}));
  }
}"""
KEPT_TILES = (
    "async () => (await (await caches.open('wufen:tiles')).keys()).map(({url}) => new URL(url).pathname)"
)
SOME_ARE_DRAWN = "() => document.querySelectorAll('img.leaflet-tile-loaded').length >= 4"


@pytest.mark.timeout(120)
def test_tiles_that_were_seen_are_there_without_a_network_and_never_too_many(
    tmp_path: Path, visitors: Visitors
) -> None:
    with running_tiles() as tiles, running_product(tmp_path / "home", tiles_url=tiles.template) as town:
        Officer(town, "police1").goes_on_duty()
        page = visitors.phone(reduced_motion="reduce")
        gives_the_position(page)
        sign_in(page, town, "police1")
        page.goto(f"{town.web_url}/officer")
        page.get_by_role("tab", name="地图").wait_for()
        page.evaluate(READY)
        page.evaluate(MANY_AND_OLD)
        page.get_by_role("tab", name="地图").click()
        page.wait_for_function(SOME_ARE_DRAWN)

        def kept() -> list[str]:
            found: list[str] = page.evaluate(KEPT_TILES)
            return found

        seen = set(tiles.asked)
        until(lambda: seen <= set(kept()), "the tiles to be kept")
        # Of the 700, what is too old is gone, and what was seen longest ago makes room.
        until(lambda: not {f"/old/{n}" for n in range(300)} & set(kept()), "what is old to be dropped")
        assert "/old/699" in kept()
        assert len(kept()) <= 600

        page.context.set_offline(True)
        asked = len(tiles.asked)
        page.reload()
        page.get_by_role("tab", name="地图").click()
        page.wait_for_function(SOME_ARE_DRAWN)
        assert len(tiles.asked) == asked
        assert page.get_by_text("底图没有加载").count() == 0
        page.context.set_offline(False)
        # Whoever signs out leaves no trace of where he was.
        Officer(town, "police1").goes_off_duty()
        page.reload()
        button(page, "设置").click()
        button(page, "退出登录").click()
        button(page, "登录").wait_for()
        until(lambda: kept() == [], "the tiles to be forgotten")
