"""When this hub tries which deadline: from open to due, to its turn, to settled. Pure.

A first try is at the due time and a moment per rank later, by the database's clock, so that a clock that is
set moves it along. A further try is so long after the last one, by a steady clock, so that a clock that is
set back delays nothing that is due. ``rank`` is this hub's place in the queue for a deadline, 0 the first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hub.due import DueHeap

STAGGER_SECONDS = 0.02  # per rank
LOCKED_SECONDS = 0.005  # until one is tried again whose incident somebody else had
LOCKED_TIMES = 4  # then it is tried alone, so that it queues for the lock as everybody does
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.05, 1.0


@dataclass(slots=True)
class Attempt:
    """A deadline whose time came and that is not settled yet."""

    due: float
    failures: int = 0
    locked: int = 0  # times that somebody else had its incident
    further: float | None = None  # when to try again, by the steady clock; None while it is being tried


class Turns:
    """Instants are Unix seconds of the database's clock; ``steady`` is any monotonic one."""

    def __init__(self, rank: Callable[[str], int]) -> None:
        self._rank = rank
        self._open = DueHeap()
        self._began_at = 0.0
        self._attempts: dict[str, Attempt] = {}
        self._first = DueHeap()  # when each one's first turn is
        self._further: list[tuple[float, str]] = []  # a heap of further tries, by the steady clock

    def __len__(self) -> int:
        return len(self._open) + len(self._attempts)

    @property
    def due(self) -> int:
        """How many are due and not settled."""
        return len(self._attempts)

    def begin(self, open_ones: DueHeap, now: float) -> None:
        """Begins with these; what was known before is forgotten."""
        self._open, self._began_at = open_ones, now
        self._attempts = {}
        self._first = DueHeap()
        self._further = []

    def set(self, name: str, due: float) -> None:
        """A deadline was opened, or moved."""
        if self._attempts.pop(name, None) is not None:
            self._first.cancel(name)
        self._open.add(due, name)

    def close(self, name: str) -> None:
        """A deadline is settled or cancelled, by whomever; one that is not here is no matter."""
        if self._attempts.pop(name, None) is None:
            self._open.cancel(name)
        else:
            self._first.cancel(name)

    def wake(self, now: float) -> list[float]:
        """Moves what is due to its turn; returns since when each of them was, what was found late left out."""
        woken = []
        for due, name in self._open.take_due(now):
            self._attempts[name] = Attempt(due)
            if due < self._began_at:
                # What fell due while nobody was there to see has waited long enough.
                self._first.add(due, name)
            else:
                self._first.add(due + STAGGER_SECONDS * self._rank(name), name)
                woken.append(due)
        return woken

    def take(self, now: float, steady: float, most: int) -> dict[str, float]:
        """At most ``most`` deadlines whose turn it is, and when they were due; those that were tried before first.

        Each is this hub's to settle or to give back, unless the log closes it meanwhile.
        """
        taken: dict[str, float] = {}
        while len(taken) < most and self._further and self._further[0][0] <= steady:
            at, name = self._further[0]
            attempt = self._attempts.get(name)
            valid = attempt is not None and attempt.further == at  # else it was settled meanwhile
            alone = valid and attempt is not None and attempt.locked >= LOCKED_TIMES
            if alone and taken:
                return taken
            heapq.heappop(self._further)
            if attempt is not None and valid:
                attempt.further = None
                taken[name] = attempt.due
            if alone:
                return taken
        for _, name in self._first.take_due(now, most - len(taken)):
            taken[name] = self._attempts[name].due
        return taken

    def settled(self, name: str) -> None:
        """The database says that nothing is left to do."""
        self._attempts.pop(name, None)

    def early(self, name: str) -> None:
        """The database says that it is not due yet: it is open as before."""
        attempt = self._attempts.get(name)
        if attempt is not None:
            self.set(name, attempt.due)

    def again(self, names: Iterable[str], steady: float, seconds: float) -> None:
        """Gives them back for a further try after so many seconds."""
        for name in names:
            attempt = self._attempts.get(name)
            if attempt is not None:
                attempt.further = steady + seconds
                heapq.heappush(self._further, (attempt.further, name))

    def locked(self, name: str, steady: float) -> None:
        """Gives one back whose incident somebody else had; after a few times it is taken alone."""
        attempt = self._attempts.get(name)
        if attempt is not None:
            attempt.locked += 1
            self.again([name], steady, LOCKED_SECONDS)

    def failed(self, name: str, steady: float) -> None:
        """Gives one back that could not be fired; each time it waits twice as long, at most a second."""
        attempt = self._attempts.get(name)
        if attempt is not None:
            seconds = FIRST_RETRY_SECONDS * 2 ** min(attempt.failures, 10)
            attempt.failures += 1
            self.again([name], steady, min(seconds, LAST_RETRY_SECONDS))

    def ready(self, now: float, steady: float) -> bool:
        """Whether ``take`` would find something."""
        first = self._first.earliest()
        return (first is not None and first <= now) or (bool(self._further) and self._further[0][0] <= steady)

    def seconds_left(self, now: float, steady: float) -> float:
        """Until something falls due or a turn comes that has not come yet, as the clocks run; may be infinite."""
        due, first = self._open.earliest(), self._first.earliest()
        left = [] if due is None else [max(0.0, due - now)]
        if first is not None and first > now:
            left.append(first - now)
        if self._further and self._further[0][0] > steady:
            left.append(self._further[0][0] - steady)
        return min(left, default=float("inf"))
