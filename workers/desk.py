"""What a worker process keeps open from one job to the next: a loop in a thread of its own, the store, Redis.

RQ works through its jobs in the main thread, calls them by name and hands them nothing. Opening a store for each
job would cost more than what most jobs do, so a job takes its work to the process's desk (``at_the_desk``).
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import AsyncExitStack, contextmanager, suppress
from typing import Any, TypeVar

from redis.asyncio import Redis
from sqlalchemy.exc import SQLAlchemyError

from models.actions import lives
from models.clock import DatabaseClock, follow
from models.feed.bell import RedisBell
from models.settings import Settings
from models.store import Store
from models.tasks import Tasks

Result = TypeVar("Result")
Work = Callable[[Store], Coroutine[Any, Any, Result]]

CLOSE_SECONDS = 2.0  # for a database that does not answer any more

_desk: Desk | None = None  # of this process


@contextmanager
def open_desk(settings: Settings) -> Iterator[Desk]:
    """The desk of this process until the end of the block; what is under way then is cancelled."""
    global _desk
    _desk = Desk(settings)
    try:
        yield _desk
    finally:
        _desk.close()
        _desk = None


def at_the_desk(work: Work[Result]) -> Result:
    """For a job: does ``work`` with the process's store, and returns or raises as it does."""
    if _desk is None:
        raise RuntimeError("a job is for a process with an open desk: python -m workers")
    return _desk.do(work)


class Desk:
    """Open it with ``open_desk``."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened = Future[None]()
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)
        self._thread.start()
        self._opened.result()

    def do(self, work: Work[Result]) -> Result:
        """Waits for ``work``; whoever is interrupted while he waits has it cancelled."""
        doing = asyncio.run_coroutine_threadsafe(work(self._store), self._loop)
        try:
            return doing.result()
        except BaseException:
            doing.cancel()
            raise

    def start(self, work: Work[None], name: str) -> None:
        """Does ``work`` beside the jobs, until the desk is closed."""
        self._loop.call_soon_threadsafe(lambda: self._tasks.start(work(self._store), name))

    def follow_configuration(self) -> None:
        """For a process without a sweep: without it, it would go on sealing with the key of its start."""
        self.start(lambda store: store.configuration.follow(), "configuration")

    def close(self) -> None:
        """What waits for Redis is told first."""
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        try:
            asyncio.run(self._stay_open())
        except Exception as error:
            if self._opened.done():
                raise
            self._opened.set_exception(error)

    async def _say_so(self) -> None:
        """That this process lives, for the jobs desk; whatever becomes of one of the times."""
        store, name = self._store, self._settings.process_name or f"worker-{os.getpid()}"
        started_at, whole = store.clock.now(), f"{socket.gethostname()}/{name}"
        try:
            while True:
                with suppress(SQLAlchemyError, OSError, TimeoutError):
                    await lives.lives(store, whole, re.split(r"[.-]", name)[0], started_at)
                await asyncio.sleep(lives.SAYS_SO.total_seconds())
        finally:
            with suppress(SQLAlchemyError, OSError, TimeoutError):
                await asyncio.shield(lives.stops(store, whole))

    async def _stay_open(self) -> None:
        async with AsyncExitStack() as stack:
            redis: Redis = Redis.from_url(
                self._settings.redis_url, socket_timeout=2, socket_connect_timeout=2
            )
            stack.push_async_callback(redis.aclose)
            bell = RedisBell(redis)
            self._store = Store.open(self._settings, bell=bell)
            stack.push_async_callback(self._store.close)
            stack.push_async_callback(bell.drain)
            self._tasks = await stack.enter_async_context(Tasks())
            self._tasks.start(bell.serve(), "bell")
            self._tasks.start(self._say_so(), "living")
            clock = self._store.clock
            if isinstance(clock, DatabaseClock) and not self._store.database.is_sqlite:
                self._tasks.start(follow(clock), "clock")
            # No notice shall be in the product's words while its city has its own. A database that is away now is
            # read when it is back.
            with suppress(SQLAlchemyError, OSError, TimeoutError):
                await self._store.configuration.refresh()
            self._loop, self._closing = asyncio.get_running_loop(), asyncio.Event()
            self._opened.set_result(None)
            await self._closing.wait()
