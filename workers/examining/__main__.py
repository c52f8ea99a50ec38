"""An examiner process: ``python -m workers.examining``. A worker starts it when something waits, and it ends by itself

when nothing does any more: a picture holds up no notice, and what decodes it is in memory only as long as it is needed.
"""

from __future__ import annotations

import os
import sys

import structlog
from redis.exceptions import RedisError

from models.logs import set_up_logs
from models.secrets_file import with_secrets
from models.settings import Settings, SettingsError
from workers.desk import open_desk
from workers.examining.program import Program, open_program
from workers.queues import EXAMINATIONS
from workers.working import work_for_a_while

IDLE_SECONDS = 30

log = structlog.get_logger()


def main() -> int:
    """Works until nothing came for a while, or it is told to stop."""
    try:
        settings = with_secrets(Settings.from_env(os.environ))
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - there is no log yet
        return 2
    set_up_logs(settings.process_name or "examiner", settings.log_level)
    with open_program(Program()), open_desk(settings) as desk:
        desk.follow_configuration()
        log.info("examiner_started")
        try:
            work_for_a_while(settings, (EXAMINATIONS,), IDLE_SECONDS)
        except (RedisError, OSError) as error:  # the worker starts another one when Redis is back
            log.warning("redis_away", error=type(error).__name__)
    log.info("examiner_stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
