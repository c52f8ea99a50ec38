"""A client of the hub for tests: says what it is told to, waits for messages, and never for a while."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from types import TracebackType
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE_SECONDS = 5.0


class HubClient:
    """One connection. ``async with HubClient(url) as client`` opens it; ``connect`` shows the token."""

    def __init__(self, url: str, *, origin: str | None = None) -> None:
        self._url = url
        self._origin = origin
        self._next = 0
        self._arrived: deque[dict[str, Any]] = deque()
        self._pushes: deque[dict[str, Any]] = deque()  # that came before a reply that was waited for
        self._socket: ClientConnection | None = None

    async def __aenter__(self) -> HubClient:
        headers = {} if self._origin is None else {"Origin": self._origin}
        self._socket = await connect(
            self._url,
            additional_headers=headers,
            compression=None,
            ping_interval=None,
            max_size=None,
            proxy=None,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.socket.close()

    @property
    def socket(self) -> ClientConnection:
        assert self._socket is not None
        return self._socket

    async def say(self, *commands: dict[str, Any]) -> None:
        """Sends commands in one frame, as they are."""
        await self.socket.send("\n".join(json.dumps(command) for command in commands))

    async def ask(self, **request: Any) -> dict[str, Any]:
        """One command; its whole reply. Pushes that come before it are kept."""
        self._next += 1
        command_id = self._next
        await self.say({"id": command_id, **request})
        while True:
            message = await self._message()
            if message.get("id") == command_id:
                return message
            self._pushes.append(message)

    async def connect(self, token: str) -> dict[str, Any]:
        """Shows the token; the connect result."""
        result: dict[str, Any] = (await self.ask(connect={"token": token, "name": "test"}))["connect"]
        return result

    async def subscribe(
        self, channel: str, since: tuple[int, str] | None = None, **more: Any
    ) -> dict[str, Any]:
        """The subscribe result; with ``since`` what was missed since that offset and epoch is asked for."""
        request: dict[str, Any] = {"channel": channel, **more}
        if since is not None:
            request |= {"recover": True, "offset": since[0], "epoch": since[1]}
        result: dict[str, Any] = (await self.ask(subscribe=request))["subscribe"]
        return result

    async def push(self) -> dict[str, Any]:
        """The next push."""
        if self._pushes:
            return dict(self._pushes.popleft()["push"])
        message = await self._message()
        assert "push" in message, f"a reply that nobody waits for: {message}"
        return dict(message["push"])

    async def publication(self, channel: str) -> dict[str, Any]:
        """The next push, which must be a publication in ``channel``."""
        push = await self.push()
        assert push["channel"] == channel, push
        return dict(push["pub"])

    async def nothing_came(self) -> None:
        """Nothing was pushed: whatever the hub had said before this question would be here by its answer."""
        await self.ask(ping={})
        assert not self._pushes, list(self._pushes)

    async def closed(self) -> tuple[int, str]:
        """Waits until the hub hangs up; code and reason of its close frame."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    await self.socket.recv()
        except ConnectionClosed as closed:
            goodbye = closed.rcvd
        if goodbye is None:
            raise AssertionError("cut off without a word")
        return goodbye.code, goodbye.reason

    def drop(self) -> None:
        """Cuts the line without a word, as a tunnel does."""
        self.socket.transport.abort()

    async def _message(self) -> dict[str, Any]:
        """The next message that is not a ping; pings are answered on the way."""
        while not self._arrived:
            async with asyncio.timeout(PATIENCE_SECONDS):
                frame = await self.socket.recv()
            messages = [json.loads(line) for line in str(frame).splitlines()]
            if {} in messages:
                await self.socket.send("{}")
            self._arrived.extend(filter(None, messages))
        return self._arrived.popleft()
