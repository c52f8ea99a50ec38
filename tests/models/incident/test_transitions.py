"""The whole grid of each kind by hand: every command in every status. Never derived from the tables that it checks."""

from __future__ import annotations

import pytest

from models.errors import IllegalTransition
from models.incident.incident import KINDS, STATUSES, Kind, Status
from models.incident.transitions import TRANSITIONS, next_status

# What stands in a column is where the command leads; a dot means that it is refused.
MOVE_CAR = """
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
detach          waiting   offered   accepted  on_scene  closed
unmerge         .         .         .         .         offered
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
agree           .         .         .         .         .
determine       .         .         .         .         .
annul           .         .         .         .         .
refer           .         .         .         .         .
take_note       .         .         .         .         .
mend            .         .         .         .         .
expire          .         .         .         .         .
still_there     .         .         .         .         .
"""
ACCIDENT = """
command         waiting   offered   accepted  on_scene  closed
join            waiting   offered   accepted  on_scene  .
answer          .         .         .         .         .
defer           .         .         .         .         .
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
detach          waiting   offered   accepted  on_scene  closed
unmerge         .         .         .         .         offered
backup          .         .         accepted  on_scene  .
support         .         .         accepted  on_scene  .
assign_support  .         .         accepted  on_scene  .
support_arrive  .         .         accepted  on_scene  .
support_leave   .         .         accepted  on_scene  .
settle          .         .         .         .         .
cancel          closed    .         .         .         .
resolve         .         closed    closed    closed    .
reopen          .         .         .         .         offered
rate            .         .         .         .         closed
agree           closed    closed    closed    .         .
determine       .         .         accepted  on_scene  .
annul           .         .         .         .         offered
refer           .         .         .         .         .
take_note       .         .         .         .         .
mend            .         .         .         .         .
expire          .         .         .         .         .
still_there     .         .         .         .         .
"""
# Nobody waits in it: it begins as the officers'. What stands under ``waiting`` is what they may do of any kind.
REPORT = """
command         waiting   offered   accepted  on_scene  closed
join            .         .         .         .         .
answer          .         .         .         .         .
defer           .         .         .         .         .
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
detach          waiting   offered   accepted  on_scene  closed
unmerge         .         .         .         .         offered
backup          .         .         accepted  on_scene  .
support         .         .         accepted  on_scene  .
assign_support  .         .         accepted  on_scene  .
support_arrive  .         .         accepted  on_scene  .
support_leave   .         .         accepted  on_scene  .
settle          .         .         .         .         .
cancel          .         .         .         .         .
resolve         .         closed    closed    closed    .
reopen          .         .         .         .         offered
rate            .         .         .         .         closed
agree           .         .         .         .         .
determine       .         .         .         .         .
annul           .         .         .         .         .
refer           .         .         .         .         .
take_note       .         .         .         .         .
mend            .         .         .         .         .
expire          .         .         .         .         .
still_there     .         .         .         .         .
"""
HAZARD = """
command         waiting   offered   accepted  on_scene  closed
join            waiting   offered   accepted  on_scene  .
answer          .         .         .         .         .
defer           .         .         .         .         .
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
detach          waiting   offered   accepted  on_scene  closed
unmerge         .         .         .         .         offered
backup          .         .         accepted  on_scene  .
support         .         .         accepted  on_scene  .
assign_support  .         .         accepted  on_scene  .
support_arrive  .         .         accepted  on_scene  .
support_leave   .         .         accepted  on_scene  .
settle          .         .         .         .         .
cancel          closed    closed    .         .         .
resolve         closed    closed    closed    closed    .
reopen          .         .         .         .         offered
rate            .         .         .         .         closed
agree           .         .         .         .         .
determine       .         .         .         .         .
annul           .         .         .         .         .
refer           waiting   waiting   waiting   waiting   .
take_note       waiting   .         .         .         .
mend            closed    closed    closed    closed    .
expire          closed    closed    .         .         .
still_there     .         .         .         .         waiting
"""
GRIDS: dict[Kind, str] = {"move_car": MOVE_CAR, "accident": ACCIDENT, "report": REPORT, "hazard": HAZARD}
Cell = tuple[Kind, Status, str, str]


def _cells() -> list[Cell]:
    return [cell for kind, grid in GRIDS.items() for cell in _read(kind, grid)]


def _read(kind: Kind, grid: str) -> list[Cell]:
    lines = grid.strip().splitlines()
    columns = lines[0].split()[1:]
    assert tuple(columns) == STATUSES
    cells: list[Cell] = []
    for line in lines[1:]:
        command, *targets = line.split()
        cells += [(kind, status, command, target) for status, target in zip(STATUSES, targets, strict=True)]
    return cells


def _found(kind: Kind, status: Status, command: str) -> str:
    try:
        return next_status(kind, status, command)
    except IllegalTransition:
        return "."


def test_a_refusal_says_which_command_in_which_status() -> None:
    with pytest.raises(IllegalTransition) as refused:
        next_status("accident", "closed", "agree")
    assert refused.value.params == {"command": "agree", "status": "closed"}


@pytest.mark.parametrize("kind", KINDS)
def test_each_command_in_each_status_leads_where_the_grid_of_its_kind_says(kind: Kind) -> None:
    wrong = []
    for _, status, command, target in _read(kind, GRIDS[kind]):
        found = _found(kind, status, command)
        if found != target:
            wrong.append(f"{command} in {status}: {found} instead of {target}")
    assert wrong == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_has_no_command_that_the_grid_does_not_know(kind: Kind) -> None:
    known = {command for of, _, command, _ in _cells() if of == kind}
    assert {command for row in TRANSITIONS[kind].values() for command in row} <= known


def test_each_command_that_a_grid_has_is_taken_of_some_kind() -> None:
    known = {command for _, _, command, _ in _cells()}
    taken = {command for table in TRANSITIONS.values() for row in table.values() for command in row}
    assert taken == known
