"""Whose turn it is: pure, with both clocks in the test's hands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.due import DueHeap
from hub.turns import LOCKED_TIMES, Turns

NOON = 1_790_000_000.0
NAMES = st.sampled_from(["a", "b", "c", "d", "e"])


def turns_of(*ones: tuple[float, str], rank: int = 0, now: float = NOON) -> Turns:
    turns = Turns(lambda name: rank)
    heap = DueHeap()
    for due, name in ones:
        heap.add(due, name)
    turns.begin(heap, now)
    return turns


def test_the_first_in_rank_tries_at_once_and_says_how_late_it_woke() -> None:
    turns = turns_of((NOON + 1, "a"), (NOON + 2, "b"))
    assert turns.wake(NOON + 1.004) == [NOON + 1]
    assert turns.take(NOON + 1.004, 0.0, 9) == {"a": NOON + 1}
    assert turns.take(NOON + 1.004, 0.0, 9) == {}


def test_the_third_in_rank_waits_twenty_milliseconds_for_each_before_it() -> None:
    turns = turns_of((NOON + 1, "a"), rank=2)
    assert turns.wake(NOON + 1) == [NOON + 1]
    assert not turns.ready(NOON + 1.0399, 0.0)
    assert turns.ready(NOON + 1.0401, 0.0)
    assert turns.take(NOON + 1.0401, 0.0, 9) == {"a": NOON + 1}


def test_what_fell_due_before_the_hub_began_waits_for_nobody() -> None:
    turns = turns_of((NOON - 60, "a"), rank=9)
    assert turns.wake(NOON) == []
    assert turns.take(NOON, 0.0, 9) == {"a": NOON - 60}


def test_nobody_tries_what_the_log_says_is_settled() -> None:
    turns = turns_of((NOON + 1, "a"), rank=1)
    turns.wake(NOON + 1)
    turns.close("a")
    assert turns.take(NOON + 9, 0.0, 9) == {}
    assert len(turns) == 0


def test_what_could_not_be_fired_waits_twice_as_long_each_time_at_most_a_second() -> None:
    turns = turns_of((NOON, "a"))
    turns.wake(NOON)
    assert turns.take(NOON, 0.0, 9)
    steady, waited = 0.0, []
    for _ in range(7):
        turns.failed("a", steady)
        left = turns.seconds_left(NOON, steady)
        steady += left
        waited.append(round(left, 3))
        assert turns.take(NOON, steady, 9) == {"a": NOON}
    assert waited == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


def test_a_clock_that_is_set_back_does_not_delay_what_was_long_due() -> None:
    turns = turns_of((NOON - 7_200, "a"))
    turns.wake(NOON)
    turns.take(NOON, 100.0, 9)
    turns.failed("a", 100.0)
    an_hour_back = NOON - 3_600
    assert turns.seconds_left(an_hour_back, 100.0) <= 0.05
    assert turns.take(an_hour_back, 100.05, 9) == {"a": NOON - 7_200}


def test_a_clock_that_is_set_forward_makes_everything_due_at_once() -> None:
    turns = turns_of((NOON + 300, "a"), (NOON + 900, "b"))
    assert turns.seconds_left(NOON, 0.0) == 300
    assert turns.seconds_left(NOON + 3_600, 0.0) == 0
    turns.wake(NOON + 3_600)
    assert turns.take(NOON + 3_600, 0.0, 9) == {"a": NOON + 300, "b": NOON + 900}


def test_one_that_is_early_is_open_as_before() -> None:
    turns = turns_of((NOON + 5, "a"))
    turns.wake(NOON + 5)
    turns.take(NOON + 5, 0.0, 9)
    turns.early("a")
    assert turns.seconds_left(NOON, 0.0) == 5
    turns.wake(NOON + 5)
    assert turns.take(NOON + 5, 0.0, 9) == {"a": NOON + 5}


def test_one_whose_incident_stays_locked_is_taken_alone() -> None:
    turns = turns_of((NOON, "a"), (NOON, "b"))
    turns.wake(NOON)
    turns.take(NOON, 0.0, 1)
    for _ in range(LOCKED_TIMES):
        turns.locked("a", 0.0)
    assert turns.take(NOON, 1.0, 9) == {"a": NOON}
    assert turns.take(NOON, 1.0, 9) == {"b": NOON}


def test_there_is_nothing_to_wait_for_where_nothing_is_open() -> None:
    assert turns_of().seconds_left(NOON, 0.0) == float("inf")
    assert not turns_of().ready(NOON, 0.0)


@given(st.lists(st.floats(NOON - 100, NOON + 100), max_size=20), st.integers(1, 5))
def test_whatever_is_due_is_taken_once_in_the_order_of_its_due_time(dues: list[float], most: int) -> None:
    turns = turns_of(*((due, str(at)) for at, due in enumerate(dues)), now=NOON - 1_000)
    turns.wake(NOON)
    taken: list[tuple[float, str]] = []
    while found := turns.take(NOON, 0.0, most):
        assert len(found) <= most
        taken += [(due, name) for name, due in found.items()]
    assert [due for due, _ in taken] == sorted(due for due, _ in taken)
    assert {name for _, name in taken} == {str(at) for at, due in enumerate(dues) if due <= NOON}


class NothingIsLost(RuleBasedStateMachine):
    """Whatever happens to clocks, tries and the log: what is open and due is tried again, what is not never is."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = turns_of()
        self.now, self.steady = NOON, 0.0
        self.open: dict[str, float] = {}
        self.tried: set[str] = set()

    @rule(name=NAMES, seconds=st.integers(-50, 50))
    def set(self, name: str, seconds: int) -> None:
        self.turns.set(name, NOON + seconds)
        self.open[name] = NOON + seconds
        self.tried.discard(name)

    @rule(name=NAMES)
    def close(self, name: str) -> None:
        self.turns.close(name)
        self.open.pop(name, None)
        self.tried.discard(name)

    @rule(seconds=st.integers(0, 30))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds
        self.steady += seconds

    @rule(seconds=st.integers(-60, 60))
    def the_clock_is_set(self, seconds: int) -> None:
        self.now += seconds

    @rule(most=st.integers(1, 3))
    def take(self, most: int) -> None:
        self.turns.wake(self.now)
        for name, due in self.turns.take(self.now, self.steady, most).items():
            assert name not in self.tried
            assert self.open[name] == due
            self.tried.add(name)

    @precondition(lambda self: self.tried)
    @rule(how=st.sampled_from(["settled", "failed", "locked", "again", "early"]))
    def give_back(self, how: str) -> None:
        name = self.tried.pop()
        if how == "settled":
            self.turns.settled(name)
            del self.open[name]
        elif how == "failed":
            self.turns.failed(name, self.steady)
        elif how == "locked":
            self.turns.locked(name, self.steady)
        elif how == "again":
            self.turns.again([name], self.steady, 0.5)
        else:
            self.turns.early(name)

    @invariant()
    def counts_what_is_open(self) -> None:
        assert len(self.turns) == len(self.open)

    def teardown(self) -> None:
        """A day later all that is open and in nobody's hands is tried, each once."""
        self.now += 86_400
        self.steady += 86_400
        self.turns.wake(self.now)
        found: list[str] = []
        while taken := self.turns.take(self.now, self.steady, 2):
            found += taken
        assert sorted(found) == sorted(self.open.keys() - self.tried)


TestNothingIsLost = NothingIsLost.TestCase
