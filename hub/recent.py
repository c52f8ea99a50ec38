"""What channels published lately, in memory, for those who were away for a moment. Pure.

One budget of bytes for all channels of a hub: when it is spent the oldest publication goes, whichever channel
it was of. A channel's ring never has a hole and always ends at the channel's newest publication.
"""

from __future__ import annotations

from collections import deque
from itertools import islice

ENTRY_BYTES = 64  # what remembering costs beside the publication itself

Ring = deque[bytes]  # publications as they stand in a reply, the oldest first


class Recent:
    """Remembers at most ``most_bytes`` of publications."""

    def __init__(self, most_bytes: int) -> None:
        self.bytes = 0
        self._most_bytes = most_bytes
        self._order: deque[Ring] = deque()  # whose turn it is to lose its oldest publication

    def add(self, ring: Ring, publication: bytes) -> None:
        """The next publication of a ring. A ring that is not wanted any more is let go and ages out."""
        ring.append(publication)
        self._order.append(ring)
        self.bytes += len(publication) + ENTRY_BYTES
        while self.bytes > self._most_bytes:
            self.bytes -= len(self._order.popleft().popleft()) + ENTRY_BYTES


def newest(ring: Ring, count: int) -> list[bytes]:
    """The last ``count`` publications, in order; the ring has as many."""
    return list(islice(ring, len(ring) - count, None))
