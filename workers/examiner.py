"""The watch over what people sent: as long as one worker lives, a whole upload gets a job, and an examiner takes it.

The examiner is a process of its own, started when something waits (``workers.examining``). Leaves the jobs to it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process

import structlog

from models.actions import examining
from models.settings import Settings
from models.store import Store
from workers import measures
from workers.looking import keep_looking
from workers.queues import connect, enqueue_examination

LOOK_SECONDS = 1.0
COUNT_SECONDS = 60.0
STOP_SECONDS = 5.0
PROGRAM = (sys.executable, "-m", "workers.examining")

log = structlog.get_logger()


async def watch(store: Store) -> None:
    """Until cancelled; the examiner ends with it."""
    examiner = Examiner(store.settings)
    connection = connect(store.settings.redis_url)

    async def look() -> None:
        uploads, pictures = await examining.waiting(store)
        measures.unexamined.set(uploads)
        measures.undrawn.set(pictures)
        if (uploads or pictures) and await examining.anything_due(store):
            await asyncio.to_thread(enqueue_examination, connection)
            await examiner.ensure()

    async def count() -> None:
        for why, number in (await examining.refused_of_late(store)).items():
            measures.refused_uploads.labels(why).set(number)

    def failed(error: str) -> None:
        log.warning("uploads_not_looked_at", error=error)

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(keep_looking(look, LOOK_SECONDS, failed))
            group.create_task(keep_looking(count, COUNT_SECONDS, failed))
    finally:
        await asyncio.shield(examiner.stop())


class Examiner:
    """At most one of this worker; one that died is started anew when something waits."""

    def __init__(self, settings: Settings) -> None:
        name = f"{settings.process_name}.examiner" if settings.process_name else ""
        # The heartbeat is the worker's own.
        unwanted = {"WUFEN_HEARTBEAT_FD", "WUFEN_PROCESS"}
        self._environment = {key: value for key, value in os.environ.items() if key not in unwanted}
        if name:
            self._environment["WUFEN_PROCESS"] = name[:18]
        self._process: Process | None = None

    async def ensure(self) -> None:
        """Returns when one is running, or about to."""
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *PROGRAM, env=self._environment, stdin=DEVNULL
            )

    async def stop(self) -> None:
        """Lets it finish what it has in hand, for a little while."""
        if self._process is None or self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
