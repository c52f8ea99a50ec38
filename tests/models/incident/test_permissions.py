"""Who may give which command: a grid by hand, for an incident that an officer has."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from models.caller import Caller, Participant, Wall
from models.errors import WufenError
from models.incident.commands import (
    Absorb,
    Accept,
    Answer,
    Arrive,
    Assign,
    AssignSupport,
    Backup,
    Cancel,
    Command,
    Confirm,
    Decline,
    Defer,
    Detach,
    HandOver,
    Merge,
    Rate,
    Reassign,
    Release,
    Reopen,
    Resolve,
    Settle,
    Support,
    SupportArrive,
    SupportLeave,
    Transfer,
    Unmerge,
)
from models.incident.permissions import check
from models.incident.support import Supporter, with_supporter
from tests.models.incident.test_decide import WAITING
from tests.support.city import AUX, CHEN, LI, WANG, YUCHENG, ZHANG, officer
from tests.support.clock import START

SUN = officer("051829", "police", YUCHENG)
HELD = replace(
    WAITING,
    status="accepted",
    officer_id=ZHANG.id,
    officer_number="051827",
    unit="一中队",
    backup_at=START,
    backup_wanted=2,
    supporting=with_supporter(
        WAITING, Supporter(officer_id=SUN.id, officer=SUN.service_number, unit=SUN.unit, since=START)
    ),
)
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
    "confirm": Confirm(),
    "assign": Assign(officer=LI.id, reason="nearest"),
    "reassign": Reassign(officer=LI.id, reason="closer"),
    "assign_support": AssignSupport(officer=LI.id, reason="danger"),
    "merge": Merge(into="other", reason="same_car"),
    "unmerge": Unmerge(reason="another_car"),
    "detach": Detach(duplicate="other", requesters=1),
    "absorb": Absorb(duplicate="other", requesters=1),
    "transfer": Transfer(district="511803", reason="agreed"),
    "backup": Backup(),
    "support": Support(),
    "support_arrive": SupportArrive(),
    "support_leave": SupportLeave(),
}
CALLERS: dict[str, tuple[Caller, str | None]] = {
    "requester": (Participant("p", "i", "requester"), None),
    "owner": (Participant("p", "i", "owner"), None),
    "stranger": (Participant("p", "other", "requester"), None),
    "holder": (ZHANG, YUCHENG),
    "colleague": (LI, YUCHENG),
    "supporter": (SUN, YUCHENG),
    "off_duty": (LI, None),
    "auxiliary": (AUX, YUCHENG),
    "neighbour": (WANG, "511803"),
    "commander": (CHEN, None),
    "admin": (ADMIN, None),
    "wall": (Wall("w", frozenset({YUCHENG})), None),
}
# y: may; a dot: may not.
GRID = """
                requester owner stranger holder colleague supporter off_duty auxiliary neighbour commander admin wall
answer          .         y     .        .      .         .         .        .         .         .         .     .
settle          y         .     .        y      y         y         .        y         .         .         .     .
cancel          y         .     .        .      .         .         .        .         .         .         .     .
hand_over       y         .     .        .      .         .         .        .         .         y         .     .
defer           y         .     .        .      .         .         .        .         .         .         .     .
accept          .         .     .        y      y         y         .        y         .         .         .     .
confirm         .         .     .        y      .         .         .        .         .         .         .     .
decline         .         .     .        y      y         y         .        y         .         .         .     .
arrive          .         .     .        y      .         .         .        .         .         .         .     .
release         .         .     .        y      .         .         .        .         .         .         .     .
resolve         .         .     .        y      .         .         .        .         .         y         .     .
reject          .         .     .        y      .         .         .        .         .         y         .     .
reopen          .         .     .        .      .         .         .        .         .         y         .     .
assign          .         .     .        .      .         .         .        .         .         y         .     .
reassign        .         .     .        .      .         .         .        .         .         y         .     .
assign_support  .         .     .        .      .         .         .        .         .         y         .     .
merge           .         .     .        .      .         .         .        .         .         y         .     .
unmerge         .         .     .        .      .         .         .        .         .         y         .     .
absorb          .         .     .        .      .         .         .        .         .         .         .     .
detach          .         .     .        .      .         .         .        .         .         .         .     .
transfer        .         .     .        .      .         .         .        .         .         y         .     .
backup          .         .     .        y      .         y         .        .         .         y         .     .
support         .         .     .        y      y         y         .        y         .         .         .     .
support_arrive  .         .     .        .      .         y         .        .         .         .         .     .
support_leave   .         .     .        .      .         y         .        .         .         .         .     .
rate            y         .     .        .      .         .         .        .         .         .         .     .
"""


def _cells() -> list[tuple[str, str, bool]]:
    header, *lines = GRID.strip("\n").splitlines()
    callers = header.split()
    return [
        (caller, command, mark == "y")
        for command, *marks in (line.split() for line in lines)
        for caller, mark in zip(callers, marks, strict=True)
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
