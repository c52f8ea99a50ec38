"""An alarm's whole grid by hand, and what each step leaves of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.errors import IllegalTransition, InvalidField
from models.geography import Location
from models.incident.panic import (
    PANIC_STATUSES,
    Panic,
    PanicStatus,
    clear,
    next_panic_status,
    panic_view,
    raise_again,
    withdraw,
)
from tests.support.clock import START

RAISED = Panic(
    id="p",
    district="511802",
    officer_id="z",
    service_number="051827",
    unit="一中队",
    status="raised",
    version=1,
    raised_at=START,
    again_at=START,
    lat=29.98,
    lng=103.01,
    accuracy_m=8.0,
    position_at=START,
)
# What stands in a column is where it leads; a dot means that it is refused.
GRID = """
command   raised     withdrawn  cleared
raise     raised     raised     .
withdraw  withdrawn  .          .
clear     cleared    cleared    .
"""


def _cells() -> list[tuple[PanicStatus, str, str]]:
    header, *lines = GRID.strip().splitlines()
    assert tuple(header.split()[1:]) == PANIC_STATUSES
    return [
        (status, command, target)
        for command, *targets in (line.split() for line in lines)
        for status, target in zip(PANIC_STATUSES, targets, strict=True)
    ]


@pytest.mark.parametrize(("status", "command", "target"), _cells())
def test_each_step_leads_where_the_grid_says(status: PanicStatus, command: str, target: str) -> None:
    if target == ".":
        with pytest.raises(IllegalTransition):
            next_panic_status(status, command)
    else:
        assert next_panic_status(status, command) == target


def test_the_same_cry_sent_twice_is_one() -> None:
    assert raise_again(RAISED, START + timedelta(seconds=4), None, None) is None


def test_held_again_it_is_told_again_from_where_he_is_now() -> None:
    later = START + timedelta(seconds=30)
    again = raise_again(RAISED, later, Location(lat=29.99, lng=103.02, accuracy_m=5), later)
    assert again is not None
    assert (again.version, again.raised_at, again.again_at) == (2, START, later)
    assert (again.lat, again.lng, again.position_at) == (29.99, 103.02, later)
    unplaced = raise_again(RAISED, later, None, None)
    assert unplaced is not None
    assert (unplaced.lat, unplaced.position_at) == (29.98, START)


def test_it_was_no_false_alarm_after_all() -> None:
    withdrawn = withdraw(RAISED, START + timedelta(seconds=2))
    again = raise_again(withdrawn, START + timedelta(seconds=3), None, None)
    assert again is not None
    assert (again.status, again.withdrawn_at) == ("raised", None)


@pytest.mark.parametrize("note", [None, "", "   "])
def test_nobody_clears_it_without_a_word(note: str | None) -> None:
    with pytest.raises(InvalidField):
        clear(RAISED, START, "051001", note)


def test_the_note_is_for_the_record_and_in_no_view() -> None:
    cleared = clear(RAISED, START + timedelta(seconds=60), "051001", "他安全")
    assert cleared.note == "他安全"
    assert "note" not in panic_view(cleared)
    assert panic_view(cleared)["cleared_by"] == "051001"
