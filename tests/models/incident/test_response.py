"""Response figures by hand: seconds counted on paper from the instants beside the events."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from models.incident.response import FIGURES, Fact, Figures, figures, median, p90
from tests.support.clock import START


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def fact(name: str, seconds: float, actor: str = "system", officer: str | None = None) -> Fact:
    return Fact(name, at(seconds), actor, officer)


REQUESTED = fact("requested", 0, "requester:p")


def seconds(found: Figures) -> dict[str, float | None]:
    return {name: getattr(found, name) for name in FIGURES}


def test_an_offer_accepted_gone_to_and_resolved() -> None:
    found = figures(
        [
            REQUESTED,
            fact("offered", 120, officer="z"),
            fact("accepted", 140, "police:z"),
            fact("arrived", 380, "police:z"),
            fact("resolved", 680, "police:z"),
        ]
    )
    assert seconds(found) == {
        "queue": 120.0,
        "turnout": 20.0,
        "travel": 240.0,
        "response": 380.0,
        "on_scene": 300.0,
        "consumed": 540.0,
        "total": 540.0,
    }
    assert found.counts


def test_who_took_it_from_the_feed_has_no_turnout() -> None:
    found = figures([REQUESTED, fact("accepted", 30, "police:z"), fact("arrived", 130, "police:z")])
    assert (found.queue, found.turnout, found.travel, found.response) == (30.0, None, 100.0, 130.0)
    assert (found.on_scene, found.consumed, found.total) == (None, None, None)


def test_an_arrival_that_was_not_recorded_is_not_made_up_from_the_end() -> None:
    found = figures([REQUESTED, fact("accepted", 30, "police:z"), fact("settled", 200, "police:z")])
    assert (found.travel, found.response, found.on_scene) == (None, None, None)
    assert found.total == 170.0


def test_an_order_is_a_dispatch_and_the_officers_word_the_turnout() -> None:
    found = figures(
        [
            REQUESTED,
            fact("assigned", 60, "commander:c", "z"),
            fact("arrived", 300, "police:z"),
            fact("resolved", 400, "police:z"),
        ]
    )
    # He never said that he goes: no turnout, and travel counts from the dispatch.
    assert seconds(found) == {
        "queue": 60.0,
        "turnout": None,
        "travel": 240.0,
        "response": 300.0,
        "on_scene": 100.0,
        "consumed": None,
        "total": None,
    }


def test_an_offer_that_was_declined_or_lapsed_dispatched_nobody() -> None:
    found = figures(
        [
            REQUESTED,
            fact("offered", 10, officer="z"),
            fact("declined", 20, "police:z", "z"),
            fact("offered", 20, officer="l"),
            fact("lapsed", 80, officer="l"),
            fact("accepted", 100, "police:z"),
        ]
    )
    assert (found.queue, found.turnout) == (100.0, None)


def test_all_units_together_are_the_total_and_the_first_one_there_the_response() -> None:
    found = figures(
        [
            REQUESTED,
            fact("accepted", 50, "police:z"),
            fact("backup_called", 60, "police:z"),
            fact("offered", 60, officer="l"),
            fact("supporting", 75, "police:l"),
            fact("support_arrived", 200, "police:l"),
            fact("arrived", 240, "police:z"),
            fact("support_left", 500, "police:l"),
            fact("resolved", 640, "police:z"),
        ]
    )
    assert (found.queue, found.response, found.travel, found.on_scene) == (50.0, 200.0, 125.0, 300.0)
    # 640 − 50 of the holder and 500 − 75 of the supporting unit
    assert (found.consumed, found.total) == (425.0, 1015.0)


def test_who_was_relieved_by_order_is_clear_from_then_on() -> None:
    found = figures(
        [
            REQUESTED,
            fact("accepted", 10, "police:z"),
            fact("reassigned", 110, "commander:c", "l"),
            fact("accepted", 130, "police:l"),
            fact("transferred", 230, "commander:c"),
            fact("accepted", 300, "police:w"),
            fact("arrived", 400, "police:w"),
            fact("resolved", 500, "police:w"),
        ]
    )
    assert [(one.officer_id, one.consumed) for one in found.units] == [
        ("z", 100.0),
        ("l", 100.0),
        ("w", 200.0),
    ]
    assert (found.total, found.response) == (400.0, 400.0)


@pytest.mark.parametrize(
    ("facts", "self_initiated", "cancelled"),
    [
        ([REQUESTED, fact("cancelled", 20, "requester:p")], False, True),
        ([REQUESTED, fact("offered", 5, officer="z"), fact("settled", 20, "requester:p")], False, True),
        ([fact("requested", 0, "police:z"), fact("accepted", 0, "police:z")], True, False),
        ([REQUESTED], False, False),
    ],
)
def test_what_is_left_out_of_a_districts_figures(
    facts: list[Fact], self_initiated: bool, cancelled: bool
) -> None:
    found = figures(facts)
    assert (found.self_initiated, found.cancelled_before_dispatch) == (self_initiated, cancelled)
    assert found.counts == (not self_initiated and not cancelled)


def test_median_and_ninetieth_percentile() -> None:
    assert (median([]), p90([])) == (None, None)
    assert (median([7.0]), p90([7.0])) == (7.0, 7.0)
    assert median([30.0, 10.0, 20.0, 40.0]) == 25.0
    assert p90([float(value) for value in range(1, 11)]) == 9.0
    assert p90([float(value) for value in range(1, 12)]) == 10.0
    assert p90([10.0, 500.0]) == 500.0
