"""The program that looks at pictures: ``python -m workers.reading.eye <descriptor>``, started by ``looker``.

It has the library, no store and no keys, and whatever a picture does to it, it does to this process alone. Pictures
come and answers go over the connection on the descriptor, as bytes.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import sys
from multiprocessing.connection import Connection

READY = b"ready"
MOST_BYTES_OF_MEMORY = 3 << 30  # of addresses; some 0.5 GB of it are really used
NICENESS = 10  # whoever waits for a page goes first


def main(descriptor: int) -> None:
    """Until nobody is at the other end."""
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # meant for the whole group: the picture in hand is finished first
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICENESS)
    with contextlib.suppress(ValueError, OSError):  # a system without such a limit
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES_OF_MEMORY, MOST_BYTES_OF_MEMORY))
    from workers.reading.engine import Engine, UnreadablePicture

    engine, asking = Engine(), Connection(descriptor)
    asking.send_bytes(READY)
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            try:
                found = [[one.plate, one.confidence] for one in engine.read(asking.recv_bytes())]
            except UnreadablePicture:
                found = []
            asking.send_bytes(json.dumps(found).encode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
