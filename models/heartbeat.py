"""The sign of life of a process to the supervisor that started it: a byte in a pipe, twice a second.

It beats in the loop that does the work, so that a process that no longer gets round to anything falls silent.
When the other end is closed the supervisor is gone, and the process ends itself: nobody would end it later.
"""

import asyncio
import os
import signal
import threading

BEAT_SECONDS = 0.5


async def beat(descriptor: int, seconds: float = BEAT_SECONDS) -> None:
    """Beats until cancelled, or until the supervisor is gone; then sends SIGTERM to its own process."""
    while beat_once(descriptor):  # noqa: ASYNC110 - nothing tells us, we tell
        await asyncio.sleep(seconds)
    os.kill(os.getpid(), signal.SIGTERM)


def beat_in_thread(descriptor: int, seconds: float = BEAT_SECONDS) -> threading.Event:
    """The same from a thread, for a process whose work is no event loop. Set the event to end it."""
    stop = threading.Event()

    def run() -> None:
        while beat_once(descriptor):
            if stop.wait(seconds):
                return
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=run, name="heartbeat", daemon=True).start()
    return stop


def beat_once(descriptor: int) -> bool:
    """One byte; False when nobody reads any more. A full pipe is a slow reader, not an absent one."""
    try:
        os.set_blocking(descriptor, False)
        os.write(descriptor, b".")
    except BlockingIOError:
        return True
    except OSError:
        return False
    return True
