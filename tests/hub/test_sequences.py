"""The order of the log: each entry once, in its turn, whatever order the doorbell brings."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from hub.sequences import Sequences, is_another_log
from models.feed.entries import Entry
from models.queries.log import Heads


def entry(offset: int, district: str = "511802") -> Entry:
    return Entry(district, offset, "e1", "{}")


def test_entries_pass_in_order() -> None:
    sequences = Sequences(Heads("e1", {"511802": 4}))
    assert sequences.take(entry(5)) == [entry(5)]
    assert sequences.take(entry(6)) == [entry(6)]


def test_a_repeat_is_dropped() -> None:
    sequences = Sequences(Heads("e1", {"511802": 4}))
    assert sequences.take(entry(4)) == []
    assert sequences.take(entry(5)) == [entry(5)]
    assert sequences.take(entry(5)) == []
    assert not sequences.waiting


def test_an_early_entry_waits_for_its_predecessor() -> None:
    sequences = Sequences(Heads("e1", {"511802": 4}))
    assert sequences.take(entry(7)) == []
    assert sequences.take(entry(6)) == []
    assert sequences.waiting
    assert sequences.take(entry(5)) == [entry(5), entry(6), entry(7)]
    assert not sequences.waiting


def test_districts_do_not_wait_for_each_other() -> None:
    sequences = Sequences(Heads("e1", {"511802": 4, "511803": 9}))
    assert sequences.take(entry(6)) == []
    assert sequences.take(entry(10, "511803")) == [entry(10, "511803")]


def test_a_district_that_is_new_begins_at_one() -> None:
    assert Sequences(Heads("e1", {})).take(entry(1, "511899")) == [entry(1, "511899")]


@given(st.lists(st.integers(1, 12), max_size=60))
def test_whatever_order_and_repeats_each_passes_once_and_in_order(heard: list[int]) -> None:
    sequences = Sequences(Heads("e1", {"511802": 0}))
    passed = [one.offset for offset in heard for one in sequences.take(entry(offset))]
    whole = list(itertools.takewhile(lambda offset: offset in heard, itertools.count(1)))
    assert passed == whole
    # The log brings the rest.
    passed += [one.offset for offset in range(1, 13) for one in sequences.take(entry(offset))]
    assert passed == list(range(1, 13))
    assert not sequences.waiting


def test_how_far_behind_the_log_we_are() -> None:
    sequences = Sequences(Heads("e1", {"511802": 4, "511803": 2}))
    assert sequences.behind(Heads("e1", {"511802": 7, "511803": 2, "511804": 1})) == {
        "511802": 3,
        "511804": 1,
    }


def test_another_epoch_or_a_head_below_ours_is_another_log() -> None:
    known = {"511802": 4}
    assert not is_another_log(Heads("e1", {"511802": 4}), "e1", known)
    assert not is_another_log(Heads("e1", {"511802": 5, "511803": 1}), "e1", known)
    assert is_another_log(Heads("e2", {"511802": 4}), "e1", known)
    assert is_another_log(Heads("e1", {"511802": 3}), "e1", known)
    assert is_another_log(Heads("e1", {}), "e1", known)
