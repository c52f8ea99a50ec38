"""What is remembered is bounded in bytes altogether, and each ring stays whole from its newest backwards."""

from collections import deque

from hub.recent import ENTRY_BYTES, Recent, Ring, newest


def test_the_oldest_publication_goes_first_whichever_ring_it_is_in() -> None:
    recent = Recent(3 * (1 + ENTRY_BYTES))
    first: Ring = deque()
    second: Ring = deque()
    for ring, publication in ((first, b"1"), (second, b"2"), (first, b"3"), (first, b"4")):
        recent.add(ring, publication)
    assert (list(first), list(second)) == ([b"3", b"4"], [b"2"])
    recent.add(second, b"5")
    assert (list(first), list(second)) == ([b"3", b"4"], [b"5"])
    assert recent.bytes == 3 * (1 + ENTRY_BYTES)


def test_one_publication_larger_than_the_budget_is_not_kept() -> None:
    recent = Recent(100)
    ring: Ring = deque()
    recent.add(ring, b"x" * 101)
    assert (list(ring), recent.bytes) == ([], 0)


def test_the_newest_are_given_in_order() -> None:
    ring: Ring = deque([b"1", b"2", b"3"])
    assert newest(ring, 2) == [b"2", b"3"]
    assert newest(ring, 0) == []
