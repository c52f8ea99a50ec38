"""What is shipped: every table is without a fault, explained, and says what the design says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from models.incident.kinds import REASONS
from models.rules import faults
from models.rules.content import from_model, to_model
from models.rules.definitions import DEFINITIONS
from models.rules.shipped import shipped, shipped_id


def said(table: str, **given: Any) -> tuple[Any, ...]:
    return shipped()[table].ask_loosely(given).results


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
def test_a_shipped_table_is_without_fault_and_explained(name: str) -> None:
    content = shipped()[name].content
    assert faults.find(content) == []
    assert content.golden


CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
def test_a_shipped_table_is_explained_in_both_languages(name: str) -> None:
    content = shipped()[name].content
    notes = [row.note for row in content.rows]
    texts: list[Mapping[Any, str]] = [content.sentence, content.source, *notes]
    texts += [case.name for case in content.golden]
    for text in texts:
        assert list(text) == ["zh", "en"], text
        assert CHINESE.search(text["zh"]), text
        assert not CHINESE.search(text["en"]), text


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
def test_a_decision_model_comes_back_as_it_was_written(name: str) -> None:
    content = shipped()[name].content
    assert from_model(to_model(content)) == content
    assert len(shipped_id(content)) == 26


def seconds(kind: str, reason: str) -> int:
    return int(said("response", kind=kind, reason=reason)[0]["seconds"])


def test_the_response_time_is_five_minutes() -> None:
    assert {seconds("move_car", reason) for reason in REASONS["move_car"]} == {300}
    assert {seconds("report", reason) for reason in REASONS["report"]} == {300}
    assert {seconds("accident", reason) for reason in REASONS["accident"] if reason != "property"} == {300}


def test_parties_whose_cars_can_move_have_half_an_hour_to_settle() -> None:
    assert seconds("accident", "property") == 1_800


def test_what_may_hurt_somebody_is_mended_within_the_hour_and_a_marking_within_half_a_month() -> None:
    found = {reason: seconds("hazard", reason) for reason in REASONS["hazard"]}
    assert found == {
        "signal_out": 3_600,
        "sign_missing": 172_800,
        "marking_worn": 1_296_000,
        "barrier_broken": 86_400,
        "manhole": 3_600,
        "pothole": 259_200,
        "lamp_out": 259_200,
        "spill": 3_600,
        "debris": 3_600,
        "obstructing": 14_400,
        "fire_lane": 3_600,
        "other": 432_000,
    }


def test_the_commanders_hear_of_somebody_hurt_within_a_second() -> None:
    steps = said("ladder", kind="accident", reason="injured")
    assert [(one["after_percent"], one["after_seconds"], one["actions"]) for one in steps] == [
        (None, 1, ("tell_commander",)),
        (20, None, ("widen", "tell_commander")),
        (60, None, ("amber", "widen")),
    ]


def test_nobody_is_sent_to_parties_who_are_settling_nor_to_a_pothole() -> None:
    assert said("ladder", kind="accident", reason="property") == ()
    assert said("ladder", kind="hazard", reason="pothole") == ()


def test_the_ladder_climbs_in_fifths_of_the_response_time() -> None:
    steps = said("ladder")
    assert [(one["step"], one["after_percent"], one["actions"], one["unless_answered"]) for one in steps] == [
        (1, 20, ("second_contact",), True),
        (2, 40, ("offer",), True),
        (3, 60, ("widen", "tell_commander"), True),
        (4, 80, ("amber",), False),
    ]


def test_one_officer_is_asked_before_the_time_is_up_and_three_at_once_after_it() -> None:
    asked = [said("routing", stage=stage)[0] for stage in ("offer", "widen", "handed_over", "next")]
    assert [one["offers_at_once"] for one in asked] == [1, 3, 3, 1]
    assert asked[0]["rings_m"] == (300, 500, 1000)
    assert {one["acknowledge_seconds"] for one in asked} == {60}


def test_who_hides_the_place_waits_half_a_minute_and_five_wrong_tails_lock_for_ten() -> None:
    assert said("requests", located=False) == ({"delay_seconds": 30, "wrong_tails": 5, "lock_seconds": 600},)
    assert said("requests", located=True) == ({"delay_seconds": 0, "wrong_tails": 5, "lock_seconds": 600},)


def test_a_month_of_requests_puts_a_device_on_the_black_list_for_a_week() -> None:
    blocking = [one for one in said("limits") if one["block_seconds"]]
    assert [(one["subject"], one["most"], one["block_seconds"]) for one in blocking] == [
        ("device", 60, 604_800)
    ]
