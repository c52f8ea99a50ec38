"""Every answer about uploads says which version of tus speaks, the refusals too."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.tus import VERSION

PATH = "/api/v1/uploads"


class Resumable:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PATH):
            await self._app(scope, receive, send)
            return

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"tus-resumable", VERSION.encode())]
            await send(message)

        await self._app(scope, receive, tell)
