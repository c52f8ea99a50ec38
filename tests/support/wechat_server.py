"""The WeChat platform as tests need it: keeps to what it documents, and can be told to be busy, slow, or to break off.

One account. Tokens overlap as those of ``stable_token`` do, codes are good once and for five minutes, a template's
fields are held to their limits, whoever has not followed or agreed gets nothing, and callbacks come again until they
are answered within five seconds.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from models.wechat.account import Account
from models.wechat.crypto import key_of, seal
from models.wechat.signing import signature
from tests.support.clock import FakeClock
from tests.support.serving import served, served_beside

APP_ID, SECRET = "wx5823bf96d3bd56c7", "0123456789abcdef0123456789abcdef"
CALLBACK_TOKEN, AES_KEY = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
TEMPLATE = "ngqIpbwh8bUfcSsECmogfXcV14J0tQlEpBO27izEYtY"
ZHOU, PENG = "oZhou-6_bWLx0000000000000001", "oPeng-6_bWLx0000000000000002"
LIMITS = {"thing": 20, "character_string": 32, "phrase": 5, "car_number": 8, "name": 20}


@dataclass
class Platform:
    """``following`` and ``agreed`` (how many subscription messages) by openid. ``answers``: what the next calls are
    answered instead, the first one first: a JSON object, a status, or ``"break"`` after having done it.
    """

    now: Callable[[], datetime]
    url: str = ""
    token: str = "token-0"
    token_ends: datetime | None = None
    older: dict[str, datetime] = field(default_factory=dict)
    codes: dict[str, tuple[datetime, str, str]] = field(default_factory=dict)
    following: set[str] = field(default_factory=lambda: {ZHOU})
    agreed: dict[str, int] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    snapshot: bool = False
    who: str = ZHOU  # who sits before the browser that comes to the door
    sent: list[dict[str, Any]] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)
    menu: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    forced: list[datetime] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    slow: asyncio.Event | None = None
    asked: list[str] = field(default_factory=list)

    def account(self, **changes: Any) -> Account:
        given: dict[str, Any] = {
            "app_id": APP_ID,
            "app_secret": SECRET,
            "token": CALLBACK_TOKEN,
            "aes_key": AES_KEY,
            "api": self.url,
            "open": self.url,
        }
        return Account(**(given | changes))

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/connect/oauth2/authorize", self._authorize),
                Route("/sns/oauth2/access_token", self._sign_in),
                Route("/cgi-bin/stable_token", self._token, methods=["POST"]),
                Route("/cgi-bin/ticket/getticket", self._ticket),
                Route("/cgi-bin/message/template/send", self._template, methods=["POST"]),
                Route("/cgi-bin/message/subscribe/bizsend", self._subscription, methods=["POST"]),
                Route("/cgi-bin/qrcode/create", self._code, methods=["POST"]),
                Route("/cgi-bin/menu/create", self._menu, methods=["POST"]),
            ]
        )

    def end_token(self) -> None:
        """The token is taken back in the middle of everything: whoever holds it finds out by using it."""
        self.older.clear()
        self._new_token()

    def new_code(self, openid: str = ZHOU, scope: str = "snsapi_base") -> str:
        code = f"code-{len(self.codes)}"
        self.codes[code] = (self.now() + timedelta(minutes=5), openid, scope)
        return code

    def _new_token(self) -> None:
        if self.token_ends is not None and self.token_ends > self.now():
            self.older.pop(self.token, None)
        self.token = f"token-{int(self.token.rpartition('-')[2]) + 1}"
        self.token_ends = self.now() + timedelta(seconds=7200)

    async def _authorize(self, request: Request) -> Response:
        """The door: it knows who is there, and sends the browser back with a code."""
        self.asked.append(str(request.url))
        names = re.findall(r"[?&](\w+)=", str(request.url))
        assert names == ["appid", "redirect_uri", "response_type", "scope", "state"], "the platform's order"
        query = request.query_params
        code = self.new_code(self.who, query["scope"])
        back = query["redirect_uri"]
        return RedirectResponse(f"{back}{'&' if '?' in back else '?'}code={code}&state={query['state']}", 302)

    async def _sign_in(self, request: Request) -> Response:
        query = request.query_params
        if (instead := await self._instead("sign_in")) is not None:
            return instead
        if query["appid"] != APP_ID or query["secret"] != SECRET:
            return said(40125, "invalid appsecret")
        ends, openid, scope = self.codes.get(query["code"], (None, "", ""))
        if ends is None:
            return said(40029, "invalid code")
        if openid == "used":
            return said(40163, "code been used")
        self.codes[query["code"]] = (ends, "used", scope)
        if ends < self.now():
            return said(40029, "invalid code")
        found = {"access_token": "oauth-token", "expires_in": 7200, "openid": openid, "scope": scope}
        return JSONResponse(found | ({"is_snapshotuser": 1} if self.snapshot else {}))

    async def _token(self, request: Request) -> Response:
        body = await request.json()
        if (instead := await self._instead("token")) is not None:
            return instead
        if body["appid"] != APP_ID:
            return said(40013, "invalid appid")
        if body["secret"] != SECRET:
            return said(40001, "invalid credential")
        now = self.now()
        if body.get("force_refresh"):
            if self.forced and self.forced[-1] > now - timedelta(seconds=30):
                return said(45011, "api minute-quota reach limit")
            self.forced.append(now)
            self._new_token()
        elif self.token_ends is None or self.token_ends <= now + timedelta(minutes=5):
            if self.token_ends is not None and self.token_ends > now:
                self.older[self.token] = now + timedelta(minutes=5)
            self._new_token()
        assert self.token_ends is not None
        left = int((self.token_ends - now).total_seconds())
        return JSONResponse({"access_token": self.token, "expires_in": left})

    async def _ticket(self, request: Request) -> Response:
        if (refused := await self._refused(request, "ticket")) is not None:
            return refused
        return JSONResponse({"errcode": 0, "errmsg": "ok", "ticket": "ticket-of-pages", "expires_in": 7200})

    async def _template(self, request: Request) -> Response:
        body = await request.json()
        if (refused := await self._refused(request, "template")) is not None:
            return refused
        if (wrong := self._wrong(body)) is not None:
            return wrong
        if body["touser"] not in self.following:
            return said(43004, "require subscribe")
        return await self._take(body, body.get("client_msg_id"))

    async def _subscription(self, request: Request) -> Response:
        body = await request.json()
        if (refused := await self._refused(request, "subscription")) is not None:
            return refused
        if (wrong := self._wrong(body)) is not None:
            return wrong
        if self.agreed.get(body["touser"], 0) < 1:
            return said(43101, "user refuse to accept the msg")
        self.agreed[body["touser"]] -= 1
        return await self._take(body, None)

    def _wrong(self, body: dict[str, Any]) -> Response | None:
        if body["template_id"] != TEMPLATE:
            return said(40037, "invalid template_id")
        if body["touser"] not in {ZHOU, PENG}:
            return said(40003, "invalid openid")
        for name, one in body["data"].items():
            most = LIMITS.get(name.rstrip("0123456789"))
            if most is not None and len(one["value"]) > most:
                return said(47003, f"argument invalid! data.{name}.value invalid")
        return None

    async def _take(self, body: dict[str, Any], key: str | None) -> Response:
        """Sent once per key; a repetition hears the first number again."""
        if key in self.keys:
            return JSONResponse({"errcode": 0, "errmsg": "ok", "msgid": self.keys[key]})
        number = 2_400_000_000_000 + len(self.sent)
        self.sent.append(body)
        if key is not None:
            self.keys[key] = number
        if self.answers and self.answers[0] == "break":
            self.answers.pop(0)
            return Response("<html>", 502)
        return JSONResponse({"errcode": 0, "errmsg": "ok", "msgid": number})

    async def _code(self, request: Request) -> Response:
        body = await request.json()
        if (refused := await self._refused(request, "code")) is not None:
            return refused
        scene = body["action_info"]["scene"]["scene_str"]
        return JSONResponse({"ticket": "gQ==", "url": f"http://weixin.example/q/{scene}"})

    async def _menu(self, request: Request) -> Response:
        self.menu = (await request.json())["button"]
        return await self._refused(request, "menu") or said(0, "ok")

    async def _refused(self, request: Request, name: str) -> Response | None:
        if (instead := await self._instead(name)) is not None:
            return instead
        token, now = request.query_params.get("access_token", ""), self.now()
        if token == self.token and self.token_ends is not None:
            return said(42001, "access_token expired") if self.token_ends <= now else None
        if self.older.get(token, now) > now:
            return None
        return said(40001, "invalid credential, access_token is invalid or not latest")

    async def _instead(self, name: str) -> Response | None:
        self.calls.append(name)
        if self.slow is not None:
            await self.slow.wait()
        if not self.answers or self.answers[0] == "break":
            return None
        answer = self.answers.pop(0)
        return Response("busy", answer) if isinstance(answer, int) else JSONResponse(answer)


def said(code: int, message: str) -> Response:
    # The platform calls its JSON text/plain.
    return Response(json.dumps({"errcode": code, "errmsg": message}), media_type="text/plain")


def clocked(clock: FakeClock) -> Platform:
    return Platform(clock.now)


@asynccontextmanager
async def running_platform(clock: FakeClock) -> AsyncIterator[Platform]:
    """It answers on a port of this machine until the end of the block."""
    platform = Platform(clock.now)
    async with served(platform.app()) as url:
        platform.url = url
        yield platform
        if platform.slow is not None:
            platform.slow.set()


@contextmanager
def platform_beside(now: Callable[[], datetime]) -> Iterator[Platform]:
    """The same for a test that drives a browser."""
    platform = Platform(now)
    with served_beside(platform.app()) as url:
        platform.url = url
        yield platform


def event(**members: str) -> str:
    """The XML of an event as the platform writes it."""
    usual = {"ToUserName": "gh_1", "FromUserName": ZHOU, "CreateTime": "1793606400", "MsgType": "event"}
    inner = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in (usual | members).items())
    return f"<xml>{inner}</xml>"


def pushed(
    xml: str, now: datetime, *, nonce: str = "n0nce", secure: bool = True
) -> tuple[dict[str, str], str]:
    """The query and body with which the platform would push ``xml`` to the account."""
    timestamp = str(int(now.timestamp()))
    query = {
        "signature": signature(CALLBACK_TOKEN, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": ZHOU,
    }
    if not secure:
        return query, xml
    envelope = seal(key_of(AES_KEY), APP_ID, xml)
    query |= {
        "encrypt_type": "aes",
        "msg_signature": signature(CALLBACK_TOKEN, timestamp, nonce, envelope),
    }
    return (
        query,
        f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{envelope}]]></Encrypt></xml>",
    )


async def pushes_until_answered(client: httpx2.AsyncClient, path: str, xml: str, now: datetime) -> list[str]:
    """As the platform pushes: up to three times more, until it is answered within five seconds."""
    bodies = []
    for _ in range(4):
        query, body = pushed(xml, now)
        try:
            answer = await client.post(path, params=query, content=body, timeout=5.0)
        except httpx2.TimeoutException:
            bodies.append("timeout")
            continue
        bodies.append(answer.text)
        if answer.status_code == 200:
            break
    return bodies
