"""What is due when: a heap of deadlines in memory. Pure; instants in Unix seconds.

A million of them fit (a tuple, a number and an id each). A cancelled one stays in the heap until its time and
is passed over then; when too many do, the heap is built anew.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

MOST_CANCELLED = 1_000  # before it is asked whether the heap should be built anew


class DueHeap:
    """Deadlines by id; the earliest first."""

    def __init__(self, open_ones: Iterable[tuple[float, str]] = ()) -> None:
        self._heap = list(open_ones)
        heapq.heapify(self._heap)
        self._cancelled: set[str] = set()

    def __len__(self) -> int:
        return max(0, len(self._heap) - len(self._cancelled))

    def add(self, due: float, name: str) -> None:
        """Opens a deadline."""
        self._cancelled.discard(name)
        heapq.heappush(self._heap, (due, name))

    def cancel(self, name: str) -> None:
        """Closes a deadline; one that is not here is no matter."""
        self._cancelled.add(name)
        if len(self._cancelled) > MOST_CANCELLED and len(self._cancelled) > len(self._heap) // 2:
            self._heap = [one for one in self._heap if one[1] not in self._cancelled]
            heapq.heapify(self._heap)
            self._cancelled.clear()

    def earliest(self) -> float | None:
        """When the next one is due; None when nothing is open."""
        self._skip_cancelled()
        return self._heap[0][0] if self._heap else None

    def take_due(self, now: float) -> list[tuple[float, str]]:
        """Takes out what is due, the earliest first."""
        due = []
        while (earliest := self.earliest()) is not None and earliest <= now:
            due.append(heapq.heappop(self._heap))
        return due

    def _skip_cancelled(self) -> None:
        while self._heap and self._heap[0][1] in self._cancelled:
            self._cancelled.discard(heapq.heappop(self._heap)[1])
        if not self._heap:
            self._cancelled.clear()
