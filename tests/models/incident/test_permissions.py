"""Who may give which command: a grid by hand, for an incident that an officer has."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from models.caller import Caller, Participant, Wall
from models.errors import WufenError
from models.incident.commands import (
    Accept,
    Answer,
    Arrive,
    Cancel,
    Command,
    Decline,
    Defer,
    HandOver,
    Rate,
    Release,
    Reopen,
    Resolve,
    Settle,
)
from models.incident.permissions import check
from tests.models.incident.test_decide import WAITING
from tests.support.city import AUX, CHEN, LI, WANG, YUCHENG, ZHANG, officer

HELD = replace(WAITING, status="accepted", officer_id=ZHANG.id, officer_number="051827", unit="一中队")
ADMIN = officer("990001", "administrator", YUCHENG)
COMMANDS: dict[str, Command] = {
    "answer": Answer(reply="moved"),
    "settle": Settle(),
    "cancel": Cancel(),
    "hand_over": HandOver(),
    "defer": Defer(),
    "accept": Accept(),
    "decline": Decline(),
    "arrive": Arrive(),
    "release": Release(),
    "resolve": Resolve(),
    "reject": Resolve(outcome="rejected"),
    "reopen": Reopen(reason="again"),
    "rate": Rate(stars=5),
}
CALLERS: dict[str, tuple[Caller, str | None]] = {
    "requester": (Participant("p", "i", "requester"), None),
    "owner": (Participant("p", "i", "owner"), None),
    "stranger": (Participant("p", "other", "requester"), None),
    "holder": (ZHANG, YUCHENG),
    "colleague": (LI, YUCHENG),
    "off_duty": (LI, None),
    "auxiliary": (AUX, YUCHENG),
    "neighbour": (WANG, "511803"),
    "commander": (CHEN, None),
    "admin": (ADMIN, None),
    "wall": (Wall("w", frozenset({YUCHENG})), None),
}
# y: may; a dot: may not.
GRID = """
            answer settle cancel hand_over defer accept decline arrive release resolve reject reopen rate
requester   .      y      y      y         y     .      .       .      .       .       .      .      y
owner       y      .      .      .         .     .      .       .      .       .       .      .      .
stranger    .      .      .      .         .     .      .       .      .       .       .      .      .
holder      .      y      .      .         .     y      y       y      y       y       y      .      .
colleague   .      y      .      .         .     y      y       .      .       .       .      .      .
off_duty    .      .      .      .         .     .      .       .      .       .       .      .      .
auxiliary   .      y      .      .         .     y      y       .      .       .       .      .      .
neighbour   .      .      .      .         .     .      .       .      .       .       .      .      .
commander   .      .      .      y         .     .      .       .      .       y       y      y      .
admin       .      .      .      .         .     .      .       .      .       .       .      .      .
wall        .      .      .      .         .     .      .       .      .       .       .      .      .
"""


def _cells() -> list[tuple[str, str, bool]]:
    header, *lines = GRID.strip("\n").splitlines()
    commands = header.split()
    return [
        (caller, command, mark == "y")
        for caller, *marks in (line.split() for line in lines)
        for command, mark in zip(commands, marks, strict=True)
    ]


@pytest.mark.parametrize(("caller", "command", "may"), _cells())
def test_each_may_what_the_grid_says(caller: str, command: str, may: bool) -> None:
    who, on_duty_in = CALLERS[caller]
    try:
        check(HELD, COMMANDS[command], who, on_duty_in=on_duty_in)
    except WufenError:
        assert not may
    else:
        assert may


def test_the_grid_knows_every_caller_and_command() -> None:
    cells = _cells()
    assert {caller for caller, _, _ in cells} == set(CALLERS)
    assert {command for _, command, _ in cells} == set(COMMANDS)


@pytest.mark.parametrize(("outcome", "may"), [("resolved", True), ("settled", True), ("rejected", False)])
def test_an_auxiliary_officer_states_nothing_of_legal_effect(outcome: str, may: bool) -> None:
    held = replace(HELD, officer_id=AUX.id)
    command = Resolve(outcome=outcome)  # type: ignore[arg-type]
    try:
        check(held, command, AUX, on_duty_in=YUCHENG)
    except WufenError:
        assert not may
    else:
        assert may
