"""What is shipped: every table is without a fault, explained, and says what the design says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from models.actions.requests import REASONS as ASKED_FOR
from models.rules import faults
from models.rules.content import from_model, to_model
from models.rules.definitions import DEFINITIONS, KINDS, REASONS
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


def test_the_response_time_is_five_minutes() -> None:
    for kind in KINDS:
        for reason in REASONS:
            assert said("response", kind=kind, reason=reason) == ({"seconds": 300},)


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


def test_the_program_and_its_tables_know_the_same_reasons() -> None:
    assert REASONS == ASKED_FOR
