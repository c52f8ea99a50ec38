"""Photos as evidence: how many, how far apart, how old. Pure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.errors import Conflict, InvalidField
from models.incident.evidence import Wanted, check_enough, check_one, check_room
from tests.support.clock import START

TWO = Wanted(2, 3, timedelta(seconds=10), timedelta(hours=72))


@pytest.mark.parametrize(
    ("taken", "others", "why"),
    [
        (0, [], None),
        (-259_200, [], None),
        (-259_201, [], "too_old"),
        (300, [], None),
        (301, [], "not_yet"),
        (0, [-10, 10], None),
        (0, [-9.9], "too_close"),
        (0, [9.9], "too_close"),
        (0, [0], "too_close"),
    ],
)
def test_a_photo_is_judged_by_when_it_was_taken(taken: float, others: list[float], why: str | None) -> None:
    moments = [START + timedelta(seconds=one) for one in others]
    if why is None:
        check_one(TWO, moments, START + timedelta(seconds=taken), START)
        return
    with pytest.raises(InvalidField) as refused:
        check_one(TWO, moments, START + timedelta(seconds=taken), START)
    assert (refused.value.field, refused.value.params["why"]) == ("photo", why)


def test_there_is_room_for_so_many() -> None:
    check_room(TWO, 2)
    with pytest.raises(Conflict):
        check_room(TWO, 3)


@pytest.mark.parametrize(
    ("seconds", "missing"), [([0, 10], 0), ([0, 5, 10], 0), ([0, 9], 1), ([0], 1), ([], 2)]
)
def test_photos_that_are_too_close_count_once(seconds: list[int], missing: int) -> None:
    moments = [START + timedelta(seconds=one) for one in reversed(seconds)]
    if not missing:
        check_enough(TWO, moments)
        return
    with pytest.raises(Conflict) as refused:
        check_enough(TWO, moments)
    assert refused.value.params == {"why": "photos_too_few", "least": 2, "missing": missing}
