"""Fails a test in which the event loop was held up by a blocking call: a disk, a lock, a socket, a sleep."""

import contextlib
from collections.abc import Iterator

from blockbuster import blockbuster_ctx


@contextlib.contextmanager
def no_blocking_calls() -> Iterator[None]:
    """Only calls made by our own code count: what a test itself does in its loop is its own affair."""
    with blockbuster_ctx(scanned_modules=["hub", "web", "models"]):
        yield
