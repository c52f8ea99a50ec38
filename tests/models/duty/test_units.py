"""The unit's whole grid by hand: every event in every status. Never derived from the table that it checks."""

from __future__ import annotations

import pytest

from models.duty.units import (
    TRANSITIONS,
    UNIT_STATUSES,
    UnitEvent,
    UnitStatus,
    after,
    stage,
)
from models.errors import IllegalTransition

# What stands in a column is where the event leads; a dot means that it is refused. Only an available unit is sent
# (assign); nobody signs off with an incident in hand, nor out of a panic.
GRID = """
event     off_duty   available       dispatched  en_route   on_scene   busy            break           out_of_service  panic
sign_on   available  .               .           .          .          .               .               .               .
assign    .          dispatched      .           .          .          .               .               .               .
depart    .          en_route        en_route    en_route   on_scene   en_route        en_route        en_route        panic
arrive    .          on_scene        on_scene    on_scene   on_scene   on_scene        on_scene        on_scene        panic
free      .          .               available   available  on_scene   .               .               .               panic
clear     .          .               .           .          available  .               .               .               panic
rest      .          break           .           .          .          break           .               break           .
occupy    .          busy            .           .          .          .               busy            busy            .
fail      .          out_of_service  .           .          .          out_of_service  out_of_service  .               .
ready     .          .               .           .          .          available       available       available       .
alarm     .          panic           panic       panic      panic      panic           panic           panic           .
calm      .          .               .           .          .          .               .               .               available
sign_off  .          off_duty        .           .          .          off_duty        off_duty        off_duty        .
"""  # noqa: E501


def _cells() -> list[tuple[UnitStatus, UnitEvent, str]]:
    lines = GRID.strip().splitlines()
    columns = lines[0].split()[1:]
    assert tuple(columns) == UNIT_STATUSES
    cells: list[tuple[UnitStatus, UnitEvent, str]] = []
    for line in lines[1:]:
        event, *targets = line.split()
        cells += [(status, event, to) for status, to in zip(UNIT_STATUSES, targets, strict=True)]  # type: ignore[misc]
    return cells


@pytest.mark.parametrize(("status", "event", "target"), _cells())
def test_each_event_in_each_status_leads_where_the_grid_says(
    status: UnitStatus, event: UnitEvent, target: str
) -> None:
    if target == ".":
        with pytest.raises(IllegalTransition) as refused:
            after(status, event)
        assert refused.value.params == {"command": event, "status": status}
    else:
        assert after(status, event) == target


def test_the_table_has_no_event_that_the_grid_does_not_know() -> None:
    known = {event for _, event, _ in _cells()}
    assert {event for row in TRANSITIONS.values() for event in row} == known


def test_who_still_has_another_incident_is_not_available_when_one_leaves_him() -> None:
    assert after("on_scene", "clear", stage({"accepted"})) == "en_route"
    assert after("en_route", "free", stage({"on_scene", "accepted"})) == "on_scene"
    assert after("en_route", "free", stage(set())) == "available"
    assert after("panic", "calm", stage({"accepted"})) == "en_route"
    assert after("panic", "clear", stage({"accepted"})) == "panic"
