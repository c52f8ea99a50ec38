"""So many a second, and a burst at once: one number per whoever is counted, and no timer. Pure."""

from __future__ import annotations


class Pace:
    """A token bucket told by the moment at which it will be full again."""

    __slots__ = ("full_at",)

    def __init__(self) -> None:
        self.full_at = 0.0

    def take(self, now: float, rate: float, burst: float, count: int = 1) -> float:
        """0 when ``count`` more are allowed now, at ``rate`` a second after ``burst`` at once; else the seconds to
        wait.

        ``now`` is any clock's seconds. A clock that was put back does not lock anybody out: a bucket cannot
        be emptier than empty.
        """
        full_at = self.full_at
        debt = full_at - now
        if not 0.0 < debt <= (burst + 1) / rate:
            full_at = now
        wait = full_at - now - (burst - count) / rate
        if wait > 1e-9:  # a clock of Unix seconds is not finer than that
            return wait
        self.full_at = full_at + count / rate
        return 0.0
