"""Calls that change something come from our own pages, or carry a token that no foreign page has.

A browser sends our cookie along whoever made it call. So a call that changes something needs an Origin of
ours, if it has one and no bearer token. Where the cookie itself is to speak for the caller, ``web.dispatch``
wants a header too that a foreign page cannot set without asking first.
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from models.errors import Forbidden
from models.settings import Settings

HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})


class Csrf:
    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._origins = frozenset({settings.public_url, *settings.origins})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in HARMLESS:
            self._check(scope)
        await self._app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        if "authorization" in headers:
            return
        origin = headers.get("origin")
        own = f"{scope['scheme']}://{headers.get('host', '')}"
        if origin is not None and origin != own and origin not in self._origins:
            raise Forbidden(why="origin")
        # Behind a proxy that ends TLS our own scheme looks different; the browser's own word counts too.
        if headers.get("sec-fetch-site") == "cross-site" and origin not in self._origins:
            raise Forbidden(why="origin")
