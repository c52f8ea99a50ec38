"""The whole grid by hand: every command in every status. Never derived from the table that it checks."""

from __future__ import annotations

import pytest

from models.errors import IllegalTransition
from models.incident.incident import STATUSES, Status
from models.incident.transitions import TRANSITIONS, next_status

# What stands in a column is where the command leads; a dot means that it is refused.
GRID = """
command         waiting   offered   accepted  on_scene  closed
join            waiting   offered   accepted  .         .
answer          waiting   offered   accepted  .         .
defer           waiting   .         .         .         .
decline         waiting   offered   accepted  on_scene  .
accept          accepted  accepted  .         .         .
assign          accepted  accepted  .         .         .
confirm         .         .         accepted  .         .
reassign        .         .         accepted  accepted  .
hand_over       offered   .         .         .         .
arrive          .         .         on_scene  .         .
release         .         .         offered   offered   .
relieve         .         .         accepted  accepted  .
transfer        waiting   offered   offered   offered   .
merge           closed    closed    closed    closed    .
absorb          waiting   offered   accepted  on_scene  .
backup          .         .         accepted  on_scene  .
support         .         .         accepted  on_scene  .
assign_support  .         .         accepted  on_scene  .
support_arrive  .         .         accepted  on_scene  .
support_leave   .         .         accepted  on_scene  .
settle          closed    closed    closed    .         .
cancel          closed    closed    closed    .         .
resolve         .         closed    closed    closed    .
reopen          .         .         .         .         offered
rate            .         .         .         .         closed
"""


def _cells() -> list[tuple[Status, str, str]]:
    lines = GRID.strip().splitlines()
    columns = lines[0].split()[1:]
    assert tuple(columns) == STATUSES
    cells = []
    for line in lines[1:]:
        command, *targets = line.split()
        cells += [(status, command, target) for status, target in zip(STATUSES, targets, strict=True)]
    return cells


@pytest.mark.parametrize(("status", "command", "target"), _cells())
def test_each_command_in_each_status_leads_where_the_grid_says(
    status: Status, command: str, target: str
) -> None:
    if target == ".":
        with pytest.raises(IllegalTransition) as refused:
            next_status(status, command)
        assert refused.value.params == {"command": command, "status": status}
    else:
        assert next_status(status, command) == target


def test_the_table_has_no_command_that_the_grid_does_not_know() -> None:
    known = {command for _, command, _ in _cells()}
    assert {command for row in TRANSITIONS.values() for command in row} == known
