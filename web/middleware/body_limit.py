"""No body is larger than its route needs; the surplus is refused as soon as it is announced or comes."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import PayloadTooLarge
from models.watching import spreadsheet
from web.middleware.resumable import PATH as RESUMABLE

LARGEST_JSON = 64 * 1024
LARGEST_UPLOAD = 10 * 1024 * 1024  # what a phone's camera makes
LARGEST_LIST = spreadsheet.LARGEST
LARGEST_RESUMABLE = 1 << 30  # the most that may be set for one; each is held to what it announced
ENVELOPE = 4 * 1024  # the multipart around a file


# Paths by their end.
_UPLOADS = {"/photos": LARGEST_UPLOAD, "/watch-lists": LARGEST_LIST, "/watch-lists/check": LARGEST_LIST}


class BodyLimit:
    """Uploads may be large, everything else is a small JSON object."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        upload = next((most for end, most in _UPLOADS.items() if scope["path"].endswith(end)), None)
        limit = upload or LARGEST_JSON
        if scope["method"] == "PATCH" and scope["path"].startswith(RESUMABLE):
            limit = LARGEST_RESUMABLE
        room = limit + (ENVELOPE if upload else 0)
        announced = Headers(scope=scope).get("content-length", "")
        came = 0

        async def count() -> Message:
            nonlocal came
            if announced.isdigit() and int(announced) > room:
                raise PayloadTooLarge(limit=limit)
            message = await receive()
            came += len(message.get("body", b""))
            if came > room:
                raise PayloadTooLarge(limit=limit)
            return message

        await self._app(scope, count, send)
