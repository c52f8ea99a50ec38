"""What is due when: every open deadline of the service, in the memory of one process. Pure.

A million of them fit, at less than 200 bytes each, everything included: an id is one number, and so is the
mark in the heap, the due time in front of the id. What is open is in a table; a mark that the table no longer
holds was cancelled or moved, and is passed over when its time comes.
"""

from __future__ import annotations

import heapq

ID_BYTES = 26  # the column's width
STALE_AT_LEAST = 1_000  # marks of cancelled ones, before it is asked whether the heap should be built anew
_ID_BITS = 8 * ID_BYTES
_ANY_ID = (1 << _ID_BITS) - 1


class DueHeap:
    """Deadlines by id, the earliest first. Instants are Unix seconds, kept to the microsecond."""

    def __init__(self) -> None:
        self._marks: dict[int, int] = {}  # what is open: number of the id → its mark
        self._heap: list[int] = []

    def __len__(self) -> int:
        return len(self._marks)

    def add(self, due: float, name: str) -> None:
        """Opens a deadline, or moves it. Raises ValueError for an id of more than 26 bytes."""
        number = _number(name)
        mark = _microseconds(due) << _ID_BITS | number
        if self._marks.get(number) != mark:
            self._marks[number] = mark
            heapq.heappush(self._heap, mark)
            self._tidy()

    def cancel(self, name: str) -> bool:
        """Closes a deadline; whether it was open."""
        known = self._marks.pop(_number(name), None) is not None
        self._tidy()
        return known

    def earliest(self) -> float | None:
        """When the next one is due; None when nothing is open."""
        while self._heap:
            mark = self._heap[0]
            if self._marks.get(mark & _ANY_ID) == mark:
                return (mark >> _ID_BITS) / 1e6
            heapq.heappop(self._heap)
        return None

    def take_due(self, now: float, most: int | None = None) -> list[tuple[float, str]]:
        """Takes out what is due, the earliest first, at most so many."""
        latest = _microseconds(now) << _ID_BITS | _ANY_ID
        due: list[tuple[float, str]] = []
        while self._heap and self._heap[0] <= latest and (most is None or len(due) < most):
            mark = heapq.heappop(self._heap)
            number = mark & _ANY_ID
            if self._marks.get(number) == mark:
                del self._marks[number]
                due.append(((mark >> _ID_BITS) / 1e6, _name(number)))
        return due

    def _tidy(self) -> None:
        """Builds the heap anew when a quarter of it is stale: else far deadlines that come and go fill it."""
        stale = len(self._heap) - len(self._marks)
        if stale > STALE_AT_LEAST and stale > len(self._marks) // 4:
            self._heap = list(self._marks.values())
            heapq.heapify(self._heap)


def _microseconds(seconds: float) -> int:
    return max(0, round(seconds * 1e6))


def _number(name: str) -> int:
    raw = name.encode()
    if len(raw) > ID_BYTES:
        raise ValueError("an id has at most 26 bytes")
    return int.from_bytes(raw, "big")


def _name(number: int) -> str:
    return number.to_bytes((number.bit_length() + 7) // 8, "big").decode()
