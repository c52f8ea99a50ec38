"""What becomes of a parking record: the whole grid by hand, and which sightings are one stay."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.errors import IllegalTransition
from models.geography import Location
from models.parking.states import STATES, Command, State, after
from models.parking.stays import Sighting, code_of, grouped, read_code, same_stay
from tests.support.clock import FakeClock

# from: what each command leads to; what is not here is refused
GRID: dict[State, dict[Command, State]] = {
    "waits": {"approve": "noticed", "send_back": "returned", "withdraw": "withdrawn"},
    "returned": {},
    "noticed": {"leave": "left", "stay": "warning", "withdraw": "withdrawn"},
    "left": {"withdraw": "withdrawn", "reopen": "noticed"},
    "none": {"withdraw": "withdrawn", "reopen": "noticed"},
    "warning": {"withdraw": "withdrawn", "reopen": "noticed"},
    "penalty": {"withdraw": "withdrawn", "reopen": "noticed"},
    "withdrawn": {},
}
COMMANDS: tuple[Command, ...] = ("approve", "send_back", "leave", "stay", "withdraw", "reopen")
PLACE = Location(29.9876, 103.0133, 10.0)
NOW = FakeClock().now()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_record_goes_where_the_grid_says_and_nowhere_else(state: State, command: Command) -> None:
    wanted = GRID[state].get(command)
    if wanted is None:
        with pytest.raises(IllegalTransition):
            after(state, command, "warning")
    else:
        assert after(state, command, "warning") == wanted


def test_a_car_that_stayed_becomes_what_the_rule_says_and_nothing_else() -> None:
    follows: tuple[State, ...] = ("none", "warning", "penalty")
    for said in follows:
        assert after("noticed", "stay", said) == said
    never: tuple[State | None, ...] = ("left", "withdrawn", None)
    for wrong in never:
        with pytest.raises(IllegalTransition):
            after("noticed", "stay", wrong)


def seen(state: State = "noticed", *, minutes: int = 30, place: Location | None = PLACE) -> Sighting:
    return Sighting(f"{state}-{minutes}", state, place, NOW - timedelta(minutes=minutes))


def found(*known: Sighting, place: Location | None = PLACE) -> str | None:
    same = same_stay(known, place, NOW, within_m=60, within_minutes=120)
    return None if same is None else same.id


def north(metres: float, accuracy_m: float | None = 10.0) -> Location:
    return Location(PLACE.lat + metres / 111_195, PLACE.lng, accuracy_m)


def test_the_newest_sighting_nearby_and_soon_is_the_same_stay() -> None:
    assert found(seen(minutes=90), seen(minutes=20)) == "noticed-20"
    assert found(seen("warning")) == "warning-30"
    assert found(seen("penalty")) == "penalty-30"
    assert found(seen("waits")) == "waits-30"


def test_who_left_or_whose_record_counts_no_more_begins_a_new_stay() -> None:
    over: tuple[State, ...] = ("left", "withdrawn", "returned")
    for state in over:
        assert found(seen(state)) is None


def test_too_late_or_too_far_is_another_stay_and_what_the_phones_do_not_know_counts_for_the_driver() -> None:
    assert found(seen(minutes=120)) is not None
    assert found(seen(minutes=121)) is None
    assert found(seen(), place=north(75)) is not None  # 75 m, of which 20 m are the two phones' doubt
    assert found(seen(), place=north(85)) is None
    assert found(seen(), place=north(250, 5_000)) is None  # no phone is so vague that a street is one place
    assert found(seen(), place=None) is not None
    assert found(seen(place=None)) is not None


def test_a_code_is_read_however_it_was_written() -> None:
    code = code_of("a secret")
    assert len(code) == 10
    assert code != code_of("another")
    assert read_code(grouped(code)) == code
    assert read_code(f" {code[:4].lower()} {code[4:]} ") == code
    assert read_code("ILO4-567-89A") == "110456789A"
    for wrong in ("", code[:-1], code + "0", "U" * 10, "川" * 10):
        assert read_code(wrong) is None
