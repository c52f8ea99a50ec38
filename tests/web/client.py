"""A client for tests: calls the application in this process, and knows how to be somebody."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import httpx2
from PIL import Image
from sqlalchemy import insert, update
from starlette.applications import Starlette

from models.actions.notify import token_hash
from models.caller import Officer
from models.passwords import hash_password
from models.store import Store
from models.tables import officers, sessions
from tests.support.city import PLATES

PASSWORD = "five-minutes"


class Client(httpx2.AsyncClient):
    """``store`` is the application's own, to look behind the answers."""

    def __init__(self, app: Starlette, store: Store) -> None:
        super().__init__(transport=httpx2.ASGITransport(app), base_url="http://localhost:8000")
        self.app = app
        self.store = store

    async def token_of(self, officer: Officer) -> str:
        """A session of the officer, written as signing in does."""
        token = self.store.ids.secret()
        now = self.store.clock.now()
        async with self.store.database.write() as connection:
            await connection.execute(
                insert(sessions).values(
                    id=self.store.ids.new(),
                    officer_id=officer.id,
                    audience=officer.audience,
                    token_hash=token_hash(token),
                    created_at=now,
                    expires_at=now + timedelta(hours=12),
                )
            )
        return token

    async def let_in(self, *who: Officer) -> None:
        """Gives the officers' accounts the password ``PASSWORD``."""
        kept = hash_password(PASSWORD)
        async with self.store.database.write() as connection:
            for one in who:
                await connection.execute(
                    update(officers).where(officers.c.id == one.id).values(password_hash=kept)
                )

    async def ask(self, car: str = "one", **changes: Any) -> httpx2.Response:
        """Somebody scans the sticker and asks; ``changes`` replace or (None) remove members of the body."""
        headers = changes.pop("headers", {})
        body = {"sticker": f"sticker-{car}", "plate_tail": PLATES[car][-3:], "reason": "blocking"} | changes
        given = {name: value for name, value in body.items() if value is not None}
        return await self.post("/api/v1/move-requests", json=given, headers=headers)

    async def asked(self, car: str = "one", **changes: Any) -> tuple[str, str]:
        """The id of the incident and the requester's token."""
        answer = await self.ask(car, **changes)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()["incident"]["id"], answer.json()["access_token"]

    async def on_duty(self, officer: Officer, district: str) -> str:
        """The officer's token, after going on duty."""
        token = await self.token_of(officer)
        body = {"on_duty": True, "district": district}
        answer = await self.put("/api/v1/duty", json=body, headers=bearer(token))
        assert answer.status_code == 200, answer.text
        return token


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def error_of(answer: httpx2.Response) -> tuple[int, str, str | None]:
    """Status, code and field of a refusal, which always has a sentence too."""
    error = answer.json()["error"]
    assert error["message"]
    assert not error["message"].startswith("errors."), error["message"]
    return answer.status_code, error["code"], error.get("field")


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48)) -> bytes:
    """A small photo with a place in its EXIF, as a phone makes it."""
    out = io.BytesIO()
    image = Image.new("RGB", size, (200, 30, 40))
    exif = Image.Exif()
    exif[0x010F] = "Phone of Zhang San"
    image.save(out, kind, exif=exif)
    return out.getvalue()
