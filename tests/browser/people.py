"""The people of the story, each before a screen of their own; what they do reads like what they would say."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.support.browser import Visitors
from tests.support.product import Product
from tests.support.waiting import until

PATIENCE_MS = 20_000


@dataclass(frozen=True)
class Sample:
    """What the sample city tells in demo.json."""

    accounts: list[dict[str, Any]]
    stickers: list[dict[str, Any]]
    fresh_stickers: list[dict[str, Any]]

    @classmethod
    def of(cls, product: Product) -> Sample:
        found = json.loads((product.home / "demo.json").read_text("utf-8"))
        return cls(found["accounts"], found["stickers"], found["fresh_stickers"])

    def account(self, role: str, district: str = "511802") -> dict[str, Any]:
        """The first account of a role in a district."""
        return next(one for one in self.accounts if one["role"] == role and one["district"] == district)

    def named(self, username: str) -> dict[str, Any]:
        """An account by the name with which it signs in."""
        return next(one for one in self.accounts if one["username"] == username)


def button(page: Page | Locator, name: str) -> Locator:
    """A button by the whole of its name, on a page or in a part of it."""
    return page.get_by_role("button", name=name, exact=True)


def sees(page: Page | Locator, text: str) -> None:
    """The person reads ``text`` somewhere on the screen."""
    expect(page.get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)


class Requester:
    """Somebody who is blocked and has never seen the page before."""

    def __init__(self, product: Product, visitors: Visitors, sticker: dict[str, Any]) -> None:
        self.page = visitors.phone()
        self._url = f"{product.web_url}/s/{sticker['code']}"
        self._tail = sticker["plate"][-3:]

    def scans_and_asks(self, message: str = "") -> None:
        """Reason, the plate's last three characters, the place, perhaps a word, and the button."""
        self.page.goto(self._url)
        button(self.page, "挡住出入口").click()
        self.page.get_by_label("车牌末三位").fill(self._tail)
        self.page.get_by_role("button", name=re.compile("位置")).click()
        sees(self.page, "已定位")
        if message:
            self.page.get_by_label("留言").fill(message)
        button(self.page, "通知车主挪车").click()

    def reads(self, text: str) -> None:
        sees(self.page, text)

    def says_that_it_was_moved(self) -> None:
        button(self.page, "车已挪走").click()

    def rates(self, stars: int) -> None:
        self.page.get_by_role("radio", name=f"{stars} 星").or_(
            self.page.get_by_role("button", name=f"{stars} 星")
        ).first.click()
        sees(self.page, "谢谢您的评价")


class Owner:
    """The one whose car it is, with a phone that the simulator shows."""

    def __init__(self, product: Product, visitors: Visitors) -> None:
        self._product = product
        self.phones = visitors.desk()
        self.page = visitors.phone()

    def watches_the_phone(self) -> None:
        self.phones.goto(f"{self._product.web_url}/phones")

    def opens_the_message(self) -> None:
        """Follows the link of the message about the newest incident."""
        path = until(lambda: _link_to_the_owner(self._product), "the owner's notice", 20)
        link = self.phones.locator(f"a[href*='{path}']").first
        expect(link).to_be_visible(timeout=PATIENCE_MS)
        href = link.get_attribute("href") or ""
        self.page.goto(self._product.web_url + href[href.index("/o/") :])

    def answers_coming_in(self, minutes: int) -> None:
        self.page.get_by_role("button", name=re.compile(rf"^{minutes}\s*分钟内到")).click()

    def reads(self, text: str) -> None:
        sees(self.page, text)


class OfficerOnDuty:
    """An officer with the phone in one hand."""

    def __init__(self, product: Product, visitors: Visitors, account: dict[str, Any]) -> None:
        self._product = product
        self._account = account
        self.page = visitors.phone()

    def signs_in_and_goes_on_duty(self, door: str = "/officer") -> None:
        self.page.goto(self._product.web_url + door)
        self.page.get_by_label("用户名").fill(self._account["username"])
        self.page.get_by_label("密码").fill(self._account["password"])
        button(self.page, "登录").click()
        self.page.get_by_role("switch", name="上岗").click()
        consent, queue = (
            button(self.page, "同意并上岗"),
            self.page.get_by_role("tab", name=re.compile("待接")),
        )
        # Who has consented before is not asked again.
        expect(consent.or_(queue)).to_be_visible(timeout=PATIENCE_MS)
        if consent.is_visible():
            consent.click()
        expect(queue).to_be_visible(timeout=PATIENCE_MS)

    def sees_one_open_request(self) -> None:
        expect(self.page.get_by_role("tab", name=re.compile(r"待接\s*1"))).to_be_visible(timeout=PATIENCE_MS)

    def sees_none(self) -> None:
        expect(self.page.get_by_role("tab", name=re.compile(r"待接\s*0"))).to_be_visible(timeout=PATIENCE_MS)

    def accepts(self) -> None:
        self.page.get_by_role("button", name=re.compile("^接警")).first.click()
        expect(self.page.get_by_role("tab", name=re.compile(r"处置中\s*1"))).to_be_visible(
            timeout=PATIENCE_MS
        )

    def arrives(self) -> None:
        self.page.get_by_role("button", name=re.compile("我已到场")).first.click()
        sees(self.page, "已记录到场")

    def resolves(self) -> None:
        self.page.get_by_role("button", name=re.compile("处置完成")).first.click()
        sheet = self.page.get_by_role("dialog")
        if not sheet.is_visible():
            # From the list the button opens the incident first.
            self.page.get_by_role("button", name="处置完成", exact=True).last.click()
        sheet.get_by_text("现场处置完毕").click()
        sheet.get_by_role("button", name="处置完成").click()


class Wall:
    """The commander's wall, five metres away."""

    def __init__(self, product: Product, visitors: Visitors) -> None:
        self._url = f"{product.web_url}/wall"
        self.page = visitors.wall()

    def is_watched(self) -> None:
        self.page.goto(self._url)

    def shows(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)

    def no_longer_shows(self, text: str) -> None:
        expect(self.page.get_by_text(text)).to_have_count(0, timeout=PATIENCE_MS)


def _link_to_the_owner(product: Product) -> str | None:
    rows = database_says(
        product,
        "SELECT m.link FROM simulator_messages m JOIN notices n ON n.id = m.notice_id"
        f" WHERE n.incident_id = {NEWEST} AND m.link LIKE '%/o/%'",
    )
    if not rows:
        return None
    link = str(rows[0][0])
    return link[link.index("/o/") :]


def masked(plate: str) -> str:
    """What the feed shows of a plate."""
    return f"{plate[:3]}{'*' * (len(plate) - 4)}{plate[-1]}"


def database_says(product: Product, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the database holds, read beside the running product."""
    connection = sqlite3.connect(f"file:{product.home / 'wufen.db'}?mode=ro", uri=True)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


NEWEST = "(SELECT id FROM incidents ORDER BY requested_at DESC LIMIT 1)"


def events_of(product: Product, count: int) -> list[str]:
    """The names of the newest incident's events in order, once there are at least so many."""

    def ask() -> list[str] | None:
        rows = database_says(
            product, f"SELECT name FROM events WHERE incident_id = {NEWEST} ORDER BY district, offset"
        )
        return [name for (name,) in rows] if len(rows) >= count else None

    return until(ask, f"{count} events", 20)
