"""A worker process: ``python -m workers``. Sends notices, and sees to it that what is due gets sent."""

from __future__ import annotations

import os
import sys

import structlog

from models.heartbeat import beat_in_thread
from models.logs import set_up_logs
from models.secrets_file import with_secrets
from models.settings import Settings, SettingsError
from workers.desk import open_desk
from workers.queues import QUEUES
from workers.sweep import sweep
from workers.working import work

log = structlog.get_logger()


def main() -> int:
    """Works until it is told to stop."""
    try:
        settings = with_secrets(Settings.from_env(os.environ))
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - there is no log yet
        return 2
    set_up_logs(settings.process_name or "worker", settings.log_level)
    if settings.heartbeat_fd is not None:
        beat_in_thread(settings.heartbeat_fd)
    with open_desk(settings) as desk:
        desk.start(sweep, "sweep")
        log.info("worker_started", queues=list(QUEUES))
        work(settings, QUEUES)
    log.info("worker_stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
