"""What becomes of a report: the whole grid by hand, never derived from the table that it checks."""

from __future__ import annotations

import pytest

from models.errors import IllegalTransition
from models.reports.states import COMMANDS, STATES, Command, State, after, may_object

# What stands in a column is where the command leads; a dot means that it is refused.
GRID = """
command    waiting    more       second    verified  rejected  duplicate  lapsed    withdrawn  objected
verify     verified   .          .         .         .         .          .         .          verified
agree      .          .          verified  .         .         .          .         .          .
send_back  .          .          waiting   .         .         .          .         .          .
reject     rejected   .          .         .         .         .          .         .          .
duplicate  duplicate  .          .         .         .         .          .         .          .
ask_more   more       .          .         .         .         .          .         .          .
supply     .          waiting    .         .         .         .          .         .          .
lapse      .          lapsed     .         .         .         .          .         .          .
withdraw   withdrawn  withdrawn  .         .         .         .          .         .          .
object     .          .          .         .         objected  objected   objected  .          .
uphold     .          .          .         .         .         .          .         .          rejected
"""


def _cells() -> list[tuple[State, Command, str]]:
    lines = GRID.strip().splitlines()
    assert tuple(lines[0].split()[1:]) == STATES
    assert tuple(line.split()[0] for line in lines[1:]) == COMMANDS
    return [
        (state, command, target)
        for line, command in zip(lines[1:], COMMANDS, strict=True)
        for state, target in zip(STATES, line.split()[1:], strict=True)
    ]


@pytest.mark.parametrize(("state", "command", "target"), _cells())
def test_each_command_in_each_state_leads_where_the_grid_says(
    state: State, command: Command, target: str
) -> None:
    if target == ".":
        with pytest.raises(IllegalTransition) as refused:
            after(state, command)
        assert refused.value.params == {"command": command, "status": state}
    else:
        assert after(state, command) == target


def test_what_weighs_waits_for_a_second_officer() -> None:
    assert after("waiting", "verify", second=True) == "second"
    assert after("objected", "verify", second=True) == "second"
    assert after("waiting", "reject", second=True) == "rejected"


def test_a_reporter_objects_once_and_never_against_what_he_asked_for() -> None:
    assert may_object("rejected", objected_before=False)
    assert not may_object("rejected", objected_before=True)
    assert not may_object("verified", objected_before=False)
    assert not may_object("waiting", objected_before=False)
