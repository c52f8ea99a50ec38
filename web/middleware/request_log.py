"""A name for every request, and one line about it when it is over.

The line holds the route's template, never the path: paths carry sticker codes and the tokens of owners. No
address, no query, no header.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.ids import Ids

HEADER = b"x-request-id"
# Asked for every second by supervisors and monitors: worth a measurement, not a line.
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
# What is told of a request that is over: method, route, status, seconds.
Measure = Callable[[str, str, int, float], None]

log = structlog.get_logger()


class RequestLog:
    """``measure`` counts the request for the metrics."""

    def __init__(self, app: ASGIApp, ids: Ids, measure: Measure) -> None:
        self._app = app
        self._ids = ids
        self._measure = measure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope["request_id"] = self._ids.new()
        status = 0
        began = time.perf_counter()

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (HEADER, request_id.encode())]
            await send(message)

        try:
            await self._app(scope, receive, note)
        finally:
            self._over(scope, status, time.perf_counter() - began)

    def _over(self, scope: Scope, status: int, seconds: float) -> None:
        path = route_of(scope)
        self._measure(scope["method"], path, status, seconds)
        if path not in QUIET or status >= 400:
            log.info(
                "request",
                request=scope["request_id"],
                method=scope["method"],
                route=path,
                status=status,
                ms=round(seconds * 1000, 1),
            )


def route_of(scope: Scope) -> str:
    """The template of the route that answered, such as ``/o/{token}``; ``-`` when there was none."""
    return str(getattr(scope.get("route"), "path", None) or "-")
