"""Small servers of others, on a port of this machine: what the tests' providers stand on."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.types import ASGIApp

from tests.support.ports import free_port


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


def _config(app: ASGIApp, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app, port=port, lifespan="off", log_config=None, ws="none", timeout_graceful_shutdown=1
    )


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """The address at which ``app`` answers until the end of the block."""
    port = free_port()
    server = _Server(_config(app, port))
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        await server.listens.wait()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True


@contextmanager
def served_beside(app: ASGIApp) -> Iterator[str]:
    """The same in a thread of its own, for tests that have no loop (a browser's)."""
    port, ready = free_port(), threading.Event()

    class Told(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready.set()

    server = Told(_config(app, port))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
