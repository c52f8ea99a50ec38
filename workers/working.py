"""How a process takes jobs: one after the other, until a signal says stop, whether Redis is there or not."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Any

import structlog
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer

from models.settings import Settings
from workers.queues import connect

# A dead worker is noticed and its job looked at within about a minute; nothing relies on it (see sweep).
WORKER_TTL_SECONDS = 30
MAINTENANCE_SECONDS = 15
MONITOR_SECONDS = 10
RECONNECT_SECONDS = 0.25

log = structlog.get_logger()


class Worker(SimpleWorker):
    """Works in its own process, one short job after the other, and says when it was told to stop."""

    max_connection_wait_time = RECONNECT_SECONDS

    def __init__(self, *arguments: Any, stopping: threading.Event, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._stopping = stopping

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """The signal handler of RQ; a job that has begun is finished first.

        RQ tells its loop by an exception, which its own housekeeping may swallow: the flag stays.
        """
        self._stopping.set()
        self._stop_requested = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def _install_signal_handlers(self) -> None:
        """A signal that came while the worker was still getting ready counts too."""
        super()._install_signal_handlers()  # type: ignore[no-untyped-call]
        self._stop_requested = self._stopping.is_set()


def work(settings: Settings, queues: Sequence[str]) -> None:
    """Takes jobs of ``queues`` until a signal says stop. While Redis is away it waits for it instead of dying: the
    sweep, the heartbeat and what is queued in the database go on."""
    stopping = threading.Event()
    while not stopping.is_set():
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
        try:
            _work(settings, queues, stopping)
        except StopRequested:
            return
        except (RedisError, OSError) as error:
            log.warning("redis_away", error=type(error).__name__)
        stopping.wait(RECONNECT_SECONDS)


def work_for_a_while(settings: Settings, queues: Sequence[str], idle_seconds: int) -> None:
    """Takes jobs until none came for so long, or a signal says stop. Raises RedisError, OSError while Redis is away."""
    with contextlib.suppress(StopRequested):
        _work(settings, queues, threading.Event(), idle_seconds)


def _work(
    settings: Settings, queues: Sequence[str], stopping: threading.Event, idle_seconds: int | None = None
) -> None:
    worker = Worker(
        list(queues),
        connection=connect(settings.redis_url),
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL_SECONDS,
        maintenance_interval=MAINTENANCE_SECONDS,
        job_monitoring_interval=MONITOR_SECONDS,
        log_job_description=False,
        stopping=stopping,
    )
    try:
        worker.work(logging_level="ERROR", max_idle_time=idle_seconds)
    finally:
        # RQ leaves its listening thread behind when Redis is away at the end.
        if worker.pubsub_thread is not None:
            worker.pubsub_thread.stop()
        worker.connection.close()
