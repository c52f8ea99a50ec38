"""A provider that fails is left alone, tried by one, and asked again. And how many calls a minute it gets."""

from __future__ import annotations

from workers.channels.breaker import Breaker
from workers.channels.pace import Pace


def broken() -> Breaker:
    """Five calls failed at second 0."""
    breaker = Breaker()
    for _ in range(5):
        breaker.ended(0.0, failed=True)
    return breaker


def test_four_failures_of_ten_are_life_and_five_are_a_provider_that_is_down() -> None:
    breaker = Breaker()
    for _ in range(4):
        breaker.ended(0.0, failed=True)
        breaker.ended(0.0, failed=False)
    assert breaker.stand(0.0) == "closed"
    assert breaker.wait(0.0) == 0
    breaker.ended(0.0, failed=True)
    assert breaker.stand(0.0) == "open"
    assert breaker.wait(5.0) == 10


def test_failures_of_long_ago_are_forgotten_with_the_calls_that_went_well() -> None:
    breaker = Breaker()
    for failed in (*[True] * 4, *[False] * 10, *[True] * 4):
        breaker.ended(0.0, failed=failed)
    assert breaker.stand(0.0) == "closed"


def test_after_the_pause_one_tries_and_the_others_wait_for_what_comes_of_it() -> None:
    breaker = broken()
    assert breaker.stand(15.0) == "half_open"
    assert breaker.wait(15.0) == 0
    assert breaker.wait(16.0) == 14
    breaker.ended(17.0, failed=False)
    assert breaker.stand(17.0) == "closed"
    assert breaker.wait(17.0) == 0


def test_each_trial_that_fails_doubles_the_pause_up_to_two_minutes() -> None:
    breaker, now, pauses = broken(), 15.0, []
    for _ in range(5):
        assert breaker.wait(now) == 0
        breaker.ended(now, failed=True)
        pauses.append(breaker.wait(now))
        now += pauses[-1]
    assert pauses == [30, 60, 120, 120, 120]


def test_a_trial_that_never_says_how_it_ended_bars_nobody_for_ever() -> None:
    breaker = broken()
    assert breaker.wait(15.0) == 0
    assert breaker.wait(30.0) == 0


def test_a_call_that_began_before_the_breaker_opened_does_not_close_it() -> None:
    breaker = broken()
    breaker.ended(1.0, failed=False)
    assert breaker.stand(1.0) == "open"


def test_the_calls_of_two_seconds_go_at_once_and_the_others_evenly() -> None:
    pace = Pace()
    assert [pace.wait(0.0, 60) for _ in range(2)] == [0, 0]
    assert pace.wait(0.0, 60) == 1
    assert pace.wait(1.0, 60) == 0
    assert pace.wait(1.5, 60) == 0.5


def test_one_call_a_minute_goes_at_once_and_the_next_a_minute_later() -> None:
    pace = Pace()
    assert pace.wait(0.0, 1) == 0
    assert pace.wait(0.0, 1) == 60
    assert round(pace.wait(60.0, 1), 6) == 0


def test_without_a_bound_everything_goes() -> None:
    pace = Pace()
    assert {pace.wait(0.0, None) for _ in range(1_000)} == {0}
