"""Tiny programs for a supervisor to keep: ``python little.py <what>``. Each first says its pid."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

BEAT_SECONDS = 0.05


def say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def beat_forever(ended: threading.Event) -> None:
    descriptor = int(os.environ["WUFEN_HEARTBEAT_FD"])
    while not ended.wait(BEAT_SECONDS):
        os.write(descriptor, b".")


def steady() -> None:
    """Beats until SIGTERM, then says that it drained."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    beat_forever(ended)
    say("drained")


def mute() -> None:
    """Lives and never beats."""
    threading.Event().wait()


def stillborn() -> None:
    """Dies before its first beat."""
    sys.exit(3)


def stubborn() -> None:
    """Beats and does not end when asked."""
    signal.signal(signal.SIGTERM, lambda *_: say("asked to end"))
    beat_forever(threading.Event())


def parent() -> None:
    """Beats, with a process of its own in its group."""
    helper = subprocess.Popen(["sleep", "1000"])
    say(f"helper {helper.pid}")
    steady()


def untied() -> None:
    """Beats, and is not ended by the kernel when its parent is: the broken pipe has to."""
    import ctypes

    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
    steady()


def talkative() -> None:
    """Says a line that never ends, then beats."""
    os.write(1, b"x" * 200_000 + b"\n")
    steady()


if __name__ == "__main__":
    say(f"{os.environ['WUFEN_PROCESS']} has pid {os.getpid()}")
    globals()[sys.argv[1]]()
