"""An application of the web on a port of this machine, in this process: for programs that speak HTTP themselves."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette

from tests.support.ports import free_port


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """Its address."""
    port = free_port()
    server = _Server(uvicorn.Config(app, port=port, lifespan="off", log_config=None, ws="none"))
    async with asyncio.TaskGroup() as group:
        group.create_task(server.serve())
        await server.listens.wait()
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
