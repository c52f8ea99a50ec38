"""The built front end's files. Their names hold a digest of their content, so they may be kept for ever."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from web.assets import BASE, FOLDER

FOR_EVER = "public, max-age=31536000, immutable"


class Immutable(StaticFiles):
    """Files that never change under their name; the build's own notes are not among them."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in {200, 206, 304}:
                MutableHeaders(scope=message)["cache-control"] = FOR_EVER
            await send(message)

        await super().__call__(scope, receive, keep)


ROUTES = [
    Mount(
        BASE.rstrip("/"),
        app=Immutable(directory=FOLDER, check_dir=False),
        name="static",
        middleware=[Middleware(GZipMiddleware, minimum_size=1024)],
    )
]
