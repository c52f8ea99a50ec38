"""What is due when, and what was cancelled meanwhile."""

from hypothesis import given
from hypothesis import strategies as st

from hub.due import DueHeap


def test_the_earliest_comes_first_and_only_when_it_is_time() -> None:
    heap = DueHeap([(30.0, "c"), (10.0, "a")])
    heap.add(20.0, "b")
    assert heap.earliest() == 10.0
    assert heap.take_due(9.9) == []
    assert heap.take_due(20.0) == [(10.0, "a"), (20.0, "b")]
    assert len(heap) == 1


def test_what_was_cancelled_never_comes() -> None:
    heap = DueHeap([(10.0, "a"), (20.0, "b")])
    heap.cancel("a")
    assert heap.earliest() == 20.0
    assert heap.take_due(100.0) == [(20.0, "b")]
    assert heap.earliest() is None


def test_cancelling_what_is_not_here_is_no_matter() -> None:
    heap = DueHeap()
    heap.cancel("x")
    heap.add(1.0, "x")
    assert heap.take_due(1.0) == [(1.0, "x")]


def test_many_cancelled_ones_do_not_fill_the_memory() -> None:
    heap = DueHeap((float(at), f"d{at}") for at in range(5_000))
    for at in range(4_999):
        heap.cancel(f"d{at}")
    assert len(heap) == 1
    assert len(heap._heap) < 2_500
    assert heap.take_due(1e9) == [(4999.0, "d4999")]


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=40))
def test_what_is_open_comes_out_sorted(ones: list[tuple[int, bool]]) -> None:
    heap = DueHeap()
    for at, (due, _) in enumerate(ones):
        heap.add(float(due), str(at))
    for at, (_, cancelled) in enumerate(ones):
        if cancelled:
            heap.cancel(str(at))
    left = sorted((float(due), str(at)) for at, (due, cancelled) in enumerate(ones) if not cancelled)
    assert heap.take_due(1e9) == left
