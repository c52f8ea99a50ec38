"""Guards: what crosses one, how near the others are, and when nothing can be said yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from models.flags.figures import Case, figures
from models.flags.guards import SHIPPED, Check, Figures, Guard, crossed, faults, judged
from tests.models.flags.test_figures import AT, case


def first_crossed(guards: Sequence[Guard], pilot: Figures, control: Figures) -> Guard | None:
    """The guard whose bound is the first that is crossed."""
    found = crossed(guards, pilot, control)
    return None if found is None else next(one for one in guards if one.figure == found.figure)


def group(n: int, breached: int) -> list[Case]:
    return [
        case(breached=number < breached, moved_at=AT if number >= breached else None) for number in range(n)
    ]


def test_a_guard_is_crossed_by_what_chance_does_not_explain() -> None:
    control = figures(group(200, 10))
    # 10 of 200: Wilson 0.0274 to 0.0896. 30 of 100: 0.2189 to 0.3958.
    assert first_crossed([Guard("breached", worse_by=0.05)], figures(group(100, 30)), control) is not None
    # 12 of 100: 0.0700 to 0.1981, which has something in common with the control group's.
    assert first_crossed([Guard("breached", worse_by=0.05)], figures(group(100, 12)), control) is None
    # Far enough apart, and still no more than what was allowed.
    assert first_crossed([Guard("breached", worse_by=0.30)], figures(group(100, 30)), control) is None


def test_a_guard_waits_for_its_least_number() -> None:
    control = figures(group(200, 10))
    guard = Guard("breached", worse_by=0.05, least_n=50)
    assert first_crossed([guard], figures(group(49, 40)), control) is None
    assert first_crossed([guard], figures(group(50, 40)), control) == guard
    assert first_crossed([guard], figures(group(50, 40)), figures(group(49, 0))) is None


def test_a_limit_needs_no_control_group() -> None:
    guard = Guard("breached", limit=0.10, least_n=20)
    nobody = figures([])
    # 8 of 40: 0.1050 to 0.3478. 7 of 40: 0.0875.
    assert first_crossed([guard], figures(group(40, 8)), nobody) == guard
    assert first_crossed([guard], figures(group(40, 7)), nobody) is None


def test_more_is_better_for_the_promise() -> None:
    worse, better = figures(group(100, 40)), figures(group(100, 2))
    guard = Guard("kept", worse_by=0.05)
    assert first_crossed([guard], worse, better) == guard
    assert first_crossed([guard], better, worse) is None
    assert first_crossed([Guard("kept", limit=0.80)], worse, figures([])) is not None
    assert first_crossed([Guard("kept", limit=0.80)], better, figures([])) is None


def test_slower_answers_cross_the_guard_of_their_p90() -> None:
    def answering(seconds: int, n: int = 200) -> list[Case]:
        return [case(answered_at=AT + timedelta(seconds=seconds + number % 20)) for number in range(n)]

    guard = Guard("answer_p90", worse_by=60)
    assert first_crossed([guard], figures(answering(140)), figures(answering(60))) == guard
    assert first_crossed([guard], figures(answering(100)), figures(answering(60))) is None
    never = [case() for _ in range(200)]
    assert first_crossed([guard], figures(answering(100)), figures(never)) is None
    assert first_crossed([guard], figures(answering(60)), figures(answering(140))) is None


def test_the_shipped_guards_are_quiet_while_both_groups_are_alike() -> None:
    assert first_crossed(SHIPPED, figures(group(500, 20)), figures(group(500, 22))) is None


def only(guard: Guard, pilot: Figures, control: Figures) -> Check:
    (check,) = judged([guard], pilot, control)
    return check


def test_how_near_a_guard_is_to_be_crossed() -> None:
    guard = Guard("breached", worse_by=0.10, least_n=50)
    control = figures(group(100, 10))
    # 10 of 100 against 14 of 100: four points worse of ten allowed.
    near = only(guard, figures(group(100, 14)), control)
    assert near.state == "within"
    assert [near.found, near.used] == pytest.approx([0.04, 0.4])
    # 22 of 100 is twelve points worse; Wilson 0.1500 to 0.3107 and 0.0552 to 0.1744 overlap.
    unclear = only(guard, figures(group(100, 22)), control)
    assert unclear.state == "unclear"
    assert [unclear.found, unclear.used] == pytest.approx([0.12, 1.0])
    # 30 of 100: 0.2189 to 0.3958.
    assert only(guard, figures(group(100, 30)), control).state == "crossed"
    better = only(guard, figures(group(100, 2)), control)
    assert better.state == "within"
    assert [better.found, better.used] == pytest.approx([-0.08, 0.0])


def test_while_there_are_too_few_it_says_so_and_how_many_are_needed() -> None:
    guard = Guard("breached", worse_by=0.05, least_n=50)
    few = only(guard, figures(group(49, 40)), figures(group(200, 0)))
    assert (few.state, few.used, few.n, few.control_n, few.least_n) == ("too_few", None, 49, 200, 50)
    assert only(guard, figures(group(200, 40)), figures(group(49, 0))).state == "too_few"
    limit = only(Guard("breached", limit=0.05, least_n=50), figures(group(49, 40)), figures([]))
    assert (limit.state, limit.control_n) == ("too_few", None)


def test_a_guard_with_two_bounds_is_judged_by_each() -> None:
    guard = Guard("breached", worse_by=0.05, limit=0.20, least_n=20)
    limit, control = judged([guard], figures(group(100, 12)), figures(group(100, 10)))
    assert limit.against == "limit"
    assert [limit.found, limit.used] == pytest.approx([0.12, 0.6])
    assert control.against == "control"
    assert [control.found, control.used] == pytest.approx([0.02, 0.4])


def test_of_the_promise_what_is_used_up_is_what_may_be_missed() -> None:
    # 94 of 100 kept, of which 90 are wanted: six of the ten that may be missed.
    found = only(Guard("kept", limit=0.90, least_n=20), figures(group(100, 6)), figures([]))
    assert found.state == "within"
    assert [found.found, found.used] == pytest.approx([0.94, 0.6])


def test_a_p90_that_was_not_reached_is_as_bad_as_can_be() -> None:
    never = figures([case() for _ in range(200)])
    soon = figures([case(answered_at=AT + timedelta(seconds=number % 20)) for number in range(200)])
    guard = Guard("answer_p90", worse_by=60)
    worse = only(guard, never, soon)
    assert (worse.found, worse.used, worse.state) == (None, 1.0, "crossed")
    limit = only(Guard("answer_p90", limit=600), never, soon)
    assert (limit.found, limit.used, limit.state) == (None, 1.0, "crossed")
    # 88 of 100 came: the true p90 may well be among them.
    few = [case(answered_at=AT if number < 88 else None) for number in range(100)]
    assert only(guard, figures(few), soon).state == "unclear"
    both = only(guard, never, never)
    assert (both.found, both.used, both.state) == (None, 0.0, "within")


def test_guards_that_could_never_be_crossed_are_refused_with_their_place() -> None:
    guards = [
        Guard("kept", worse_by=5),
        Guard("errors", worse_by=0.05, limit=5),
        Guard("answer_p90", worse_by=60),
        Guard("answer_p90", worse_by=60),
        Guard("breached"),
    ]
    assert list(faults(guards)) == [
        ("guards.kept.worse_by", "out_of_range"),
        ("guards.errors.limit", "out_of_range"),
        ("guards.answer_p90", "twice"),
        ("guards.breached", "missing"),
    ]
    assert list(faults(SHIPPED)) == []
