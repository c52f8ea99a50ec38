"""Opens the states and sheets of the staff's pages one after another, with things in them, for tests that look at all.

Each tour yields the name of what is open, and goes on when it is asked for the next. It finds its way by the catalogue,
so that it goes in either language.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.backstage import Case, Officer, ask, sign_in
from tests.browser.people import PATIENCE_MS, database_says
from tests.support.product import Product

CATALOGUE = Path(__file__).resolve().parents[2] / "models/catalogue"
Say = Callable[[str], str]
NO_CAMERA = "navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('none'))"


@cache
def words(language: str) -> dict[str, str]:
    return {
        key: text
        for file in (CATALOGUE / language).glob("*.json")
        for key, text in json.loads(file.read_text("utf-8")).items()
    }


def named(language: str) -> Say:
    return lambda key: words(language)[key]


def button(page: Page | Locator, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def sheet_of(page: Page) -> Locator:
    sheet = page.locator("dialog[open]").last
    sheet.wait_for(timeout=PATIENCE_MS)
    return sheet


def closes(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


def officers(page: Page, city: Product, picture: Path, language: str = "zh") -> Iterator[str]:
    """The officer's phone from the door of duty to its end: police1's, while nobody else is at work at first."""
    say = named(language)
    page.add_init_script(NO_CAMERA)
    sign_in(page, city, "police1")
    page.goto(f"{city.web_url}/officer?lang={language}")
    page.get_by_role("switch", name=say("officer.duty.go")).wait_for(timeout=PATIENCE_MS)
    yield "before the shift"
    page.get_by_role("switch", name=say("officer.duty.go")).click()
    agree = button(sheet_of(page), say("officer.position.agree"))
    yield "consent"
    agree.click()
    page.get_by_role("tab", name=re.compile(say("officer.tab.open"))).wait_for(timeout=PATIENCE_MS)
    yield "nothing to do"
    yield from _asked(page, city, say)
    yield from _settings(page, say)
    yield from _one_incident(page, city, say)
    yield from _parking(page, picture, say)
    yield from _vehicles(page, city, say)
    yield from _panic(page, city)
    yield from _without_network(page, city, say)
    yield from _end_of_shift(page, city, say)


def _asked(page: Page, city: Product, say: Say) -> Iterator[str]:
    case = ask(city, 0, "fire_lane", message="急用车，麻烦快一点，谢谢" * 4)
    case.does("hand_over")
    page.locator(".offer-band").first.wait_for(timeout=PATIENCE_MS)
    yield "asked"
    page.locator(".card .what").first.click()
    button(page, say("officer.more")).click()
    sheet_of(page).get_by_role("button", name=re.compile(say("officer.do.decline"))).click()
    sheet_of(page).locator("input[type=radio]").last.check()
    yield "decline"
    closes(page)
    button(page, say("common.back")).click()


def _settings(page: Page, say: Say) -> Iterator[str]:
    button(page, say("officer.settings")).click()
    sheet_of(page)
    yield "settings"
    for room in ("devices", "factor"):
        name = say(f"account.{room}")
        sheet_of(page).get_by_role("button", name=re.compile(name)).click()
        expect(page.locator("#sheet-title")).to_have_text(name)
        yield room
        button(sheet_of(page), say("common.close")).click()
    sheet_of(page).get_by_role("button", name=re.compile(say("officer.refusals"))).click()
    yield "refusals"
    closes(page)
    page.locator(".status-row").click()
    sheet_of(page)
    yield "status"
    closes(page)
    page.get_by_role("switch", name=say("officer.duty.on")).click()
    sheet_of(page)
    yield "leaving"
    closes(page)


def _one_incident(page: Page, city: Product, say: Say) -> Iterator[str]:
    me, colleague = Officer(city, "police1"), Officer(city, "police2")
    colleague.goes_on_duty()
    waiting, held, taken = ask(city, 1), ask(city, 2, "space"), ask(city, 3, "other", location=None)
    colleague.does(taken, "accept")
    for command in ("accept", "arrive"):
        me.does(held, command)
    page.get_by_role("tab", name=re.compile(say("officer.tab.open"))).click()
    page.get_by_role("button", name=re.compile(f"^{say('officer.do.accept')}")).first.wait_for()
    yield "open"
    page.goto(f"{city.web_url}/officer#/incidents/{waiting.id}")
    page.locator("details.why summary").click()
    yield "why"
    page.goto(f"{city.web_url}/officer#/incidents/{held.id}")
    page.locator("details.why").wait_for()
    yield "on the scene"
    for opener in ("route", "more", "do.resolve", "look"):
        button(page, say(f"officer.{opener}")).click()
        sheet_of(page)
        yield opener.removeprefix("do.")
        closes(page)
    for command in ("backup", "release"):
        button(page, say("officer.more")).click()
        sheet_of(page).get_by_role("button", name=re.compile(say(f"officer.do.{command}"))).click()
        sheet_of(page).locator("input[type=radio]").last.check()
        yield command
        closes(page)
    yield from _decided_otherwise(page, city, say, taken)


def _decided_otherwise(page: Page, city: Product, say: Say, case: Case) -> Iterator[str]:
    colleague = Officer(city, "police2")
    for command in ("arrive", "resolve"):
        colleague.does(case, command)
    page.goto(f"{city.web_url}/officer#/incidents/{case.id}")
    page.locator(".seal").wait_for()
    yield "closed"
    page.locator("details.why summary").click()
    page.locator(".otherwise").last.click()
    sheet_of(page)
    yield "decided otherwise"
    closes(page)
    button(page, say("common.back")).click()
    for tab in ("mine", "today", "map"):
        page.get_by_role("tab", name=re.compile(say(f"officer.tab.{tab}"))).click()
        if tab == "map":
            page.locator(".canvas .leaflet-control-scale").wait_for()
        yield tab
    page.get_by_role("tab", name=re.compile(say("officer.tab.open"))).click()


def _parking(page: Page, picture: Path, say: Say) -> Iterator[str]:
    button(page, say("parking.title")).click()
    desk = page.locator(".parking")
    desk.locator("input[type=file]").wait_for(state="attached")
    yield "camera"
    desk.locator("input[type=file]").set_input_files(picture)
    desk.locator(".parking-form").wait_for()
    yield "a car on record"
    # The province, the city's letter, then five of the pad's own keys.
    keys = desk.locator(".pad .key:not(.word)")
    for sign in "川TA12345":
        keys.get_by_text(sign, exact=True).first.click()
    button(desk, say("parking.file")).click()
    desk.locator(".finder, .no-camera").first.wait_for()
    for tab in ("mine", "waiting"):
        button(desk, say(f"parking.tab.{tab}")).click()
        desk.locator(".record, .quiet:not([role])").first.wait_for(timeout=PATIENCE_MS)
        yield f"records: {tab}"
    button(desk, say("common.back")).click()


def _vehicles(page: Page, city: Product, say: Say) -> Iterator[str]:
    button(page, say("vehicles.desk")).click()
    desk = page.locator(".vehicles")
    desk.locator(".pad").wait_for()
    yield "vehicles"
    plate = database_says(city, "SELECT plate FROM vehicles ORDER BY rowid LIMIT 1")[0][0]
    desk.locator(".plate-typed").fill(str(plate))
    desk.locator(".chip").first.click()
    button(desk, say("vehicles.search")).click()
    desk.locator(".found").wait_for(timeout=PATIENCE_MS)
    yield "a vehicle found"
    button(desk, say("vehicles.record")).click()
    desk.locator(".non-motor-form").wait_for()
    yield "a bicycle"
    button(desk, say("common.back")).click()


def _panic(page: Page, city: Product) -> Iterator[str]:
    panic = Officer(city, "police2").says("/api/v1/panic", {})
    page.locator(".panic-line").wait_for(timeout=PATIENCE_MS)
    yield "a colleague's alarm"
    Officer(city, "commander").says(f"/api/v1/panics/{panic['panic']['id']}/clear", {"note": "已与本人核实"})
    expect(page.locator(".panic-line")).to_have_count(0, timeout=PATIENCE_MS)


def _without_network(page: Page, city: Product, say: Say) -> Iterator[str]:
    waits = ask(city, 4)
    page.goto(f"{city.web_url}/officer#/incidents/{waits.id}")
    button(page, say("officer.do.accept")).wait_for(timeout=PATIENCE_MS)
    page.context.set_offline(True)
    page.get_by_text(say("officer.offline")).wait_for()
    button(page, say("officer.do.accept")).click()
    button(page, say("officer.do.arrive")).click()
    yield "without network"
    page.locator("button.banner").first.click()
    sheet_of(page)
    yield "waiting"
    closes(page)
    Officer(city, "police2").does(waits, "accept")
    page.context.set_offline(False)
    page.locator("button.banner.bad").click(timeout=PATIENCE_MS)
    sheet_of(page)
    yield "conflict"
    button(sheet_of(page), say("officer.conflict.drop")).click()
    closes(page)
    button(page, say("common.back")).click()


def _end_of_shift(page: Page, city: Product, say: Say) -> Iterator[str]:
    page.get_by_role("switch", name=say("officer.duty.on")).click()
    sheet_of(page).locator("select").wait_for(timeout=PATIENCE_MS)
    yield "relief"
    closes(page)


def commanders(page: Page, city: Product, language: str = "zh") -> Iterator[str]:
    """The commander's desk: empty, with each order, an alarm that he clears, and a merge that he takes back."""
    say = named(language)
    officer, colleague = Officer(city, "police1"), Officer(city, "police2")
    officer.goes_on_duty()
    colleague.goes_on_duty()
    sign_in(page, city, "commander")
    page.goto(f"{city.web_url}/commander?lang={language}")
    page.locator(".list .nothing").wait_for(timeout=PATIENCE_MS)
    yield "nothing is open"
    waiting, held = ask(city, 5, message="请快一点"), ask(city, 6, "fire_lane")
    officer.does(held, "accept")
    for case, orders in (
        (waiting, ("assign", "hand_over", "merge", "transfer")),
        (held, ("reassign", "assign_support", "backup", "resolve")),
    ):
        _opens_case(page, city, case, language)
        yield f"desk: {orders[0]}"
        for order in orders:
            button(page, say(f"commander.do.{order}")).click()
            sheet_of(page).locator("input[name=reason]").last.check()
            yield order
            closes(page)
    officer.says("/api/v1/panic", {})
    button(page, say("staff.panic.clear")).click(timeout=PATIENCE_MS)
    sheet_of(page).locator("textarea").fill("已与本人核实")
    yield "an alarm"
    button(sheet_of(page), say("staff.panic.clear")).click()
    expect(page.locator(".panic-line")).to_have_count(0, timeout=PATIENCE_MS)
    Officer(city, "commander").does(waiting, "merge", into=held.id, reason="same_car")
    # What is closed is found again by its address.
    _opens_case(page, city, waiting, language)
    button(page, say("commander.do.unmerge")).click()
    sheet_of(page)
    yield "unmerge"
    closes(page)
    yield from _over_the_desk(page, say)
    _opens_case(page, city, held, language)
    page.context.set_offline(True)
    page.locator(".link.offline").wait_for()
    yield "the desk without network"
    page.context.set_offline(False)
    officer.does(held, "resolve")
    officer.goes_off_duty()
    colleague.goes_off_duty()
    yield from _before_it_is_read(page, f"{city.web_url}/commander?lang={language}", ".pane.empty")


def _opens_case(page: Page, city: Product, case: Case, language: str) -> None:
    page.goto(f"{city.web_url}/commander?lang={language}#{case.id}")
    page.reload()
    page.locator(".case .story li").first.wait_for(timeout=PATIENCE_MS)


def _over_the_desk(page: Page, say: Say) -> Iterator[str]:
    """What lies over the whole desk: looking a vehicle up, handing drafts over, a car's history."""
    for name, opener in (
        ("vehicles", "commander.vehicles"),
        ("export", "commander.export"),
        ("history", "vehicles.look.history"),
    ):
        button(page, say(opener)).click()
        if name == "history":
            sheet_of(page).get_by_role("button").nth(1).click()
            page.locator(".vehicles .card").first.wait_for(timeout=PATIENCE_MS)
        page.locator(".vehicles .bar").wait_for(timeout=PATIENCE_MS)
        yield f"over the desk: {name}"
        button(page, say("common.back")).click()


def _before_it_is_read(page: Page, url: str, place: str) -> Iterator[str]:
    """Nothing has come yet; then nothing comes at all."""
    calls = "**/api/v1/districts/**"
    page.route(calls, lambda _: None)
    page.goto(url)
    page.locator(place).wait_for(timeout=PATIENCE_MS)
    yield "loading"
    page.unroute(calls)
    page.route(calls, lambda route: route.abort())
    page.reload()
    page.locator(place).get_by_role("button").wait_for(timeout=PATIENCE_MS)
    yield "failing"
    page.unroute(calls)


FAULTS = "日期,开始,结束,区域,班次,职责,警号\r\n2026-11-25,22:00,6点,,夜班,民警,051827\r\n"


def rosters(page: Page, city: Product, language: str = "zh") -> Iterator[str]:
    """The week's roster, and each of its sheets."""
    say = named(language)
    sign_in(page, city, "commander")
    page.goto(f"{city.web_url}/roster?lang={language}")
    page.locator(".grid").wait_for(timeout=PATIENCE_MS)
    yield "the week"
    for sheet in ("zones", "templates", "import"):
        button(page, say(f"roster.{sheet}")).click()
        file = sheet_of(page).locator("input[type=file]")
        if sheet == "import":
            file.set_input_files({"name": "r.csv", "mimeType": "text/csv", "buffer": FAULTS.encode()})
            page.locator(".refused").wait_for(timeout=PATIENCE_MS)
        yield f"roster: {sheet}"
        closes(page)
    for opener in (".grid .add", ".grid .block"):
        page.locator(opener).first.click()
        sheet_of(page)
        yield f"roster: {opener}"
        closes(page)
    yield from _before_it_is_read(page, f"{city.web_url}/roster?lang={language}", ".waiting")
