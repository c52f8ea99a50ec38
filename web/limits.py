"""A brake on look-ups that change nothing: so many per address and minute, counted in this process's memory.

What must be exact (plate tails, sign-ins, requests) is counted in the database instead.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

from models.errors import TooManyRequests

MOST_ADDRESSES = 20_000  # remembered at once; the one unseen for longest is forgotten first


class LookUps:
    """At most ``most`` per address in each ``window``."""

    def __init__(self, most: int, window: timedelta = timedelta(minutes=1)) -> None:
        self._most = most
        self._window = window
        self._seen: OrderedDict[bytes, tuple[datetime, int]] = OrderedDict()

    def count(self, address: bytes, now: datetime) -> None:
        """Raises TooManyRequests with the end of the window."""
        began, count = self._seen.get(address, (now, 0))
        if now >= began + self._window:
            began, count = now, 0
        if count >= self._most:
            raise TooManyRequests(retry_at=began + self._window)
        self._seen[address] = (began, count + 1)
        self._seen.move_to_end(address)
        while len(self._seen) > MOST_ADDRESSES:
            self._seen.popitem(last=False)
