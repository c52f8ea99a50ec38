"""Photos from phones on bad lines: each comes once, from where it broke off; a refused one is sent again."""

from __future__ import annotations

import hashlib
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, FilePayload, Page, Request, Response, Route, expect

from models import partial
from tests.browser.accidents import opens
from tests.browser.people import PATIENCE_MS, button, database_says, sees
from tests.support import photos
from tests.support.browser import Visitors, accessibility_violations
from tests.support.product import Product, running_product
from tests.support.waiting import until

COUNT = 20
LARGEST = 1_000_000  # bytes of one photo here


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    home = tmp_path_factory.mktemp("scene") / "home"
    with running_product(
        home, limits="off", processes="web=1,hub=1,worker=1", upload_photo_bytes=f"{LARGEST}"
    ) as product:
        yield product


def photo(number: int, size: tuple[int, int] = (320, 240)) -> FilePayload:
    """Of some 400 kB, none like another, with the place where it was taken; behind the picture's end nobody looks."""
    picture = photos.encoded(photos.at_the_roadside().resize(size), exif=_place())
    tail = random.Random(number).randbytes(400_000)
    return {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": picture + tail}


def _place() -> Image.Exif:
    exif = photos.exif()
    # The clock of the sample is long past: what a phone took then is none of this accident.
    for name in (0x9003, 0x9011):
        exif.get_ifd(0x8769).pop(name, None)
    return exif


class BadLine:
    """Before the page: some of what it sends never leaves; of the rest is noted from where on each piece was sent, and

    what the server has taken.
    """

    def __init__(self, page: Page) -> None:
        self.sent: dict[str, list[int]] = defaultdict(list)
        self.taken: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.cut = self.lost = 0
        self._kept: set[Request] = set()
        self._chance = random.Random(7)
        page.route(re.compile("/api/v1/uploads/[a-z2-7]{26}$"), self._maybe)
        page.on("response", self._note)
        page.on("requestfailed", self._lose)

    def _maybe(self, route: Route) -> None:
        request = route.request
        if request.method != "PATCH":
            route.continue_()
        elif self._chance.random() < 0.2:
            self.cut += 1
            self._kept.add(request)
            route.abort("connectionreset")
        else:
            self.sent[_id(request)].append(int(request.headers["upload-offset"]))
            route.continue_()

    def _note(self, response: Response) -> None:
        request = response.request
        if request.method == "PATCH" and response.status == 204:
            ends = int(response.headers["upload-offset"])
            self.taken[_id(request)].append((int(request.headers["upload-offset"]), ends))

    def _lose(self, request: Request) -> None:
        """It was on its way when the line died: whether it has come, only the server knows."""
        self.lost += request.method == "PATCH" and request not in self._kept


def _id(request: Request) -> str:
    return request.url.rpartition("/")[2]


def joined(city: Product) -> set[str]:
    """The hashes of the photos that are the accident's by now."""
    query = "SELECT p.sha256 FROM photos p JOIN incidents i ON i.id = p.incident_id WHERE i.kind = 'accident'"
    return {row[0].hex() for row in database_says(city, query)}


def breaks_off(context: BrowserContext, page: Page) -> None:
    """The line is gone: the page says so, and what it holds; then it is back."""
    context.set_offline(True)
    sees(page, "不用重拍")
    context.set_offline(False)


def reports(page: Page, city: Product) -> None:
    page.goto(f"{city.web_url}/hazard")
    button(page, "路面坑洼").click()


def unexamined(city: Product) -> Path | None:
    """The first photo, whole on the disk; the examiner is still being started for it."""
    found = database_says(city, "SELECT id FROM uploads WHERE state = 'waiting'")
    there = [path for path in partial.files(city.home) if found and path.name.startswith(found[0][0])]
    return there[0] if there else None


@pytest.mark.timeout(120)
def test_a_hazards_photo_is_sent_again_or_smaller_and_others_get_the_covered_copy(
    city: Product, visitors: Visitors
) -> None:
    first, second = visitors.phone(), visitors.phone()
    reports(first, city)
    sees(first, "已定位")
    first.locator(".add input").set_input_files(photo(100, (1280, 960)))
    button(first, "上报").click()
    # The disk loses it before anybody has looked at it. What the phone holds is sent again, and not taken again.
    until(lambda: unexamined(city), "the whole photo", 20).unlink()
    sees(first, "文件没有收全，请重新发送")
    assert accessibility_violations(first) == []
    button(first, "再发一次").click()
    expect(first.locator(".seen img")).to_have_count(1, timeout=PATIENCE_MS)
    large = photo(101)
    large["buffer"] += bytes(LARGEST)
    first.locator("input[name=gallery]").set_input_files(large)
    sees(first, "照片太大了，缩小后发送就行")
    button(first, "缩小后发送").click()
    expect(first.locator(".seen img")).to_have_count(2, timeout=PATIENCE_MS)
    expect(first.locator(".tiles li")).to_have_count(0)
    assert accessibility_violations(first) == []

    rows = database_says(
        city,
        "SELECT p.incident_id, s.id, s.file, s.covered, s.covered_thumb"
        " FROM photos p JOIN pictures s ON s.upload_id = p.id ORDER BY p.uploaded_at",
    )
    incident, picture, plain, covered, small = rows[0]
    assert plain != covered, "there is a face and a plate on it"
    content = {name: (city.home / "media" / name[:2] / name).read_bytes() for name in (plain, covered)}
    reports(second, city)
    with second.expect_response(re.compile(f"/api/v1/pictures/{picture}")) as seen:
        button(second, "就是这个").click()
    assert seen.value.headers["etag"] == f'"{small[:64]}"'
    expect(second.locator(".seen img")).to_have_count(2, timeout=PATIENCE_MS)
    with second.expect_response(re.compile(f"/api/v1/pictures/{picture}$")) as seen:
        second.locator(".seen button").first.click()
    assert seen.value.headers["etag"] == f'"{covered[:64]}"', (
        "the name of a file is the digest of its content"
    )

    assert accessibility_violations(second) == []

    told = httpx2.get(f"{city.web_url}/open311/v2/requests/{incident}.json").json()[0]
    path = told["media_url"][told["media_url"].index("/api/") :]
    shown = httpx2.get(city.web_url + path)
    assert (shown.status_code, shown.content) == (200, content[covered])
    for file in content.values():
        assert b"Exif" not in file
        assert b"GPS" not in file


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
    assert len(line.sent) == COUNT + 1, "each was begun once"
    for pieces in line.taken.values():
        assert all(start == end for (_, end), (start, _) in pairwise(pieces)) or line.lost, pieces
        assert all(start >= end for (_, end), (start, _) in pairwise(pieces)), (
            "nothing that was taken is sent again"
        )
    twice = sum(len(offsets) - len(set(offsets)) for offsets in line.sent.values())
    assert twice <= line.lost <= 3, "but for what was on its way when the line died: two breaks, one reload"
    kept = page.evaluate(
        "indexedDB.databases().then((all) => new Promise((done) => { const asked = indexedDB.open('wufen-photos');"
        " asked.onsuccess = () => { const count = asked.result.transaction('photos').objectStore('photos').count();"
        " count.onsuccess = () => done(count.result); }; }))"
    )
    assert kept == 0, "the phone holds none of them any more"
    ready = "SELECT count(*) FROM uploads WHERE state = 'ready' AND purpose = 'accident'"
    assert database_says(city, ready) == [(COUNT,)]
    assert database_says(city, "SELECT photos FROM incidents WHERE kind = 'accident'") == [(COUNT,)]
    # One more than the rule takes is refused with that sentence.
    page.locator("input[name=gallery]").set_input_files(photo(COUNT))
    sees(page, f"照片最多 {COUNT} 张")
    shots = {row[0] for row in database_says(city, "SELECT shot FROM accident_shots")}
    assert shots == {"front", "rear", "impact"}
