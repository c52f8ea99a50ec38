"""A reader process: ``python -m workers.reading``. Reads plates off officers' photos, as suggestions to them.

A process of its own, so that a picture holds up no notice, and neither web nor hub ever loads what reads.
"""

from __future__ import annotations

import os
import sys

import structlog

from models.heartbeat import beat_in_thread
from models.logs import set_up_logs
from models.secrets_file import with_secrets
from models.settings import Settings, SettingsError
from workers.desk import open_desk
from workers.queues import READINGS
from workers.reading.looker import Looker, LookerFailed, is_installed, open_looker
from workers.reading.sweep import sweep
from workers.working import work

log = structlog.get_logger()


def main() -> int:
    """Works until it is told to stop."""
    try:
        settings = with_secrets(Settings.from_env(os.environ))
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - there is no log yet
        return 2
    if not is_installed():
        print("A reader needs the extra: pip install 'wufen[ocr]'.", file=sys.stderr)  # noqa: T201
        return 2
    set_up_logs(settings.process_name or "reader", settings.log_level)
    if settings.heartbeat_fd is not None:
        beat_in_thread(settings.heartbeat_fd)
    try:
        with open_looker(Looker()), open_desk(settings) as desk:
            desk.start(sweep, "sweep")
            desk.follow_configuration()
            log.info("reader_started")
            work(settings, (READINGS,))
    except LookerFailed as failed:
        log.error("reader_not_loaded", why=failed.why)
        return 1
    log.info("reader_stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
