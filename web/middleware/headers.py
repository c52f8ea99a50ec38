"""Headers that keep browsers from doing what no page of ours needs: foreign scripts, frames, sniffing.

Every response gets them; a page's script and style are allowed by a nonce of its own request.
"""

from __future__ import annotations

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
NO_PAGE = b"default-src 'none'; frame-ancestors 'none'"
# Only there pictures may come from the map's hosts.
WITH_MAP = frozenset({"/officer", "/auxiliary", "/hazard"})
ONE_YEAR = 31_536_000  # seconds


class SecurityHeaders:
    """``scope["nonce"]`` is the request's; pages print it."""

    def __init__(self, app: ASGIApp, ids: Ids, settings: Settings) -> None:
        self._app = app
        self._ids = ids
        self._hub = settings.hub_public_url
        tiles = dict.fromkeys(origin for layer in settings.tiles_url for origin in layer.origins)
        self._tiles = "".join(f" {origin}" for origin in tiles)
        fixed = dict(FIXED)
        if settings.public_url.startswith("https://"):
            fixed["strict-transport-security"] = f"max-age={ONE_YEAR}"
        self._fixed = tuple((name.encode(), value.encode()) for name, value in fixed.items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nonce = scope["nonce"] = self._ids.secret()

        async def protect(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = dict(message["headers"])
                html = there.get(b"content-type", b"").startswith(b"text/html")
                policy = self._policy(nonce, scope["path"]).encode() if html else NO_PAGE
                added = (*self._fixed, (b"content-security-policy", policy))
                message["headers"] = [
                    *message["headers"],
                    *(header for header in added if header[0] not in there),
                ]
            await send(message)

        await self._app(scope, receive, protect)

    def _policy(self, nonce: str, path: str) -> str:
        return "; ".join(
            (
                "default-src 'none'",
                f"script-src 'self' 'nonce-{nonce}'",
                f"style-src 'self' 'nonce-{nonce}'",
                f"img-src 'self' data: blob:{self._tiles if path in WITH_MAP else ''}",
                "font-src 'self' data:",
                f"connect-src 'self' {self._hub}",
                "manifest-src 'self'",
                "worker-src 'self'",
                "form-action 'self'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
            )
        )
