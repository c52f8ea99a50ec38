"""Sets a scene without anybody before a screen: over the API, for tests that look at one page only."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page

from tests.browser.people import Sample, database_says
from tests.support.product import Product
from tests.support.waiting import until

HOME_DISTRICT = "511802"
BY_THE_RIVER = {"lat": 29.9812, "lng": 103.0127, "accuracy_m": 8}


@dataclass(frozen=True)
class Case:
    """A request that somebody made, and the token that he got."""

    city: Product
    id: str
    token: str

    def does(self, command: str, **body: Any) -> dict[str, Any]:
        """The requester does something; raises HTTPError when refused."""
        return _post(self.city, f"/api/v1/incidents/{self.id}/{command}", body, self.token)

    @property
    def owners_link(self) -> str:
        """The page that the owner's notice opens, once it has reached his phone."""

        def ask() -> str | None:
            rows = database_says(
                self.city,
                "SELECT m.link FROM simulator_messages m JOIN notices n ON n.id = m.notice_id"
                " WHERE n.incident_id = ? AND m.link LIKE '%/o/%'",
                self.id,
            )
            return str(rows[0][0]) if rows else None

        link = until(ask, "the owner's notice", 20)
        return self.city.web_url + link[link.index("/o/") :]


class Officer:
    """An officer who does something that a test only needs to have happened."""

    def __init__(self, city: Product, username: str) -> None:
        self.city = city
        self.account = next(one for one in Sample.of(city).accounts if one["username"] == username)
        self._token = _post(city, door_of(self.account), credentials(self.account))["access_token"]

    def goes_on_duty(self, district: str = HOME_DISTRICT) -> None:
        body = {"on_duty": True, "district": district, "position": BY_THE_RIVER}
        _post(self.city, "/api/v1/duty", body, self._token, "PUT")

    def goes_off_duty(self, district: str = HOME_DISTRICT) -> None:
        _post(self.city, "/api/v1/duty", {"on_duty": False, "district": district}, self._token, "PUT")

    def moves(self, position: dict[str, float]) -> None:
        _post(self.city, "/api/v1/duty/position", position, self._token, "PUT")

    def does(self, case: Case, command: str, **body: Any) -> dict[str, Any]:
        """Raises HTTPError when refused."""
        return _post(self.city, f"/api/v1/incidents/{case.id}/{command}", body, self._token)

    def says(self, path: str, body: Any) -> dict[str, Any]:
        """Any call of his own; raises HTTPError when refused."""
        return _post(self.city, path, body, self._token)

    def revokes(self, sticker: dict[str, Any]) -> None:
        _post(self.city, f"/api/v1/admin/stickers/{sticker['code']}/revoke", {}, self._token)


def approved_rule(city: Product, table: str, cells: dict[str, str]) -> str:
    """A version of one row for Yucheng that one administrator wrote and another approved; its id."""
    author, second = Officer(city, "admin2"), Officer(city, "admin")
    grid = {
        "scope": HOME_DISTRICT,
        "rows": [{"id": "default", "cells": cells}],
        "golden": [{"name": "任何情形", "given": {}, "then": [{}] if table in {"ladder", "limits"} else {}}],
        "source": "试点方案",
    }
    version = str(author.says(f"/api/v1/admin/rules/tables/{table}/versions", grid)["version"])
    author.says(f"/api/v1/admin/rules/versions/{version}/submit", {})
    second.says(f"/api/v1/admin/rules/versions/{version}/approve", {})
    return version


@contextmanager
def on_duty(city: Product, username: str) -> Iterator[Officer]:
    """For so long; afterwards nobody is left on duty for the next test."""
    officer = Officer(city, username)
    officer.goes_on_duty()
    try:
        yield officer
    finally:
        officer.goes_off_duty()


def ask(city: Product, number: int, reason: str = "blocking", **more: Any) -> Case:
    """Somebody asks for the car of the sample sticker ``number`` to be moved."""
    sticker = Sample.of(city).stickers[number]
    body = {"sticker": sticker["code"], "plate_tail": sticker["plate"][-3:], "reason": reason, **more}
    answer = _post(city, "/api/v1/move-requests", {"location": BY_THE_RIVER, **body})
    return Case(city, answer["incident"]["id"], answer["access_token"])


def close_what_is_open(city: Product) -> None:
    """The commander closes what a test has left behind."""
    rows = database_says(city, "SELECT id, status FROM incidents WHERE status != 'closed'")
    commander = Officer(city, "commander") if rows else None
    for incident, status in rows:
        assert commander
        if status == "waiting":
            commander.does(Case(city, incident, ""), "hand_over")
        commander.does(Case(city, incident, ""), "resolve")


def sign_in(page: Page, city: Product, username: str) -> None:
    """The window is signed in, as if this person had come through the door."""
    account = next(one for one in Sample.of(city).accounts if one["username"] == username)
    answer = page.context.request.post(city.web_url + door_of(account), data=credentials(account))
    assert answer.ok, answer.text()


def credentials(account: dict[str, Any]) -> dict[str, Any]:
    return {"username": account["username"], "password": account["password"]}


def door_of(account: dict[str, Any]) -> str:
    return "/api/v1/auxiliary/sessions" if account["role"] == "auxiliary" else "/api/v1/sessions"


def _post(city: Product, path: str, body: Any, token: str = "", method: str = "POST") -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(
        city.web_url + path, data=json.dumps(body).encode(), headers=headers, method=method
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found
