"""Every state and sheet of the staff's pages, opened one after another: readable by everyone, and with large text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser import sheets
from tests.browser.backstage import ask, sign_in
from tests.browser.large_text import SMALLEST_TARGET_PX, text_at_twice_the_size, what_is_not_whole
from tests.browser.people import Sample, button
from tests.support.browser import Visitors, accessibility_violations
from tests.support.plates import photographed
from tests.support.product import Product, running_product

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# At a desk there is a mouse (WCAG 2.1, 2.5.5).
DESK_TARGET_PX = 44

pytestmark = pytest.mark.usefixtures("empty_board")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("sheets") / "home", limits="off") as product:
        yield product


def looks_at_all(
    page: Page, tour: Iterator[str], smallest: int = SMALLEST_TARGET_PX
) -> tuple[list[str], dict[str, list[str]]]:
    """By day and by night, then as it is and with text at 200 %: what was seen, and what was wrong in it."""
    seen: list[str] = []
    wrong: dict[str, list[str]] = {}
    for state in tour:
        seen.append(state)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            wrong[f"{state}, {scheme}"] = accessibility_violations(page)
        wrong[state] = what_is_not_whole(page, smallest)
        with text_at_twice_the_size(page):
            wrong[f"{state}, text at 200 %"] = what_is_not_whole(page, smallest)
    return seen, {where: found for where, found in wrong.items() if found}


@pytest.mark.timeout(240)
def test_all_of_the_officers_phone(city: Product, visitors: Visitors, tmp_path: Path) -> None:
    page = visitors.phone(reduced_motion="reduce")
    picture = photographed(tmp_path / "scene.jpg", "川TA8P26")
    seen, wrong = looks_at_all(page, sheets.officers(page, city, picture))
    assert wrong == {}
    assert {
        "consent",
        "settings",
        "decline",
        "resolve",
        "more",
        "look",
        "why",
        "waiting",
        "conflict",
        "relief",
    } <= set(seen)


def test_all_of_the_drivers_page_with_large_text(city: Product, visitors: Visitors) -> None:
    page = visitors.phone("en-GB", reduced_motion="reduce")
    found: dict[str, list[str]] = {}

    def look(state: str) -> None:
        found[state] = what_is_not_whole(page)
        with text_at_twice_the_size(page):
            found[f"{state}, text at 200 %"] = what_is_not_whole(page)

    page.goto(f"{city.web_url}/s/{Sample.of(city).stickers[10]['code']}?lang=en")
    page.locator(".reasons button").first.click()
    page.get_by_label("last three").fill("000")
    button(page, "Ask the owner to move").click()
    page.locator(".error").first.wait_for()
    look("a wrong end of the plate")
    page.get_by_label("last three").fill(Sample.of(city).stickers[10]["plate"][-3:])
    button(page, "Ask the owner to move").click()
    page.get_by_role("timer").wait_for()
    look("waiting")
    page.goto(ask(city, 11, message="Please hurry, " * 5).owners_link + "?lang=en")
    page.locator(".minutes").wait_for()
    look("the owner is asked")
    page.locator(".minutes button").first.click()
    page.locator(".minutes").wait_for(state="hidden")
    look("the owner comes")
    page.goto(f"{city.web_url}/s/{Sample.of(city).fresh_stickers[0]['code']}?lang=en")
    page.locator(".provinces").wait_for()
    look("binding")
    for path in ("/", "/help", "/s/nothing"):
        page.goto(f"{city.web_url}{path}?lang=en")
        look(path)
    assert {state: wrong for state, wrong in found.items() if wrong} == {}


@pytest.mark.timeout(240)
def test_all_of_the_commanders_desk_and_the_roster(city: Product, visitors: Visitors) -> None:
    page = visitors.wall(reduced_motion="reduce")
    seen, wrong = looks_at_all(page, sheets.commanders(page, city), DESK_TARGET_PX)
    assert wrong == {}
    assert {"assign", "merge", "unmerge", "transfer", "backup", "an alarm", "loading", "failing"} <= set(seen)
    page = visitors.desk("en-GB", reduced_motion="reduce")
    seen, wrong = looks_at_all(page, sheets.rosters(page, city, "en"), DESK_TARGET_PX)
    assert wrong == {}
    assert len(seen) == 8


def test_day_and_night_are_the_devices_until_one_is_chosen(city: Product, visitors: Visitors) -> None:
    page = visitors.desk(color_scheme="dark")
    root = page.locator("html")
    sign_in(page, city, "commander")
    page.goto(f"{city.web_url}/commander")
    expect(root).to_have_attribute("data-theme", "night")
    page.emulate_media(color_scheme="light")
    expect(root).to_have_attribute("data-theme", "day")
    button(page, "显示：自动").click()
    button(page, "显示：日间").click()
    button(page, "显示：夜间").wait_for()
    expect(root).to_have_attribute("data-theme", "night")
    # What is chosen stays, from the first paint on and on the roster's page too, whatever the device says.
    page.goto(f"{city.web_url}/roster", wait_until="commit")
    expect(root).to_have_attribute("data-theme", "night")
    button(page, "显示：夜间").click()
    expect(root).to_have_attribute("data-theme", "day")
    page.emulate_media(color_scheme="dark")
    expect(root).to_have_attribute("data-theme", "night")
