"""A provider that fails again and again is left alone for a while: one breaker for each city and channel.

Each process has its own; they learn the same within a few calls. Nothing here knows a provider or a clock.
"""

from __future__ import annotations

from collections import deque
from typing import Literal

FAILURES, OF = 5, 10  # so many of the last so many calls: open
OPEN_SECONDS = 15.0  # doubled each time that the trial fails
LONGEST_SECONDS = 120.0

Stand = Literal["closed", "half_open", "open"]


class Breaker:
    """``now`` is any steady count of seconds. A call is asked for with ``wait`` and ends with ``ended``."""

    def __init__(self) -> None:
        self._close()

    def _close(self) -> None:
        self._failed: deque[bool] = deque(maxlen=OF)
        self._until: float | None = None
        self._pause = OPEN_SECONDS
        self._trying_since: float | None = None

    def stand(self, now: float) -> Stand:
        """closed: calls pass. open: none does. half_open: one may try."""
        if self._until is None:
            return "closed"
        return "open" if now < self._until else "half_open"

    def wait(self, now: float) -> float:
        """Seconds until a call makes sense; 0: go. Of those who come when it is half open one goes, and the others

        wait for what comes of it. One who never said how it ended is forgotten after the pause.
        """
        if self._until is None:
            return 0.0
        if now < self._until:
            return self._until - now
        if self._trying_since is not None and now < self._trying_since + OPEN_SECONDS:
            return self._trying_since + OPEN_SECONDS - now
        self._trying_since = now
        return 0.0

    def ended(self, now: float, *, failed: bool) -> None:
        """``failed``: the provider did not do its work, whatever was asked of it. A refusal is no failure."""
        if self._until is not None:
            if self._trying_since is None:
                return  # it began before the breaker opened, and says nothing new
            self._trying_since = None
            if not failed:
                self._close()
                return
            self._pause = min(self._pause * 2, LONGEST_SECONDS)
            self._until = now + self._pause
            return
        self._failed.append(failed)
        if sum(self._failed) >= FAILURES:
            self._until = now + self._pause
