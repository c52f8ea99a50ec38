"""A worker process: ``python -m workers``. Sends notices, and sees to it that what is due gets sent."""

from __future__ import annotations

import os
import sys

import redis
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from models.heartbeat import beat_in_thread
from models.logs import set_up_logs
from models.secrets_file import with_secrets
from models.settings import Settings, SettingsError
from workers import sweep
from workers.queues import QUEUES

# A dead worker is noticed and its job looked at within about a minute; nothing relies on it (see sweep).
WORKER_TTL_SECONDS = 30
MAINTENANCE_SECONDS = 15
MONITOR_SECONDS = 10


def main() -> int:
    """Works until it is told to stop; a job that has begun is finished first."""
    try:
        settings = with_secrets(Settings.from_env(os.environ))
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - there is no log yet
        return 2
    set_up_logs(settings.process_name or "worker", settings.log_level)
    if settings.heartbeat_fd is not None:
        beat_in_thread(settings.heartbeat_fd)
    sweep.start(settings)
    worker = SimpleWorker(
        list(QUEUES),
        connection=redis.Redis.from_url(settings.redis_url),
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL_SECONDS,
        maintenance_interval=MAINTENANCE_SECONDS,
        job_monitoring_interval=MONITOR_SECONDS,
    )
    worker.work(logging_level="WARNING")
    return 0


if __name__ == "__main__":
    sys.exit(main())
