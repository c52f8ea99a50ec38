"""What is due when, and what was cancelled or moved meanwhile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hub.due import STALE_AT_LEAST, DueHeap

NAMES = st.sampled_from(["a", "b", "ab", "zzzzzzzzzzzzzzzzzzzzzzzzzz", "五分"])
INSTANTS = st.integers(0, 50).map(float)


def heap_of(*ones: tuple[float, str]) -> DueHeap:
    heap = DueHeap()
    for due, name in ones:
        heap.add(due, name)
    return heap


def test_the_earliest_comes_first_and_only_when_it_is_time() -> None:
    heap = heap_of((30.0, "c"), (10.0, "a"), (20.0, "b"))
    assert heap.earliest() == 10.0
    assert heap.take_due(9.9) == []
    assert heap.take_due(20.0) == [(10.0, "a"), (20.0, "b")]
    assert len(heap) == 1


def test_instants_are_kept_to_the_microsecond() -> None:
    heap = heap_of((1_790_000_000.000_001, "a"))
    assert heap.take_due(1_790_000_000.0) == []
    assert heap.take_due(1_790_000_000.000_001) == [(1_790_000_000.000_001, "a")]


def test_at_most_so_many_are_taken() -> None:
    heap = heap_of((1.0, "a"), (2.0, "b"), (3.0, "c"))
    assert heap.take_due(9.0, 2) == [(1.0, "a"), (2.0, "b")]
    assert heap.take_due(9.0, 0) == []
    assert len(heap) == 1


def test_what_was_cancelled_never_comes() -> None:
    heap = heap_of((10.0, "a"), (20.0, "b"))
    assert heap.cancel("a")
    assert not heap.cancel("a")
    assert heap.earliest() == 20.0
    assert heap.take_due(100.0) == [(20.0, "b")]
    assert heap.earliest() is None


def test_one_that_is_set_again_moves() -> None:
    heap = heap_of((10.0, "a"), (20.0, "a"))
    assert len(heap) == 1
    assert heap.take_due(15.0) == []
    heap.add(5.0, "a")
    assert heap.take_due(15.0) == [(5.0, "a")]
    assert heap.take_due(100.0) == []


def test_an_id_that_no_row_can_have_is_refused() -> None:
    with pytest.raises(ValueError, match="26 bytes"):
        heap_of((1.0, "x" * 27))


def test_many_cancelled_ones_do_not_fill_the_memory() -> None:
    heap = heap_of(*((float(at), f"d{at}") for at in range(5_000)))
    for at in range(4_999):
        heap.cancel(f"d{at}")
    assert len(heap) == 1
    assert len(heap._heap) <= STALE_AT_LEAST + 1
    assert heap.take_due(1e9) == [(4999.0, "d4999")]


class AgainstAPlainDictionary(RuleBasedStateMachine):
    """Whatever is done to it, it holds what a dictionary of id and due time would."""

    def __init__(self) -> None:
        super().__init__()
        self.heap = DueHeap()
        self.plain: dict[str, float] = {}

    @rule(due=INSTANTS, name=NAMES)
    def add(self, due: float, name: str) -> None:
        self.heap.add(due, name)
        self.plain[name] = due

    @rule(name=NAMES)
    def cancel(self, name: str) -> None:
        assert self.heap.cancel(name) == (self.plain.pop(name, None) is not None)

    @rule(now=INSTANTS, most=st.one_of(st.none(), st.integers(0, 3)))
    def take(self, now: float, most: int | None) -> None:
        taken = self.heap.take_due(now, most)
        due = sorted((at, name.encode()) for name, at in self.plain.items() if at <= now)
        assert sorted(at for at, _ in taken) == [at for at, _ in taken]
        assert [at for at, _ in taken] == [at for at, _ in due[:most]]
        for at, name in taken:
            assert self.plain.pop(name) == at

    @invariant()
    def knows_how_many_and_the_earliest(self) -> None:
        assert len(self.heap) == len(self.plain)
        assert self.heap.earliest() == min(self.plain.values(), default=None)


TestAgainstAPlainDictionary = AgainstAPlainDictionary.TestCase


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2**50), st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26)
        ),
        max_size=30,
    )
)
def test_ids_come_out_as_they_went_in(ones: list[tuple[int, str]]) -> None:
    heap = heap_of(*((due / 1e6, name) for due, name in ones))
    assert {name for _, name in heap.take_due(1e12)} == {name for _, name in ones}
