"""How many calls a minute a provider is asked: as the city has set it up, in each process by itself."""

from __future__ import annotations


class Pace:
    """A bucket that fills evenly and holds the calls of two seconds. ``now`` is any steady count of seconds."""

    def __init__(self) -> None:
        self._left = 1.0
        self._at: float | None = None

    def wait(self, now: float, a_minute: int | None) -> float:
        """0: go, and it is counted. Else the seconds until there is room again."""
        if a_minute is None:
            return 0.0
        a_second = a_minute / 60
        if self._at is None:
            self._left = max(1.0, 2 * a_second)
        else:
            self._left = min(max(1.0, 2 * a_second), self._left + (now - self._at) * a_second)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0.0
        return (1 - self._left) / a_second
