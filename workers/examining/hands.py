"""The program that touches what strangers sent: ``python -m workers.examining.hands <descriptor>``.

``program`` starts it. It has no store, no keys and none of our variables, and whatever a file does to it, it does to
this process alone. Files come, and what is made of them goes, over the connection on the descriptor.
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
MOST_BYTES_OF_MEMORY = 4 << 30  # of addresses; some 1 GB of it are really used for the largest picture
NICENESS = 10  # whoever waits for a page goes first


def main(descriptor: int) -> None:
    """Until nobody is at the other end."""
    for number in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # meant for the whole group: what is in hand is finished first
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICENESS)
    with contextlib.suppress(ValueError, OSError):  # a system without such a limit
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES_OF_MEMORY, MOST_BYTES_OF_MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold somebody's picture
    from models.uploads.contents import Refused
    from workers.examining.looks import cover, examine

    asking = Connection(descriptor)
    asking.send_bytes(READY)
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            asked, content = json.loads(asking.recv_bytes()), asking.recv_bytes()
            try:
                told, blobs = (examine if asked["do"] == "examine" else cover)(asked, content)
            except Refused as refused:
                told, blobs = {"refused": refused.why}, []
            del content
            asking.send_bytes(json.dumps({**told, "blobs": len(blobs)}).encode())
            for blob in blobs:
                asking.send_bytes(blob)


if __name__ == "__main__":
    main(int(sys.argv[1]))
