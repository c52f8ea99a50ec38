"""``python -m hub``: one hub process, until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys
from dataclasses import replace

import structlog
import uvloop

from hub.descriptors import room_for
from hub.server import PartFailed, serve
from models.logs import set_up_logs
from models.secrets_file import make_folder, with_secrets
from models.settings import Settings, SettingsError

log = structlog.get_logger()

SWITCH_SECONDS = 0.001  # after so long a thread gives way to another one; Python's own is five times that


def _with_descriptors(settings: Settings) -> Settings:
    """No more connections than this process may have open files."""
    room = room_for(settings.hub_connections)
    if room < settings.hub_connections:
        log.warning("few_descriptors", connections=room, wanted=settings.hub_connections)
    return replace(settings, hub_connections=room)


async def _main(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    # The thread that writes to SQLite works out what to write: it must not keep the loop from waking in time.
    sys.setswitchinterval(SWITCH_SECONDS)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(settings, stop)


def _warn() -> None:
    log.warning("test_mode", setting="WUFEN_HUB_TEST_MODE")
    sys.stderr.write(
        "WUFEN_HUB_TEST_MODE is on: anybody may connect to this hub without a token, and publish to every channel"
        " that is not Wufen's own.\n"
    )


def main() -> int:
    """Exit code 0 after a clean stop, 1 when it could not start; then one sentence on stderr says why."""
    try:
        settings = with_secrets(Settings.from_env(os.environ))
        make_folder(settings.run_dir)
        set_up_logs(settings.process_name or "hub.0", settings.log_level)
        if settings.hub_test_mode:
            _warn()
        uvloop.run(_main(_with_descriptors(settings)))
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except PartFailed:
        return 1  # the log says which part, and why
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        sys.stderr.write(f"The hub's port {settings.hub_port} is taken.\n" if taken else f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
