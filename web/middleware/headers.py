"""Headers that keep browsers from doing what no page of ours needs: foreign scripts, frames, sniffing.

Every response gets them; a page's script and style are allowed by a nonce of its own request.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.ids import Ids
from models.settings import Settings

FIXED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # the address of an owner's page is a secret
    "permissions-policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
NO_PAGE = "default-src 'none'; frame-ancestors 'none'"
ONE_YEAR = 31_536_000  # seconds


class SecurityHeaders:
    """``scope["nonce"]`` is the request's; pages print it."""

    def __init__(self, app: ASGIApp, ids: Ids, settings: Settings) -> None:
        self._app = app
        self._ids = ids
        self._hub = settings.hub_public_url
        self._https = settings.public_url.startswith("https://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = scope["nonce"] = self._ids.secret()

        async def protect(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in FIXED.items():
                    headers.setdefault(name, value)
                html = headers.get("content-type", "").startswith("text/html")
                headers.setdefault("content-security-policy", self._policy(nonce) if html else NO_PAGE)
                if self._https:
                    headers.setdefault("strict-transport-security", f"max-age={ONE_YEAR}")
            await send(message)

        await self._app(scope, receive, protect)

    def _policy(self, nonce: str) -> str:
        return "; ".join(
            (
                "default-src 'none'",
                f"script-src 'self' 'nonce-{nonce}'",
                f"style-src 'self' 'nonce-{nonce}'",
                "img-src 'self' data: blob:",
                "font-src 'self' data:",
                f"connect-src 'self' {self._hub}",
                "manifest-src 'self'",
                "worker-src 'self'",
                "form-action 'self'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
            )
        )
