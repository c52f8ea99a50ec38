"""`wufen reload`: has the running instance start its processes anew, and repeats what it says until that is done."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from models.settings import Settings
from workers.command.supervisor.ground import instance
from workers.command.supervisor.supervise import RENEW_SIGNAL

LOOK_SECONDS = 0.1


def reload(settings: Settings, say: Callable[[str], None]) -> None:
    """Returns when everything was started anew. Raises GroundError when nothing runs there, or no longer does."""
    holder = instance(settings.home)
    said = _said(settings.home / "log" / "wufen.log")
    next(said)  # from here on
    pause = threading.Event()
    os.kill(holder, RENEW_SIGNAL)
    for record in said:
        if record is None:
            instance(settings.home)
            pause.wait(LOOK_SECONDS)
        elif record.get("process") == "wufen":
            say(record["sentence"])
            if record["event"] == "renewed":
                return


def _said(path: Path) -> Iterator[dict[str, Any] | None]:
    """What is written to a log from now on, from its next file too; None whenever there is nothing new."""
    log = path.open("rb")
    log.seek(0, os.SEEK_END)
    rest = b""
    while True:
        rest += log.readline()
        if rest.endswith(b"\n"):
            with suppress(ValueError):  # it may say in words that lines were left out
                yield json.loads(rest)
            rest = b""
        elif os.fstat(log.fileno()).st_ino != path.stat().st_ino:
            log.close()
            log = path.open("rb")
        else:
            yield None
