"""Where lines go: the terminal and a rotating file, neither of which may ever hold the supervisor up.

A terminal that is paused, a pipe nobody reads or a full disk would otherwise stop the watching, then fill the
children's pipes, and freeze the whole service.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from pathlib import Path

WAITING_LINES = 4_096
FILE_BYTES = 10 * 1024 * 1024
OLD_FILES = 5
CLOSE_SECONDS = 2.0


class Outlet:
    """Writes lines in a thread of its own. When it falls behind, lines are dropped and counted."""

    def __init__(self, write: Callable[[bytes], None], waiting_lines: int = WAITING_LINES) -> None:
        self._write = write
        self._waiting: queue.Queue[bytes | None] = queue.Queue(waiting_lines)
        self._dropped = 0
        self._thread = threading.Thread(target=self._run, name="outlet", daemon=True)
        self._thread.start()

    def put(self, line: bytes) -> None:
        """Takes one line, without its end; returns at once."""
        if self._dropped:
            line = f"({self._dropped} lines left out here)\n".encode() + line
        try:
            self._waiting.put_nowait(line + b"\n")
            self._dropped = 0
        except queue.Full:
            self._dropped += 1

    def close(self) -> None:
        """Gives what waits a short time to be written, then leaves it."""
        try:
            self._waiting.put(None, timeout=CLOSE_SECONDS)
        except queue.Full:
            return
        self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while (line := self._waiting.get()) is not None:
            try:
                self._write(line)
            except OSError:
                # A closed terminal or a full disk: there is nowhere left to say so.
                continue


def to_descriptor(descriptor: int) -> Callable[[bytes], None]:
    """A writer of whole lines to an open descriptor."""

    def write(line: bytes) -> None:
        while line:
            line = line[os.write(descriptor, line) :]

    return write


class RotatingFile:
    """A file that starts anew when it is large, keeping a few old ones: ``x.log``, ``x.log.1``, …"""

    def __init__(self, path: Path, file_bytes: int = FILE_BYTES, old_files: int = OLD_FILES) -> None:
        self._path = path
        self._file_bytes = file_bytes
        self._old_files = old_files
        self._descriptor, self._size = self._open()

    def write(self, line: bytes) -> None:
        """Appends a line, rotating first when it would not fit. Raises OSError when the disk refuses."""
        if self._size and self._size + len(line) > self._file_bytes:
            self._rotate()
        self._size += os.write(self._descriptor, line)

    def close(self) -> None:
        os.close(self._descriptor)

    def _open(self) -> tuple[int, int]:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return descriptor, os.fstat(descriptor).st_size

    def _rotate(self) -> None:
        for number in range(self._old_files - 1, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.replace(self._numbered(number + 1))
        self._path.replace(self._numbered(1))
        os.close(self._descriptor)
        self._descriptor, self._size = self._open()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")
