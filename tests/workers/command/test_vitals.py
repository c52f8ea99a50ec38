"""When a process counts as frozen, and how long its next life is put off: seconds written by hand."""

import pytest

from workers.command.supervisor.vitals import Attention, Limits, Restarts, Vitals

LIMITS = Limits(first_beat_seconds=20.0, silence_seconds=3.0)


@pytest.mark.parametrize(("now", "frozen"), [(100.0, False), (119.9, False), (120.1, True)])
def test_a_process_has_twenty_seconds_for_its_first_beat(now: float, frozen: bool) -> None:
    assert Vitals(started_at=100.0).is_frozen(now, LIMITS) is frozen


@pytest.mark.parametrize(("now", "frozen"), [(101.5, False), (104.4, False), (104.6, True)])
def test_after_its_first_beat_three_seconds_of_silence_are_too_long(now: float, frozen: bool) -> None:
    life = Vitals(started_at=100.0)
    life.beat(101.0)
    life.beat(101.5)
    assert life.is_frozen(now, LIMITS) is frozen


def test_silence_while_the_supervisor_was_not_listening_does_not_count() -> None:
    life = Vitals(started_at=100.0)
    life.beat(101.0)
    life.be_patient(150.0)
    assert not life.is_frozen(152.9, LIMITS)
    assert life.is_frozen(153.1, LIMITS)


@pytest.mark.parametrize(
    ("looks", "absent"), [([10.2, 10.4], False), ([10.2, 11.1], False), ([10.2, 11.3], True)]
)
def test_a_look_that_comes_a_second_late_shows_that_the_supervisor_was_frozen_too(
    looks: list[float], absent: bool
) -> None:
    attention = Attention(looked_at=10.0)
    answers = [attention.was_absent(now) for now in looks]
    assert answers == [False, absent]


def life(seconds: float, up: bool = True) -> tuple[Vitals, float]:
    vitals = Vitals(started_at=0.0)
    if up:
        vitals.beat(0.3)
    return vitals, seconds


def test_the_first_death_is_followed_at_once_by_the_next_life() -> None:
    assert Restarts().pause_after(*life(500.0)) == 0.0
    assert Restarts().pause_after(*life(0.5)) == 0.0
    assert Restarts().pause_after(*life(0.1, up=False)) == 0.0


def test_a_process_that_was_up_is_never_put_off_for_a_second() -> None:
    restarts = Restarts()
    pauses = [restarts.pause_after(*life(1.0)) for _ in range(7)]
    assert pauses == [0.0, 0.1, 0.2, 0.4, 0.5, 0.5, 0.5]


def test_one_that_never_comes_up_is_put_off_longer_and_longer_up_to_five_seconds() -> None:
    restarts = Restarts()
    pauses = [restarts.pause_after(*life(0.2, up=False)) for _ in range(8)]
    assert pauses == [0.0, 0.25, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0]


def test_a_long_life_wipes_the_slate() -> None:
    restarts = Restarts()
    for _ in range(5):
        restarts.pause_after(*life(1.0))
    assert restarts.pause_after(*life(11.0)) == 0.0
    assert restarts.pause_after(*life(1.0)) == 0.0
    assert restarts.pause_after(*life(1.0)) == 0.1


def test_coming_up_once_ends_the_row_of_stillbirths() -> None:
    restarts = Restarts()
    for _ in range(5):
        restarts.pause_after(*life(0.2, up=False))
    restarts.pause_after(*life(1.0))
    assert restarts.stillbirths == 0
    assert restarts.pause_after(*life(0.2, up=False)) == 0.0
