"""A bad line: a port of this machine behind which the server is, as long as nobody cuts the line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class BadLine:
    """Counts what goes up, and dies after so many bytes, as often as it is told."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._open: set[asyncio.StreamWriter] = set()
        self._cuts: list[int] = []
        self._tasks = asyncio.TaskGroup()
        self.up = 0
        self.cut_off = 0
        self.port = 0

    def cut_after(self, *bytes_: int) -> None:
        """Dies when so many bytes have gone up, and then again after so many more."""
        self._cuts += bytes_

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        self._open |= {writer, back}
        await asyncio.gather(self._pass(reader, back, counted=True), self._pass(there, writer, counted=False))
        self._open -= {writer, back}

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, counted: bool
    ) -> None:
        try:
            while content := await source.read(16_384):
                if counted:
                    self.up += len(content)
                    if self._cuts and self.up >= self._cuts[0]:
                        self._cut()
                        return
                target.write(content)
                await target.drain()
        except OSError:
            pass
        finally:
            target.close()

    def _cut(self) -> None:
        del self._cuts[0]
        if self._cuts:
            self._cuts[0] += self.up
        self.cut_off += 1
        for line in self._open:
            line.transport.abort()


@asynccontextmanager
async def bad_line(target: int) -> AsyncIterator[BadLine]:
    """A line to ``target``, a port of this machine."""
    line = BadLine(target)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
