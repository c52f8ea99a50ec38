"""Reading the table: what stands in it, what is refused, and that its readers are complete."""

from __future__ import annotations

import pytest

from hub.rights import NAMESPACES as HUBS
from models.access.rights import (
    ACTION_NAMES,
    NAMESPACES,
    MatrixFaulty,
    channel_mark,
    fields,
    mark,
    may,
    namespaces,
    published,
    read,
)
from web.endpoints import ENDPOINTS

# Rights that are asked inside an endpoint, or by work that is still to come.
INSIDE = {
    "resolve.rejected", "resolve.duplicate", "watch_attendance", "draft_evidence", "issue_notice",
    "picture.plain", "look.plate", "look.phone", "look.name", "look.history",
    "search_people",
}  # fmt: skip


def test_every_endpoint_has_its_row_and_every_row_its_use() -> None:
    names = {one.name for one in ENDPOINTS}
    assert names <= ACTION_NAMES
    assert ACTION_NAMES - names == INSIDE


def test_what_does_not_stand_there_nobody_may() -> None:
    assert not may("commander", "fire_the_mayor")
    assert not may(None, "incident")
    assert fields("commander", "Unheard") == frozenset()
    assert channel_mark("commander", "gossip") == "."


@pytest.mark.parametrize("action", ["draft_evidence", "accept", "arrive", "settle", "resolve"])
def test_auxiliary_officers_help_and_report(action: str) -> None:
    assert may("auxiliary", action)


@pytest.mark.parametrize(
    "action",
    [
        "resolve.rejected", "resolve.duplicate", "issue_notice", "determine_fault", "review_report",
        "look.plate", "look.phone", "look.name", "look.history", "search_people", "search_history",
        "override_decision", "confirm_override", "reopen", "hand_over", "add_officer", "draft_rules", "approve_rules",
    ],
)  # fmt: skip
def test_auxiliary_officers_overstep_nothing(action: str) -> None:
    """执勤执法工作规范 art. 5: no enforcement, no decision, no inquiries about people."""
    assert mark("auxiliary", action) == "."


def test_who_runs_accounts_reads_no_incidents_and_no_audit() -> None:
    for action in ("incident", "photo", "board", "closed", "look.plate", "search_people"):
        assert not may("administrator", action)
        assert not may("auditor", action)


def test_the_channels_are_the_hubs() -> None:
    assert set(HUBS) == NAMESPACES
    assert namespaces("auxiliary", on_duty=False) == {"incident", "officer", "phones"}
    assert namespaces("auxiliary", on_duty=True) == {"incident", "officer", "phones", "district", "positions"}
    assert namespaces("wall", on_duty=False) == {"incident", "district", "positions", "board", "phones"}
    assert namespaces("administrator", on_duty=True) == {"phones"}


def test_a_publication_carries_what_the_least_entitled_may_see() -> None:
    assert {"officer", "priority", "escalation"} <= published("district", "IncidentView")
    assert not {"officer", "priority", "escalation"} & published("incident", "IncidentView")
    assert "plate" in published("incident", "IncidentView")
    assert published("gossip", "IncidentView") == frozenset()


@pytest.mark.parametrize(
    "line",
    [
        "fly",  # no marks
        "fly y y y",  # too few
        "fly y y y y y y y y y",  # no basis
        "fly y y y y y q y y y  law",  # a mark that is none
        "fly . y y y y y y y y  law",  # a stranger may what a requester may not
        "walk y y y y y y y y y  law",  # a second time
        "y y y y y y y y y  law",  # no name
    ],
)
def test_a_faulty_line_is_refused(line: str) -> None:
    with pytest.raises(MatrixFaulty):
        read(f" R O P X C A U W *\nwalk y y y y y y y y y  law\n{line}", "y.")
