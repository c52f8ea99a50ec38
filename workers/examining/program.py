"""Has files looked at by a program of its own, loaded once, and killed when a file hangs or breaks it.

Leaves to others: which files (``job``), and what is made of one (``hands``).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from models.uploads.contents import Refused
from workers.examining.hands import READY

PROGRAM = (sys.executable, "-m", "workers.examining.hands")
LOAD_SECONDS = 60.0
SECONDS = {"photo": 30.0, "video": 120.0}  # of one file: some seconds on a quiet machine

_program: Program | None = None  # of this process


class ProgramFailed(Exception):
    """The file was not looked at: ``why`` is hung, died or not_loaded."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Program:
    """Starts when it is first needed, and anew after a file that ended it. ``seconds`` for a file of each kind."""

    def __init__(self, command: Sequence[str] = PROGRAM, seconds: dict[str, float] | None = None) -> None:
        self._command = tuple(command)
        self._seconds = SECONDS if seconds is None else seconds
        self._running: subprocess.Popen[bytes] | None = None
        self._asking: Connection | None = None

    def examine(self, kind: str, content: bytes, most_seconds: int) -> tuple[Any, list[bytes]]:
        """What ``looks.examine`` says. Raises Refused, ProgramFailed."""
        return self._ask({"do": "examine", "kind": kind, "most_seconds": most_seconds}, content, kind)

    def cover(self, content: bytes, areas: Sequence[Sequence[int]]) -> tuple[Any, list[bytes]]:
        """What ``looks.cover`` says. Raises Refused, ProgramFailed."""
        return self._ask({"do": "cover", "areas": [list(area) for area in areas]}, content, "photo")

    def close(self) -> None:
        """Ends the program."""
        if self._asking is not None:
            self._asking.close()
        if self._running is not None:
            self._running.kill()
            self._running.wait()
        self._asking = self._running = None

    def _ask(self, asked: Any, content: bytes, kind: str) -> tuple[Any, list[bytes]]:
        self._load()
        assert self._asking is not None
        try:
            until = time.monotonic() + self._seconds[kind]
            self._asking.send_bytes(json.dumps(asked).encode())
            self._asking.send_bytes(content)
            told = json.loads(self._receive(until))
            blobs = [self._receive(until) for _ in range(told["blobs"])]
        except (EOFError, OSError):
            self.close()
            raise ProgramFailed("died") from None
        except BaseException:  # the time is over: nobody knows where it stands
            self.close()
            raise
        if "refused" in told:
            raise Refused(told["refused"])
        return told, blobs

    def _receive(self, until: float) -> bytes:
        assert self._asking is not None
        if not self._asking.poll(max(0.0, until - time.monotonic())):
            raise ProgramFailed("hung")
        return self._asking.recv_bytes()

    def _load(self) -> None:
        if self._running is not None and self._running.poll() is None:
            return
        self.close()
        self._asking, theirs = Pipe()
        with theirs:
            descriptor = theirs.fileno()
            self._running = subprocess.Popen(
                (*self._command, str(descriptor)),
                stdin=subprocess.DEVNULL,
                pass_fds=(descriptor,),
                env={name: value for name, value in os.environ.items() if not name.startswith("WUFEN_")},
            )
        try:
            if self._receive(time.monotonic() + LOAD_SECONDS) != READY:
                raise ProgramFailed("not_loaded")
        except (EOFError, OSError, ProgramFailed):
            self.close()
            raise ProgramFailed("not_loaded") from None


@contextmanager
def open_program(program: Program) -> Iterator[Program]:
    """The program of this process until the end of the block."""
    global _program
    _program = program
    try:
        yield program
    finally:
        program.close()
        _program = None


def of_this_process() -> Program:
    """For a job."""
    if _program is None:
        raise RuntimeError("a job is for a process with an open program: python -m workers.examining")
    return _program
