"""In English everything is English: only plates, names of places, units, shifts and the platform stay as they are.

And nothing is wider than the phone, in either language.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.backstage import Officer, ask, sign_in
from tests.browser.people import Sample, button, sees
from tests.support.browser import Visitors
from tests.support.product import Product, running_product

CATALOGUE = Path(__file__).resolve().parents[2] / "models" / "catalogue"
RULES = CATALOGUE.parent / "rules"
BOTH = pytest.mark.parametrize("language", ["zh", "en"])
# Everything a person may read or hear, except what says of itself that it is Chinese.
READ_ALL = """
() => {
  const said = [];
  const skipped = (node) => node.closest("script, style, noscript, [lang^=zh]:not(html)") !== null;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) if (!skipped(walker.currentNode.parentElement)) said.push(walker.currentNode.data);
  for (const one of document.querySelectorAll("[aria-label], [placeholder], [title], [alt]"))
    if (!skipped(one))
      for (const name of ["aria-label", "placeholder", "title", "alt"]) said.push(one.getAttribute(name) ?? "");
  return [document.title, ...said];
}
"""
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][·A-Z0-9*•]*[警学挂港澳领使]?")
PLATFORM = "车上码"
UNITS = re.compile(r"(雨城|名山)[一二]中队|雅安支队")
SHIFTS = re.compile(r"[白夜]班")  # what a commander called them
WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running_product(tmp_path_factory.mktemp("languages") / "home", limits="off") as product:
        yield product


def chinese_on(page: Page) -> list[str]:
    """What stands on the page, or is read aloud, that is Chinese without being a name."""
    left = []
    for said in page.evaluate(READ_ALL):
        rest = SHIFTS.sub("", UNITS.sub("", PLATE.sub("", said.replace(PLATFORM, ""))))
        if CHINESE.search(rest):
            left.append(said.strip())
    return left


class Reader:
    """Somebody who knows one language, goes through one page after another, and needs no sideways scrolling."""

    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self.language = language
        self._words: dict[str, str] = {}
        for area in (CATALOGUE / language).glob("*.json"):
            self._words |= json.loads(area.read_text("utf-8"))
        self._wrong: dict[str, object] = {}

    def word(self, key: str) -> str:
        return self._words[key]

    def opens(self, address: str) -> None:
        self.page.goto(f"{address}?lang={self.language}")

    def presses(self, key: str) -> None:
        button(self.page, self.word(key)).first.click()

    def fills(self, key: str, value: str) -> None:
        self.page.get_by_label(self.word(key), exact=True).fill(value)

    def finds(self, key: str) -> None:
        """Waits until the words are there, and reads everything that is there with them."""
        sees(self.page, re.split(r"[{]", self.word(key))[0].strip())
        if self.language == "en" and (chinese := chinese_on(self.page)):
            self._wrong[key] = chinese
        if (wider := self.page.evaluate(WIDER_THAN_THE_WINDOW)) > 0:
            self._wrong[f"too wide: {key}"] = wider

    def finds_nothing_foreign(self) -> None:
        assert self._wrong == {}


@BOTH
def test_the_printed_pages(city: Product, visitors: Visitors, language: str) -> None:
    reader = Reader(visitors.phone(), language)
    for address, key in (
        ("/", "index.lede"),
        ("/help", "help.urgent.text"),
        ("/privacy", "privacy.short"),
        ("/s/nothing", "errors.heading.sticker_unknown"),
        ("/o/nothing", "errors.heading.link_ended"),
        ("/nothing", "errors.heading.not_found"),
    ):
        reader.opens(city.web_url + address)
        reader.finds(key)
    sticker = Sample.of(city).stickers[18 if language == "zh" else 19]
    Officer(city, "admin").revokes(sticker)
    reader.opens(f"{city.web_url}/s/{sticker['code']}")
    reader.finds("errors.heading.sticker_revoked")
    reader.finds_nothing_foreign()


@BOTH
def test_the_requesters_page(city: Product, visitors: Visitors, language: str) -> None:
    reader = Reader(visitors.phone(), language)
    sticker = Sample.of(city).stickers[0 if language == "zh" else 1]
    reader.opens(f"{city.web_url}/s/{sticker['code']}")
    reader.finds("driver.reason.question")
    reader.presses("driver.reason.space")
    reader.finds("driver.place.why")
    reader.fills("driver.tail.label", "000")
    reader.presses("driver.send")
    reader.finds("errors.plate_tail_wrong")
    reader.page.get_by_role("button", name=reader.word("driver.place.ask")).click()
    reader.finds("driver.place.given")
    reader.fills("driver.tail.label", sticker["plate"][-3:])
    reader.presses("driver.send")
    reader.finds("driver.requester.waiting.head")
    reader.presses("driver.withdraw")
    reader.finds("driver.withdraw.question")
    reader.presses("driver.withdraw.no")
    reader.presses("driver.hand_over")
    reader.finds("driver.requester.nobody.head")
    reader.presses("driver.settle")
    reader.finds("driver.rating.question")
    reader.finds_nothing_foreign()


@BOTH
def test_the_owners_page(city: Product, visitors: Visitors, language: str) -> None:
    case = ask(city, 2 if language == "zh" else 3)
    reader = Reader(visitors.phone(), language)
    reader.opens(case.owners_link)
    reader.finds("owner.already_moved")
    reader.presses("owner.cannot")
    reader.finds("owner.cannot.question")
    reader.presses("common.back")
    reader.page.get_by_role("button", name=re.compile("^10")).click()
    reader.finds("owner.change")
    reader.presses("owner.not_my_car_any_more")
    reader.finds("driver.manage.unbind")
    case.does("settle")
    reader.finds("owner.closed.settled.head")
    reader.finds_nothing_foreign()


@BOTH
def test_the_binding(city: Product, visitors: Visitors, language: str) -> None:
    reader = Reader(visitors.phone(), language)
    reader.opens(f"{city.web_url}/s/{Sample.of(city).fresh_stickers[0]['code']}")
    # The provinces' signs stand on the keys of the first step, as they do on plates; the next steps have none.
    reader.fills("driver.bind.plate.question", "川TA1234")
    reader.presses("driver.bind.next")
    reader.finds("driver.bind.phone.question")
    reader.fills("driver.bind.phone.question", "12345")
    reader.presses("driver.bind.send_code")
    reader.finds("errors.invalid_field.phone")
    reader.fills("driver.bind.phone.question", "13900001111" if language == "zh" else "13900002222")
    reader.presses("driver.bind.send_code")
    reader.finds("driver.bind.code.question")
    reader.finds_nothing_foreign()


@BOTH
@pytest.mark.parametrize("door", ["police", "auxiliary"])
def test_the_doors(city: Product, visitors: Visitors, door: str, language: str) -> None:
    reader = Reader(visitors.phone(), language)
    reader.opens(f"{city.web_url}/{'officer' if door == 'police' else 'auxiliary'}")
    reader.finds(f"officer.door.{door}")
    wrong_one = "aux1" if door == "police" else "police1"
    account = next(one for one in Sample.of(city).accounts if one["username"] == wrong_one)
    reader.fills("staff.sign_in.username", account["username"])
    reader.fills("staff.sign_in.password", account["password"])
    reader.presses("staff.sign_in.go")
    reader.finds("errors.wrong_door")
    reader.finds_nothing_foreign()


@BOTH
def test_the_officers_page(city: Product, visitors: Visitors, language: str) -> None:
    username = "police1" if language == "zh" else "police2"
    reader = Reader(visitors.phone(), language)
    sign_in(reader.page, city, username)
    reader.opens(f"{city.web_url}/officer")
    reader.finds("officer.duty.lede")
    reader.page.get_by_role("switch", name=reader.word("officer.duty.go")).click()
    reader.finds("officer.position.why")
    reader.presses("officer.position.agree")
    reader.finds("officer.empty.open")
    reader.presses("officer.settings")
    reader.finds("officer.position.on")
    reader.page.keyboard.press("Escape")

    case = ask(city, 4 if language == "zh" else 5, "fire_lane")
    reader.finds("staff.reason.fire_lane")
    case.does("hand_over")
    reader.finds("officer.offer.yours")
    reader.presses("officer.do.accept")
    reader.finds("officer.did.accept")
    reader.page.goto(f"{reader.page.url}#/incidents/{case.id}")
    reader.finds("officer.story")
    for opener, inside in (
        ("officer.route", "officer.route.note"),
        ("officer.more", "officer.do.release.means"),
    ):
        reader.presses(opener)
        reader.finds(inside)
        reader.page.keyboard.press("Escape")
    reader.presses("officer.do.arrive")
    reader.finds("officer.did.arrive")
    reader.presses("officer.do.resolve")
    reader.finds("officer.resolve.duplicate.means")
    reader.page.keyboard.press("Escape")
    reader.page.context.set_offline(True)
    reader.finds("officer.offline")
    reader.page.context.set_offline(False)
    Officer(city, username).goes_off_duty()
    case.does("settle")
    reader.finds_nothing_foreign()


def test_what_an_officer_said_in_one_language_is_read_in_the_other(city: Product, visitors: Visitors) -> None:
    speaker, reader = Reader(visitors.phone(), "zh"), Reader(visitors.phone(), "en")
    case = ask(city, 6)
    officer = Officer(city, "police1")
    officer.goes_on_duty()
    officer.does(case, "accept")
    sign_in(speaker.page, city, "police1")
    speaker.page.goto(f"{city.web_url}/officer?lang=zh#/incidents/{case.id}")
    speaker.presses("officer.more")
    speaker.page.get_by_role("button", name=speaker.word("officer.do.release")).click()
    speaker.page.get_by_label(speaker.word("staff.because.too_far")).check()
    speaker.presses("officer.do.release")
    speaker.finds("officer.did.release")

    sign_in(reader.page, city, "police1")
    reader.page.goto(f"{city.web_url}/officer?lang=en#/incidents/{case.id}")
    reader.finds("staff.because.too_far")
    officer.goes_off_duty()
    case.does("settle")
    reader.finds_nothing_foreign()


@BOTH
def test_the_wall(city: Product, visitors: Visitors, language: str) -> None:
    reader = Reader(visitors.wall(), language)
    case = ask(city, 7 if language == "zh" else 8, "fire_lane")
    reader.opens(f"{city.web_url}/wall")
    reader.page.locator(".sla li").first.wait_for()
    reader.finds("wall.link.live")
    reader.page.get_by_role("combobox").select_option("511802")
    reader.finds("wall.legend.officer")
    case.does("settle")
    reader.finds("staff.event.settled")
    reader.finds_nothing_foreign()


@BOTH
def test_the_phones(city: Product, visitors: Visitors, language: str) -> None:
    reader = Reader(visitors.desk(), language)
    case = ask(city, 9 if language == "zh" else 10)
    assert case.owners_link
    reader.opens(f"{city.web_url}/phones")
    reader.page.get_by_role("link", name=reader.word("phones.open")).first.wait_for()
    reader.finds("phones.lede")
    reader.finds_nothing_foreign()


@BOTH
def test_the_administrators_page(city: Product, visitors: Visitors, language: str) -> None:
    reader = Reader(visitors.desk(), language)
    sign_in(reader.page, city, "admin")
    reader.opens(f"{city.web_url}/admin")
    reader.page.get_by_role("link", name="PDF").first.wait_for()
    reader.finds("admin.issue.lede")
    reader.presses("admin.revoke.go")
    reader.finds("admin.revoke.missing")
    reader.page.get_by_role("link", name=reader.word("admin.nav.officers"), exact=True).click()
    reader.page.get_by_role("rowheader", name="police1").wait_for()
    reader.finds("admin.field.password.hint")
    reader.presses("admin.add.go")
    reader.finds("admin.required")
    reader.page.get_by_role("link", name=reader.word("admin.nav.rollouts")).click()
    reader.finds("admin.stages.lede")
    reader.finds("admin.pilot.start.lede")
    reader.presses("admin.pilot.go")
    reader.finds("admin.pilot.where.missing")
    reader.finds_nothing_foreign()


@BOTH
def test_the_rule_desk(city: Product, visitors: Visitors, language: str) -> None:
    reader = Reader(visitors.phone(), language)
    sign_in(reader.page, city, "admin")
    reader.opens(f"{city.web_url}/admin")
    reader.page.get_by_role("link", name=reader.word("admin.nav.rules")).click()
    reader.finds("desk.lede")
    reader.page.get_by_label(reader.word("desk.place")).select_option("511802")
    reader.page.get_by_role("link", name=re.compile(f"^{reader.word('rules.table.response')}")).click()
    reader.finds("desk.versions.none")
    reader.page.get_by_role("link", name=reader.word("desk.edit"), exact=True).click()
    reader.finds("desk.editing.lede")
    reader.finds("desk.sound")
    reader.presses("desk.add")
    reader.page.locator(".fault").first.wait_for()
    reader.finds("desk.editing.lede")
    reader.page.locator("button.cell").nth(1).click()
    reader.page.get_by_label(reader.word("desk.condition")).select_option("all_but")
    reader.finds("desk.cell.done")
    reader.presses("desk.golden.add")
    reader.finds("desk.golden.add.lede")
    reader.presses("desk.keep")
    reader.finds("desk.field.source.missing")
    reader.finds_nothing_foreign()


@BOTH
def test_what_is_shipped_is_explained_in_the_readers_language(
    city: Product, visitors: Visitors, language: str
) -> None:
    reader = Reader(visitors.desk(), language)
    sign_in(reader.page, city, "admin")
    reader.opens(f"{city.web_url}/admin")
    for path in sorted(RULES.glob("*.json")):
        model = json.loads(path.read_text("utf-8"))
        (table,) = (node["content"] for node in model["nodes"] if node["type"] == "decisionTableNode")
        address = f"{city.web_url}/admin?lang={language}#rules/{path.stem}/511802"
        reader.page.goto(address)
        sees(reader.page, model["source"][language])
        for row in table["rules"]:
            sees(reader.page, row["_description" if language == "zh" else "_description_en"])
        reader.finds("desk.when")
        # The cases stand beside the grid that is being written.
        reader.page.goto(f"{address}/edit")
        for case in model["golden"]:
            sees(reader.page, case["name"][language])
        reader.finds("desk.golden.lede")
    reader.finds_nothing_foreign()
