"""Runs one hub: opens what it needs, starts its parts, and stops without losing anybody."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import redis
import structlog
from redis import DriverInfo
from redis.asyncio import Redis

from hub.assembly import Hub
from hub.attendance import QUESTIONS
from hub.lines import Lines
from hub.own_bell import OwnBell
from hub.presence import HUBS
from hub.transport import Socket
from models.clock import Clock, DatabaseClock, follow
from models.configuration import CONFIGURED
from models.feed.bell import ACKNOWLEDGED, DOORBELL, PHONES, POSITIONS, RedisBell
from models.feed.entries import from_bell
from models.heartbeat import beat
from models.ids import RandomIds
from models.listening import listen
from models.metrics import serve_metrics
from models.settings import Settings
from models.store import Store
from models.tasks import Tasks

log = structlog.get_logger()

COLLECT_AFTER = 10_000  # new objects; a handshake leaves some twenty
BACKLOG = 4096  # connections that wait to be accepted: thousands come back at once
AGAIN_SECONDS = 0.2  # between attempts to reach a database that is away at the start
UNTAKEN_MILLISECONDS = 15_000
FORGET_EVERY_SECONDS = 60.0
REDIS_SECONDS = 1.0  # for one command; listening has no time-out


class PartFailed(Exception):
    """A part that the hub cannot do without ended; whoever started the process starts it again."""


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serves until ``stop`` is set, then sends everybody elsewhere. ``settings`` carry their secrets.

    Raises OSError when the port is taken, and PartFailed.
    """
    async with running(settings) as (hub, port):
        _spare_the_collector()
        log.info("hub_ready", port=port)
        waits = [hub.tasks.start(event.wait(), "end") for event in (stop, hub.broken)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        log.info("hub_stopping", connections=len(hub.switchboard))
    log.info("hub_stopped")
    if hub.broken.is_set():
        raise PartFailed


def _spare_the_collector() -> None:
    """What was loaded at the start stays; looking through it for garbage again and again stalls live delivery."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


@asynccontextmanager
async def running(settings: Settings, clock: Clock | None = None) -> AsyncIterator[tuple[Hub, int]]:
    """A hub that serves, and the port it listens on (``hub_port`` 0: a free one)."""
    async with AsyncExitStack() as stack:
        talking = await stack.enter_async_context(_redis(settings, REDIS_SECONDS))
        listening = await stack.enter_async_context(_redis(settings, None))
        redis_bell = RedisBell(talking)
        bell = OwnBell(redis_bell)
        # It reads rules and boundaries from files.
        store = await asyncio.to_thread(Store.open, settings, bell=bell, clock=clock)
        stack.push_async_callback(store.close)
        tasks = await stack.enter_async_context(Tasks())
        if settings.heartbeat_fd is not None:
            tasks.start(beat(settings.heartbeat_fd), "heartbeat")
        if isinstance(store.clock, DatabaseClock):
            tasks.start(follow(store.clock), "clock")
        hub = Hub(store, bell, f"{settings.process_name}:{RandomIds().new()}", tasks)
        tasks.start(_as_long_as_the_hub(hub, redis_bell.serve()), "bell")
        _start_hearing(hub, listening)
        await _load(hub)
        accepting = await _open(hub, stack)
        port: int = accepting.getsockname()[1]
        stop_accepting = await _accept(hub, accepting, stack)
        _start_parts(hub, talking)
        yield hub, port
        hub.pages.leaving = True
        stop_accepting()
        await hub.presence.leave(talking)
        await hub.switchboard.drain()
        await hub.calls.record()


def _redis(settings: Settings, seconds: float | None) -> Redis:
    """A client that waits so long for an answer (None: for ever)."""
    return Redis.from_url(
        settings.redis_url,
        socket_timeout=seconds,
        socket_connect_timeout=REDIS_SECONDS,
        # Told, because the library would look it up on disk for every connection.
        driver_info=DriverInfo(lib_version=redis.__version__),
    )


def _start_hearing(hub: Hub, listening: Redis) -> None:
    heard = {
        DOORBELL: lambda message: hub.follower.hear(from_bell(message)),
        POSITIONS: hub.positions.hear,
        ACKNOWLEDGED: hub.acknowledgements.hear,
        HUBS: hub.presence.hear,
        CONFIGURED: hub.store.configuration.hear,
        QUESTIONS: hub.attendance.hear_question,
        hub.attendance.answers: hub.attendance.hear_answer,
    }
    if not hub.store.settings.production:
        heard[PHONES] = hub.phones.hear
    hearing = listen(listening, heard, hub.follower.look)
    hub.tasks.start(_as_long_as_the_hub(hub, hearing), "doorbell")


async def _load(hub: Hub) -> None:
    """What the database holds; without it a hub is of no use, so it waits."""
    waiting = False
    while True:
        try:
            await hub.store.configuration.refresh()
            await hub.follower.start()
            return
        except Exception as error:
            if not waiting:
                log.warning("waiting_for_database", error=type(error).__name__)
            waiting = True
            await asyncio.sleep(AGAIN_SECONDS)


async def _open(hub: Hub, stack: AsyncExitStack) -> socket.socket:
    settings = hub.store.settings
    if settings.process_name:
        path = settings.run_dir / f"{settings.process_name}.sock"
        figures = await serve_metrics(hub.measures.registry, path)
        stack.push_async_callback(figures.close)
    family = socket.AF_INET6 if ":" in settings.bind else socket.AF_INET
    listening = socket.create_server(
        (settings.bind, settings.hub_port), family=family, backlog=BACKLOG, reuse_port=True
    )
    listening.setblocking(False)
    if sys.platform == "linux":
        # Every connection inherits both. What a peer does not take for so long, the kernel gives up for us, after
        # the last word too.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN_MILLISECONDS)
    return listening


async def _accept(hub: Hub, listening: socket.socket, stack: AsyncExitStack) -> Callable[[], None]:
    """Lets everybody in from now on; returns what ends that."""
    if sys.platform == "linux":
        lines = Lines(listening, lambda: Socket(hub.switchboard), hub.channels.has_to_flush)
        stack.callback(lines.close)
        return lines.stop_listening
    # Elsewhere the loop's own transports do, which have no share but all they want.
    server = await asyncio.get_running_loop().create_server(lambda: Socket(hub.switchboard), sock=listening)
    return server.close


def _start_parts(hub: Hub, talking: Redis) -> None:
    parts = {
        "follower": hub.follower.run(),
        "configuration": hub.store.configuration.follow(),
        "deadlines": hub.deadlines.run(),
        "wheel": hub.switchboard.turn_wheel(),
        "presence": hub.presence.beat(talking),
        "calls": hub.calls.run(),
        "boards": hub.boards.run(),
        "positions": hub.positions.run(),
        "revocations": _forget(hub),
    }
    for name, part in parts.items():
        hub.tasks.start(_as_long_as_the_hub(hub, part), name)


async def _as_long_as_the_hub(hub: Hub, part: Coroutine[Any, Any, None]) -> None:
    try:
        await part
    except Exception:
        hub.broken.set()
        raise


async def _forget(hub: Hub) -> None:
    while True:
        await asyncio.sleep(FORGET_EVERY_SECONDS)
        hub.forget_old_revocations()
        hub.streams.sweep()
        hub.measures.channels.set(len(hub.channels))
