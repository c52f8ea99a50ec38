"""Figures with n and intervals: against values worked out by hand or printed in books."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.flags.figures import Case, Estimate, figures, p90, share

AT = datetime(2026, 11, 2, 8, tzinfo=UTC)
INF = float("inf")


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_a_share_has_wilsons_interval(count: int, n: int, low: float, high: float) -> None:
    found = share(count, n)
    assert found.low == pytest.approx(low, abs=5e-5)
    assert found.high == pytest.approx(high, abs=5e-5)
    assert (found.n, found.value) == (n, count / n)


def test_of_nothing_nothing_is_said() -> None:
    assert share(0, 0) == p90([]) == Estimate(0, None, None, None)


def test_a_p90_is_enclosed_by_the_places_that_the_binomial_gives() -> None:
    # X of 100 are below the true p90. P(X <= 83) = 0.0206, P(X <= 84) = 0.0399: the 84th is hardly above it.
    # P(X <= 94) = 0.9424, P(X <= 95) = 0.9763: the 96th is hardly below it.
    seconds = [float(number) for number in range(1, 101)]
    assert p90(seconds) == Estimate(100, 90.0, 84.0, 96.0)
    assert p90(list(reversed(seconds))) == p90(seconds)


def test_few_values_do_not_bound_a_p90_from_above() -> None:
    # 0.9 ** 20 = 0.12: all twenty may well lie below the true p90.
    assert p90([float(number) for number in range(1, 21)]).high is None


def test_who_has_not_come_is_later_than_everybody_who_has() -> None:
    assert p90([10.0] * 80 + [INF] * 20).value is None
    assert p90([10.0] * 95 + [INF] * 5).value == 10.0


def after(seconds: int) -> datetime:
    return AT + timedelta(seconds=seconds)


def case(**facts: object) -> Case:
    given = {"requested_at": AT, "respond_by": AT + timedelta(seconds=300), "is_over": True} | facts
    return Case(**given)  # type: ignore[arg-type]


def test_what_is_counted_and_of_what() -> None:
    cases = [
        case(moved_at=after(120), answered_at=after(20), stars=(5, 2)),
        case(handed_over_at=after(300), accepted_at=after(340), breached=True, stars=(1,)),
        case(accepted_at=after(300), handed_over_at=after(100), answered_at=after(400)),
        case(failed=True, moved_at=after(301)),
        case(is_over=False, moved_at=after(1), failed=True, stars=(1,)),
    ]
    found = figures(cases)
    assert {name: (one.n, one.value) for name, one in found.items()} == {
        "kept": (4, 2 / 4),
        "breached": (4, 1 / 4),
        "errors": (4, 1 / 4),
        "complaints": (3, 2 / 3),
        "answer_p90": (4, None),
        "accept_p90": (2, 200.0),
    }
