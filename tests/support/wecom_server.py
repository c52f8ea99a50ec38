"""WeCom as tests need it: a robot that speaks 20 times a minute, an application with a token that ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.clock import FakeClock
from tests.support.serving import served

ROBOT, CORP, SECRET = "693axxx6-7aoc-4bc4-97a0", "ww1234567890", "the-applications-secret"


@dataclass
class Company:
    """``members``: whom the application may tell. ``answers``: what the next calls are answered instead."""

    now: Callable[[], datetime]
    url: str = ""
    members: set[str] = field(default_factory=set)
    said: list[tuple[datetime, str]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    token: int = 0
    ends: datetime | None = None
    calls: list[str] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/cgi-bin/webhook/send", self._robot, methods=["POST"]),
                Route("/cgi-bin/gettoken", self._gettoken),
                Route("/cgi-bin/message/send", self._message, methods=["POST"]),
            ]
        )

    async def _robot(self, request: Request) -> Response:
        self.calls.append("robot")
        if self.answers:
            return _instead(self.answers.pop(0))
        if request.query_params["key"] != ROBOT:
            return _said(93000, "invalid webhook url")
        since = self.now() - timedelta(minutes=1)
        if sum(at > since for at, _ in self.said) >= 20:
            return _said(45009, "api freq out of limit")
        text = (await request.json())["text"]["content"]
        if len(text.encode()) > 2048:
            return _said(40058, "text.content exceed max length 2048")
        self.said.append((self.now(), text))
        return _said(0, "ok")

    async def _gettoken(self, request: Request) -> Response:
        self.calls.append("token")
        if request.query_params["corpid"] != CORP:
            return _said(40013, "invalid corpid")
        if request.query_params["corpsecret"] != SECRET:
            return _said(40001, "invalid credential")
        if self.ends is None or self.ends <= self.now():
            self.token, self.ends = self.token + 1, self.now() + timedelta(hours=2)
        left = int((self.ends - self.now()).total_seconds())
        return JSONResponse({"errcode": 0, "access_token": f"t-{self.token}", "expires_in": left})

    def take_back(self) -> None:
        """The token is worth nothing any more, whatever its holder thinks."""
        self.ends = self.now()

    async def _message(self, request: Request) -> Response:
        self.calls.append("message")
        if self.answers:
            return _instead(self.answers.pop(0))
        given = request.query_params["access_token"]
        if given != f"t-{self.token}" or self.ends is None or self.ends <= self.now():
            return _said(42001, "access_token expired")
        body = await request.json()
        if body["touser"] not in self.members:
            return JSONResponse({"errcode": 81013, "errmsg": "user & party & tag all invalid"})
        if body["text"] not in [one["text"] for one in self.told if one["touser"] == body["touser"]]:
            self.told.append(body)
        return JSONResponse({"errcode": 0, "errmsg": "ok", "invaliduser": "", "msgid": f"m-{len(self.told)}"})


def _instead(answer: Any) -> Response:
    return Response("busy", answer) if isinstance(answer, int) else JSONResponse(answer)


def _said(code: int, message: str) -> Response:
    return JSONResponse({"errcode": code, "errmsg": message})


@asynccontextmanager
async def running_company(clock: FakeClock) -> AsyncIterator[Company]:
    """It answers on a port of this machine until the end of the block."""
    company = Company(clock.now)
    async with served(company.app()) as url:
        company.url = url
        yield company
