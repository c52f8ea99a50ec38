"""Twenty photos of an accident over a line that dies again and again: each comes once, from where it broke off."""

from __future__ import annotations

import hashlib
import random
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, FilePayload, Page, Response, Route, expect

from tests.browser.people import PATIENCE_MS, button, database_says, sees
from tests.browser.test_accident import opens
from tests.support import photos
from tests.support.browser import Visitors, accessibility_violations
from tests.support.product import Product, running_product

COUNT = 20


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    home = tmp_path_factory.mktemp("scene") / "home"
    with running_product(home, limits="off", processes="web=1,hub=1,worker=1") as product:
        yield product


def photo(number: int) -> FilePayload:
    """Of some 400 kB, none like another, with the place where it was taken; behind the picture's end nobody looks."""
    picture = photos.encoded(photos.at_the_roadside().resize((320, 240)), exif=_place())
    tail = random.Random(number).randbytes(400_000)
    return {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": picture + tail}


def _place() -> Image.Exif:
    exif = photos.exif()
    # The clock of the sample is long past: what a phone took then is none of this accident.
    for name in (0x9003, 0x9011):
        exif.get_ifd(0x8769).pop(name, None)
    return exif


class BadLine:
    """Before the page: some of what it sends never arrives, and of the rest is noted what the server has taken."""

    def __init__(self, page: Page) -> None:
        self.taken: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.begun = self.cut = 0
        self._chance = random.Random(7)
        page.route(re.compile("/api/v1/uploads/[a-z2-7]{26}$"), self._maybe)
        page.on("response", self._note)

    def _maybe(self, route: Route) -> None:
        if route.request.method == "PATCH" and self._chance.random() < 0.2:
            self.cut += 1
            route.abort("connectionreset")
        else:
            route.continue_()

    def _note(self, response: Response) -> None:
        request = response.request
        if request.method == "PATCH" and response.status == 204:
            name = request.url.rpartition("/")[2]
            offset = int(request.headers["upload-offset"])
            self.taken[name].append((offset, int(response.headers["upload-offset"])))


def joined(city: Product) -> set[str]:
    """The hashes of the photos that are the accident's by now."""
    return {row[0].hex() for row in database_says(city, "SELECT sha256 FROM photos")}


def breaks_off(context: BrowserContext, page: Page) -> None:
    """The line is gone: the page says so, and what it holds; then it is back."""
    context.set_offline(True)
    sees(page, "不用重拍")
    context.set_offline(False)


@pytest.mark.timeout(180)
def test_twenty_photos_on_a_bad_line_come_once_and_none_from_the_beginning(
    city: Product, visitors: Visitors
) -> None:
    page = visitors.phone()
    opens(page, city)
    button(page, "都没有，只是车碰了").click()
    button(page, "追尾").click()
    line = BadLine(page)
    files = [photo(number) for number in range(COUNT)]
    wanted = {hashlib.sha256(one["buffer"]).hexdigest() for one in files}
    # One that is none: it holds up nobody, and says why.
    page.get_by_label(re.compile("碰撞部位")).set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"<svg onload='alert(1)'/>"}
    )
    sees(page, "这不是照片，也不是视频")
    for one, shot in zip(files, ("车前方", "车后方", "碰撞部位"), strict=False):
        page.get_by_label(re.compile(shot)).set_input_files(one)
    # The guide is complete, whatever is on its way: the road can be left.
    button(page, "已经挪开").click()
    breaks_off(page.context, page)
    page.get_by_role("button", name=re.compile("^拍照")).click()
    page.locator("input[name=gallery]").set_input_files(files[3:])
    expect(page.get_by_text(re.compile(r"另有 [3-9] 张"))).to_be_visible(timeout=60_000)
    assert accessibility_violations(page) == []
    page.reload()
    page.get_by_role("button", name=re.compile("^拍照")).click()
    page.context.set_offline(True)
    page.context.set_offline(False)
    expect(page.get_by_text(f"另有 {COUNT - 3} 张")).to_be_visible(timeout=100_000)
    expect(page.locator(".tiles li")).to_have_count(0, timeout=PATIENCE_MS)
    assert joined(city) == wanted, "all of them, and nothing else"

    assert line.cut > 5, "it was a bad line"
    assert len(line.taken) == COUNT + 1, "each was begun once"
    sizes = {len(one["buffer"]) for one in files}
    for pieces in line.taken.values():
        ends = [end for _, end in pieces]
        starts = [start for start, _ in pieces]
        # What the server has taken follows on itself without a gap; an answer may be lost, a piece is never sent again.
        assert starts[0] == 0
        assert all(start >= end for start, end in zip(starts[1:], ends, strict=False)), pieces
    assert {pieces[-1][1] for pieces in line.taken.values()} <= sizes | {24}
    kept = page.evaluate(
        "indexedDB.databases().then((all) => new Promise((done) => { const asked = indexedDB.open('wufen-photos');"
        " asked.onsuccess = () => { const count = asked.result.transaction('photos').objectStore('photos').count();"
        " count.onsuccess = () => done(count.result); }; }))"
    )
    assert kept == 0, "the phone holds none of them any more"
    assert database_says(city, "SELECT count(*) FROM uploads WHERE state = 'ready'") == [(COUNT,)]
    assert database_says(city, "SELECT photos FROM incidents WHERE kind = 'accident'") == [(COUNT,)]
    shots = {row[0] for row in database_says(city, "SELECT shot FROM accident_shots")}
    assert shots == {"front", "rear", "impact"}
