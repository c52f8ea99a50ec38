"""An empty installation and the bundle of a county: the whole way from its import to an officer who has the request."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.support.product import Product
from tests.support.waiting import until

DECHANG = Path(__file__).resolve().parents[1] / "docs/cities/dechang.yaml"
PASSWORD = "ding-ge-mi-ma"


class County:
    """The installation, its operator's commands and its API."""

    def __init__(self, home: Path) -> None:
        self.product = Product(home, {})

    def wufen(self, *arguments: str, said: str = "") -> None:
        command = [str(Path(sys.executable).with_name("wufen")), *arguments]
        environ = {**os.environ, **self.product.settings}
        subprocess.run(command, env=environ, input=said, text=True, check=True)

    def account(self, username: str, role: str, number: str) -> None:
        about = ("--role", role, "--district", "513424", "--service-number", number, "--unit", "德昌大队")
        self.wufen("officer", "add", username, *about, "--password-stdin", said=f"{PASSWORD}\n")

    def signs_in(self, username: str) -> str:
        return str(self.post("sessions", {"username": username, "password": PASSWORD})["access_token"])

    def post(self, path: str, body: Any, token: str = "", method: str = "POST") -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        url = f"{self.product.web_url}/api/v1/{path}"
        request = urllib.request.Request(url, json.dumps(body).encode(), headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def message(self) -> str:
        """The one message that a phone has received."""

        def look() -> str | None:
            connection = sqlite3.connect(f"file:{self.product.home / 'wufen.db'}?mode=ro", uri=True)
            try:
                row = connection.execute("SELECT text_zh FROM simulator_messages").fetchone()
            finally:
                connection.close()
            return None if row is None else str(row[0])

        return until(look, "a message on the owner's phone", 20)


@pytest.mark.processes
def test_a_bundle_in_an_empty_installation_is_a_city_that_works(tmp_path: Path) -> None:
    county = County(tmp_path / "home")
    county.wufen("city", "import", str(DECHANG), "--yes")
    county.account("lin", "administrator", "340001")
    county.account("wang", "police", "340002")
    county.product.start()
    try:
        lin, wang = county.signs_in("lin"), county.signs_in("wang")
        batch = county.post("admin/stickers", {"district": "513424", "count": 1}, lin)["batch"]
        (code,) = batch["codes"]
        with urllib.request.urlopen(f"{county.product.web_url}/s/{code}", timeout=10) as page:
            assert "德昌交管" in page.read().decode()

        binding = county.post(f"stickers/{code}/binding", {"plate": "川W·B6789", "phone": "154 0000 0001"})[
            "binding"
        ]
        told = county.message()
        assert told.startswith("【德昌交管】")
        digits = re.search(r"\d{6}", told)
        assert digits
        county.post(f"bindings/{binding}/confirm", {"code": digits[0]})

        position = {"lat": 27.403, "lng": 102.178, "accuracy_m": 9}
        county.post("duty", {"on_duty": True, "district": "513424", "position": position}, wang, "PUT")
        asked = county.post("move-requests", {"sticker": code, "plate_tail": "789", "reason": "blocking"})
        incident = asked["incident"]
        assert (incident["district"], incident["response_seconds"]) == ("513424", 300)
        accepted = county.post(f"incidents/{incident['id']}/accept", {}, wang)["incident"]
        assert accepted["status"] == "accepted"
    finally:
        county.product.stop()
