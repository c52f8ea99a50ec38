"""Has pictures looked at by a program of its own, which is loaded once, and killed when a picture hangs or breaks it.

Leaves to others: which pictures (``job``) and how one is looked at (``eye``, ``engine``).
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from models.parking.signs import Candidate
from workers.reading.eye import READY

PROGRAM = (sys.executable, "-m", "workers.reading.eye")
LOAD_SECONDS = 30.0
LOOK_SECONDS = 6.0  # of a picture: some tenths of a second on a quiet machine

_looker: Looker | None = None  # of this process


class LookerFailed(Exception):
    """The picture was not looked at: ``why`` is hung, died or not_loaded."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def is_installed() -> bool:
    """Whether the extra ``[ocr]`` is there."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


class Looker:
    """Starts its program when it is first needed, and anew after a picture that ended it. ``look_seconds`` for one

    picture, ``load_seconds`` for the program to get ready.
    """

    def __init__(
        self,
        program: Sequence[str] = PROGRAM,
        *,
        look_seconds: float = LOOK_SECONDS,
        load_seconds: float = LOAD_SECONDS,
    ) -> None:
        self._command = tuple(program)
        self._look_seconds = look_seconds
        self._load_seconds = load_seconds
        self._program: subprocess.Popen[bytes] | None = None
        self._asking: Connection | None = None

    @property
    def pid(self) -> int | None:
        """Of the program, while there is one."""
        return None if self._program is None else self._program.pid

    def load(self) -> None:
        """Returns when the program is ready. Raises LookerFailed."""
        if self._program is None or self._program.poll() is not None:
            self.close()
            self._start()

    def look(self, content: bytes) -> list[Candidate]:
        """Plates that a picture may show, the likeliest first. Raises LookerFailed."""
        self.load()
        answer = self._answer(content, self._look_seconds, "died")
        return [Candidate(plate, confidence) for plate, confidence in json.loads(answer)]

    def close(self) -> None:
        """Ends the program."""
        if self._asking is not None:
            self._asking.close()
        if self._program is not None:
            self._program.kill()
            self._program.wait()
        self._asking = self._program = None

    def _start(self) -> None:
        self._asking, theirs = Pipe()
        with theirs:
            descriptor = theirs.fileno()
            command = (*self._command, str(descriptor))
            self._program = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(descriptor,))
        if self._answer(None, self._load_seconds, "not_loaded") != READY:
            self.close()
            raise LookerFailed("not_loaded")

    def _answer(self, content: bytes | None, seconds: float, broken: str) -> bytes:
        assert self._asking is not None
        try:
            if content is not None:
                self._asking.send_bytes(content)
            if self._asking.poll(seconds):
                return self._asking.recv_bytes()
            failed = "hung"
        except (EOFError, OSError):
            failed = broken
        except (
            BaseException
        ):  # the job's time is over, or the process is told to end: nobody knows where it stands
            self.close()
            raise
        self.close()
        raise LookerFailed(failed)


@contextmanager
def open_looker(looker: Looker) -> Iterator[Looker]:
    """The looker of this process until the end of the block, loaded. Raises LookerFailed where it cannot be."""
    global _looker
    try:
        looker.load()
        _looker = looker
        yield looker
    finally:
        looker.close()
        _looker = None


def of_this_process() -> Looker:
    """For a job."""
    if _looker is None:
        raise RuntimeError("a job is for a process with an open looker: python -m workers.reading")
    return _looker
