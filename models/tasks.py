"""Background tasks that somebody holds: a task nobody refers to may vanish in the middle of its work.

For tasks that outlive the function that starts them; inside one function use asyncio.TaskGroup.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

TELL_AGAIN_SECONDS = 0.2

_log = structlog.get_logger()


class Tasks:
    """Holds tasks until they end, logs what they raise, and cancels what is left when it closes."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    def start(self, coroutine: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Starts it at once; raises RuntimeError after `close`."""
        task = self.share(coroutine, name)
        task.add_done_callback(_complain)
        return task

    def share(self, coroutine: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """The same for whoever waits for it: what it raises is told to them, and not to the log."""
        if self._closed:
            coroutine.close()
            raise RuntimeError(f"{name}: no task begins after the end")
        task = asyncio.create_task(coroutine, name=name)  # noqa: TID251 - the one place that holds them
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def __len__(self) -> int:
        return len(self._running)

    async def close(self) -> None:
        """Cancels what still runs and waits until it has ended.

        A library may swallow a cancellation that comes while it gives up on its own time-out; whatever is
        still there is told again.
        """
        self._closed = True
        while self._running:
            for task in self._running:
                task.cancel()
            await asyncio.wait(self._running, timeout=TELL_AGAIN_SECONDS)

    async def __aenter__(self) -> "Tasks":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _complain(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and task.exception() is not None:
        _log.error("task_failed", task=task.get_name(), exc_info=task.exception())
