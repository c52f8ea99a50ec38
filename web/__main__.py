"""One web process: `python -m web`. It opens the shared port itself, beats for its supervisor, and stops in time."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from starlette.applications import Starlette

from models.heartbeat import beat
from models.logs import set_up_logs
from models.secrets_file import with_secrets
from models.settings import Settings, SettingsError
from web.app import make_app

# Requests that are under way may end; the supervisor would kill us after three silent seconds anyway.
STOP_SECONDS = 3
BACKLOG = 2048

log = structlog.get_logger()


def listen(address: str, port: int) -> socket.socket:
    """A socket on a port that several processes share: the kernel spreads connections over them."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    opened.bind((address, port))
    opened.listen(BACKLOG)
    opened.setblocking(False)
    return opened


class Server(uvicorn.Server):
    """Told to stop by our own signal handlers: uvicorn's would end the process as if it had been killed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        # Asked twice means now.
        self.force_exit = self.should_exit
        self.should_exit = True


def server(app: Starlette, settings: Settings) -> Server:
    """Our own lines instead of uvicorn's; a forwarded address is believed of named proxies only."""
    config = uvicorn.Config(
        app,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=STOP_SECONDS,
        timeout_keep_alive=15,
    )
    return Server(config)


async def serve(settings: Settings) -> None:
    """Until SIGTERM or SIGINT."""
    opened = listen(settings.bind, settings.web_port)
    serving = server(make_app(settings), settings)
    async with asyncio.TaskGroup() as group:
        beating = None
        if settings.heartbeat_fd is not None:
            beating = group.create_task(beat(settings.heartbeat_fd), name="heartbeat")
        log.info("web_started", port=settings.web_port)
        if not settings.limits:
            log.warning("limits_are_off")
        try:
            await serving.serve(sockets=[opened])
        finally:
            if beating is not None:
                beating.cancel()
    log.info("web_stopped")


def main() -> int:
    try:
        settings = with_secrets(Settings.from_env(os.environ))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    set_up_logs(settings.process_name or "web", settings.log_level)
    gc.freeze()  # what is loaded by now stays: the collector need not go through it again and again
    try:
        with asyncio.Runner(loop_factory=_loop) as runner:
            runner.run(serve(settings))
    except OSError as error:
        log.error("web_cannot_start", port=settings.web_port, error=error.strerror)
        return 1
    return 0


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop  # here, because it is not for every system

    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


if __name__ == "__main__":
    raise SystemExit(main())
