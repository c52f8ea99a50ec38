"""A flag that is not one is refused with its place, and never reaches evaluation."""

from __future__ import annotations

from typing import Any

import pytest

from models.flags.content import FlagFault, Stage, parse, shipped, to_json
from models.flags.definitions import DEFINITIONS

MOVE_CAR = DEFINITIONS["module.move_car"]
PARKING = DEFINITIONS["module.parking"]


@pytest.mark.parametrize(
    ("given", "place", "why"),
    [
        ("{", "", "invalid_json"),
        (b"\xff{}", "", "invalid_json"),
        ("[]", "", "wrong_type"),
        ("{}", "everywhere", "missing"),
        ('{"everywhere": {"state": "on"}}', "everywhere.state", "unknown"),
        ('{"everywhere": "live"}', "everywhere", "wrong_type"),
        ('{"everywhere": {"state": "pilot"}}', "everywhere.percent", "missing"),
        ('{"everywhere": {"state": "live", "percent": 20}}', "everywhere.percent", "not_here"),
        ('{"everywhere": {"state": "off"}, "targeting": {}}', "targeting", "unknown"),
        ('{"everywhere": {"state": "off"}, "killed": "no"}', "killed", "wrong_type"),
        ('{"everywhere": {"state": "off"}, "roles": ["police", "thief"]}', "roles[1]", "unknown"),
        ('{"everywhere": {"state": "off"}, "roles": ["police", "police"]}', "roles", "twice"),
        ('{"everywhere": {"state": "off"}, "districts": []}', "districts", "wrong_type"),
        (
            '{"everywhere": {"state": "off"}, "districts": {"雨城": {"state": "off"}}}',
            "districts.雨城",
            "unknown",
        ),
        (
            '{"everywhere": {"state": "off"}, "districts": {"511802": {"state": "pilot", "percent": 0}}}',
            "districts.511802.percent",
            "out_of_range",
        ),
        (
            '{"everywhere": {"state": "off"}, "districts": {"511802": {"state": "pilot", "percent": 101}}}',
            "districts.511802.percent",
            "out_of_range",
        ),
        (
            '{"everywhere": {"state": "off"}, "districts": {"511802": {"state": "pilot", "percent": 2.5}}}',
            "districts.511802.percent",
            "wrong_type",
        ),
        (
            '{"everywhere": {"state": "off"}, "cities": {"511800": {"state": "off", "colour": "red"}}}',
            "cities.511800.colour",
            "unknown",
        ),
    ],
)
def test_what_is_no_flag_is_refused_with_its_place(given: Any, place: str, why: str) -> None:
    with pytest.raises(FlagFault) as refused:
        parse(MOVE_CAR, given)
    assert (refused.value.place, refused.value.why) == (place, why)


def test_a_flag_has_room_for_a_thousand_places() -> None:
    places = {f"{number:06}": {"state": "off"} for number in range(1_001)}
    with pytest.raises(FlagFault) as refused:
        parse(MOVE_CAR, {"everywhere": {"state": "off"}, "districts": places})
    assert (refused.value.place, refused.value.why) == ("districts", "too_long")
    places.popitem()
    assert len(parse(MOVE_CAR, {"everywhere": {"state": "off"}, "districts": places}).districts) == 1_000


def test_officers_are_told_apart_as_officers() -> None:
    with pytest.raises(FlagFault) as refused:
        parse(DEFINITIONS["module.duty"], {"everywhere": {"state": "live"}, "by": "owner"})
    assert (refused.value.place, refused.value.why) == ("by", "not_here")


def test_a_module_without_code_cannot_be_switched_on() -> None:
    with pytest.raises(FlagFault) as refused:
        parse(PARKING, {"everywhere": {"state": "off"}, "districts": {"511802": {"state": "integrating"}}})
    assert (refused.value.place, refused.value.why) == ("districts.511802.state", "not_built")
    assert parse(PARKING, {"everywhere": {"state": "off"}}) == shipped(PARKING)


def test_what_is_written_is_read_again_the_same() -> None:
    text = (
        '{"everywhere":{"state":"off"},"cities":{"511800":{"state":"integrating"}},'
        '"districts":{"511802":{"state":"pilot","percent":20}},"roles":["public","police"],"by":"owner"}'
    )
    assert to_json(parse(MOVE_CAR, text)) == text


def test_the_nearest_stage_counts() -> None:
    content = parse(
        MOVE_CAR,
        {
            "everywhere": {"state": "off"},
            "cities": {"511800": {"state": "live"}},
            "districts": {"511802": {"state": "pilot", "percent": 10}},
        },
    )
    assert content.stage("511800", "511802") == Stage("pilot", 10)
    assert content.stage("511800", "511803") == Stage("live")
    assert content.stage("513400", "513424") == Stage("off")
