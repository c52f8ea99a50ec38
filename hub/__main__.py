"""``python -m hub``: one hub process, until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys

import uvloop

from hub.server import PartFailed, serve
from models.logs import set_up_logs
from models.secrets_file import make_folder, with_secrets
from models.settings import Settings, SettingsError


async def _main(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(settings, stop)


def main() -> int:
    """Exit code 0 after a clean stop, 1 when it could not start; then one sentence on stderr says why."""
    try:
        settings = with_secrets(Settings.from_env(os.environ))
        make_folder(settings.run_dir)
        set_up_logs(settings.process_name or "hub.0", settings.log_level)
        uvloop.run(_main(settings))
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
