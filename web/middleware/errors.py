"""What went wrong, as an answer: JSON for the API, a polite page for people, and a line in the log for us."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.away import is_away
from models.errors import InvalidJson, NotFound, PayloadTooLarge, Unavailable, WufenError
from web.answers import Answer, response
from web.language import choose
from web.middleware.request_log import route_of
from web.refusals import refusal
from web.site import site_of

log = structlog.get_logger()
# For what has no page: an address that a person typed or scanned gets one.
Page = Callable[[Request, Answer], Response]


def is_for_people(request: Request) -> bool:
    return not request.url.path.startswith(
        ("/api/", "/open311/", "/cap/", "/agency/", "/static/", "/healthz", "/readyz", "/metrics")
    )


class Errors:
    """Catches what nobody expected: the request is answered, the trace logged, nothing of it told."""

    def __init__(self, app: ASGIApp, page: Page) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def note(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, note)
        except ClientDisconnect:
            return
        except Exception as error:
            if started:
                raise
            request = Request(scope)
            answer = _answer(request, _known(error, scope))
            shown = self._page(request, answer) if is_for_people(request) else response(answer)
            await shown(scope, receive, send)


def _known(error: Exception, scope: Scope) -> WufenError | None:
    """The refusal that ``error`` is, or amounts to; None for a mistake of ours, which is logged."""
    if isinstance(error, WufenError):
        return error
    if is_away(error):
        log.warning("database_away", request=scope["request_id"], error=type(error).__name__)
        return Unavailable()
    # A statement's parameters may be personal: only types and places are logged.
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in _frames(error)]
    log.error(
        "unexpected",
        request=scope["request_id"],
        route=route_of(scope),
        error=type(error).__name__,
        at=places,
    )
    return None


def _frames(error: Exception) -> list[traceback.FrameSummary]:
    return list(traceback.extract_tb(error.__traceback__))[-8:]


def _answer(request: Request, error: WufenError | None) -> Answer:
    site = site_of(request)
    language = choose(request.scope)
    said = site.store.texts.of(getattr(request.state, "city", None))
    if error is not None:
        return refusal(error, language, said, site.store.clock.now())
    sentence = said.say(language, "errors.unavailable")
    return Answer({"error": {"code": "internal", "message": sentence}}, 500)


def handlers(page: Page) -> dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]:
    """For Starlette's own layer: our refusals, and its exceptions in our words."""

    async def refused(request: Request, error: Exception) -> Response:
        known = error if isinstance(error, WufenError) else None
        return _shown(request, _answer(request, known))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return _shown(request, _of_starlette(request, error))

    def _shown(request: Request, answer: Answer) -> Response:
        return page(request, answer) if is_for_people(request) else response(answer)

    return {WufenError: refused, HTTPException: http}


def _of_starlette(request: Request, error: HTTPException) -> Answer:
    known = {400: InvalidJson, 404: NotFound, 413: PayloadTooLarge}.get(error.status_code)
    if known is not None:
        return _answer(request, known())
    site = site_of(request)
    code = "method_not_allowed" if error.status_code == 405 else "unavailable"
    sentence = site.store.texts.of(None).say(choose(request.scope), f"errors.{code}")
    headers = dict(error.headers or {})
    return Answer({"error": {"code": code, "message": sentence}}, error.status_code, headers)
