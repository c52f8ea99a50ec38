"""Tiny programs for a supervisor to keep: ``python little.py <what>``. Each first says its pid."""

from __future__ import annotations

import os
import signal
import socket
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


def web() -> None:
    """Answers every request with 200 on the port of web, shared with its like, and beats."""
    serve(int(os.environ["WUFEN_WEB_PORT"]))


def hub() -> None:
    """The same on the port of hub."""
    serve(int(os.environ["WUFEN_HUB_PORT"]))


def worker() -> None:
    """Says whether its Redis answers, then beats."""
    with socket.socket(socket.AF_UNIX) as redis:
        redis.connect(os.environ["REDIS_SOCKET"])
        redis.sendall(b"PING\r\n")
        say(f"redis says {redis.recv(100).decode().strip()}")
    steady()


def serve(port: int) -> None:
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        door.bind(("127.0.0.1", port))
        door.listen()
        threading.Thread(target=answer, args=(door,), daemon=True).start()
        steady()


def answer(door: socket.socket) -> None:
    while True:
        caller, _ = door.accept()
        with caller:
            caller.recv(10_000)
            caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


if __name__ == "__main__":
    say(f"{os.environ['WUFEN_PROCESS']} has pid {os.getpid()}")
    globals()[sys.argv[1]]()
