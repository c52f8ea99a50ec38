"""Runs a long step so that a person sees it move, and keeps what it said for the moment it fails."""

import collections
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_TICK_SECONDS = 0.2
_QUIET_TICK_SECONDS = 10.0
_LAST_LINES_SECONDS = 2.0
_KEPT_LINES = 40
_LINE_WIDTH = 100


class StepFailed(Exception):
    """A step ended badly; the text is one sentence, and `said` the last lines of what it printed."""

    def __init__(self, sentence: str, said: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.said = list(said)


def run(title: str, command: Sequence[str | Path], cwd: Path, env: Mapping[str, str] | None = None) -> None:
    """Runs `command` to its end. Raises StepFailed if it cannot be started or exits with anything but 0."""
    lines: collections.deque[str] = collections.deque(maxlen=_KEPT_LINES)
    started = time.monotonic()
    try:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise StepFailed(f"{title} could not start: {error}.") from error
    reader = threading.Thread(target=_keep, args=(process, lines), daemon=True)
    reader.start()
    _watch(title, process, lines, started)
    reader.join(_LAST_LINES_SECONDS)  # something it has started may hold the pipe for ever
    if process.returncode:
        raise StepFailed(f"{title} failed with exit code {process.returncode}.", lines)
    _say(f"{title}: done in {time.monotonic() - started:.0f} s.", last=True)


def _keep(process: subprocess.Popen[str], lines: collections.deque[str]) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.append(line.rstrip())


def _watch(title: str, process: subprocess.Popen[str], lines: collections.deque[str], started: float) -> None:
    """Shows the time and the newest line until the process has ended, and ends it on Ctrl-C."""
    tick = _TICK_SECONDS if sys.stdout.isatty() else _QUIET_TICK_SECONDS
    _say(f"{title} …")
    try:
        while True:
            try:
                process.wait(tick)
                return
            except subprocess.TimeoutExpired:
                newest = lines[-1].strip() if lines else ""
                _say(f"{title} … {time.monotonic() - started:.0f} s  {newest}")
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise


def _say(text: str, last: bool = False) -> None:
    """On a terminal each line takes the place of the one before, elsewhere it follows it."""
    if sys.stdout.isatty():
        print(f"\r\033[K{text[:_LINE_WIDTH]}", end="\n" if last else "", flush=True)
    else:
        print(text[:_LINE_WIDTH], flush=True)
