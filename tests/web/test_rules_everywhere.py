"""Rules in the running product: two people change one over HTTP, and every process follows."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.product import running_product
from tests.support.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.processes]
DISTRICT = "511802"
RULES = "/api/v1/admin/rules"
DRAFT = {
    "scope": DISTRICT,
    "source": "雅公交〔2026〕12号",
    "rows": [
        {"id": "fire_lane", "cells": {"reason": "'fire_lane'", "seconds": "120"}},
        {"id": "default", "cells": {"seconds": "300"}},
    ],
    "golden": [{"name": "A fire lane", "given": {"reason": "fire_lane"}, "then": {"seconds": 120}}],
}


def signed_in(url: str, account: dict[str, Any]) -> httpx2.Client:
    client = httpx2.Client(base_url=url)
    body = {"username": account["username"], "password": account["password"]}
    answer = client.post("/api/v1/sessions", json=body)
    assert answer.status_code == 200, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


def told(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code in {200, 201}, answer.text
    view: dict[str, Any] = answer.json()
    return view


def ask(url: str, sticker: dict[str, Any]) -> dict[str, Any]:
    """A request on a line of its own: the machine gives it to one web process or another."""
    body = {"sticker": sticker["code"], "plate_tail": sticker["plate"][-3:], "reason": "fire_lane"}
    with httpx2.Client(base_url=url) as client:
        incident: dict[str, Any] = told(client.post("/api/v1/move-requests", json=body))["incident"]
    return incident


def test_every_process_follows_a_rule_that_two_people_changed(tmp_path: Path) -> None:
    with running_product(tmp_path / "home", limits="off") as product:
        url = product.web_url
        demo = json.loads((product.home / "demo.json").read_text("utf-8"))
        one, other = [
            signed_in(url, account) for account in demo["accounts"] if account["role"] == "administrator"
        ]
        stickers = demo["stickers"]
        before = ask(url, stickers[0])
        version = told(one.post(f"{RULES}/tables/response/versions", json=DRAFT))["version"]
        told(one.post(f"{RULES}/versions/{version}/submit", json={}))
        assert one.post(f"{RULES}/versions/{version}/approve", json={}).status_code == 403
        told(other.post(f"{RULES}/versions/{version}/approve", json={}))
        begins = datetime.fromisoformat(
            told(other.post(f"{RULES}/versions/{version}/activate", json={}))["active_from"]
        )

        def has_begun() -> bool:
            view = told(one.get(f"{RULES}/tables/response", params={"scope": DISTRICT}))
            return datetime.fromisoformat(view["now"]) > begins

        until(has_begun, "the version to be in force")
        after = [ask(url, sticker) for sticker in stickers[1:11]]
        assert [incident["response_seconds"] for incident in after] == [120] * 10
        assert before["response_seconds"] == 300
        assert (
            told(
                one.post(f"{RULES}/tables/response/replay", json={"scope": DISTRICT, "rows": DRAFT["rows"]})
            )["changed"]
            == 1
        )
        one.close()
        other.close()
