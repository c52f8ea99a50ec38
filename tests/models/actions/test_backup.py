"""Backup beside the officer who has it: called, asked, sent, arrived, freed; on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from models.actions.commands import act
from models.errors import Conflict, Forbidden, IllegalTransition
from models.incident.commands import (
    Accept,
    Arrive,
    AssignSupport,
    Backup,
    Decline,
    Release,
    Resolve,
    Support,
)
from models.store import Store
from models.tables import offers
from tests.models.actions.looking import due, names, rows, time_up
from tests.support.city import AUX, CHEN, LI, ZHANG, Asked, ask, on_duty
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell


async def held(store: Store) -> Asked:
    """An incident that Zhang has, with Li and the auxiliary officer on duty beside him."""
    await on_duty(store, ZHANG, LI, AUX)
    asked = await ask(store)
    await act(store, asked.id, Accept(), ZHANG)
    return asked


async def asked_for_backup(store: Store) -> list[tuple[str, str]]:
    query = select(offers.c.officer_id, offers.c.status).where(offers.c.kind == "support")
    return sorted((one.officer_id, one.status) for one in await rows(store, query))


def units(view: dict[str, Any]) -> list[tuple[str, bool, str | None]]:
    return [(one["officer"], one["to_confirm"], one["arrived_at"]) for one in view["supporting"]]


async def test_as_many_as_are_wanted_are_asked_and_come_beside_him(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    asked = await held(store)
    called = await act(store, asked.id, Backup(units=1, reason="crowd"), ZHANG)
    assert (called["backup_wanted"], called["backup_at"]) == (1, "2026-11-02T08:00:00.000Z")
    assert await asked_for_backup(store) == [(LI.id, "pending")]
    coming = await act(store, asked.id, Support(), LI)
    assert (coming["officer"], units(coming)) == (ZHANG.id, [(LI.id, False, None)])
    clock.advance(90)
    there = await act(store, asked.id, Arrive(), LI)
    assert (there["status"], there["arrived_at"]) == ("accepted", None)  # the holder has not arrived
    assert units(there) == [(LI.id, False, "2026-11-02T08:01:30.000Z")]
    assert names(bell) == [
        "requested", "accepted", "backup_called", "offered", "supporting", "support_arrived",
    ]  # fmt: skip
    assert await asked_for_backup(store) == [(LI.id, "accepted")]


async def test_the_next_one_is_asked_when_one_declines_or_does_not_answer(
    store: Store, clock: FakeClock
) -> None:
    asked = await held(store)
    await act(store, asked.id, Backup(), ZHANG)
    await act(store, asked.id, Decline(reason="too_far"), LI)
    assert await asked_for_backup(store) == [(LI.id, "declined"), (AUX.id, "pending")]
    clock.advance(60)
    await time_up(store, await due(store, "offer"))
    assert await asked_for_backup(store) == [(LI.id, "declined"), (AUX.id, "lapsed")]


async def test_enough_are_there_so_nobody_else_is_asked(store: Store) -> None:
    asked = await held(store)
    await act(store, asked.id, Backup(units=2), CHEN)
    assert await asked_for_backup(store) == [(LI.id, "pending"), (AUX.id, "pending")]
    await act(store, asked.id, AssignSupport(officer=LI.id, reason="danger"), CHEN)
    await act(store, asked.id, Support(), AUX)
    assert await asked_for_backup(store) == [(LI.id, "withdrawn"), (AUX.id, "accepted")]


async def test_a_commander_sends_a_unit_and_it_confirms_by_accepting(store: Store) -> None:
    asked = await held(store)
    sent = await act(store, asked.id, AssignSupport(officer=LI.id, reason="danger"), CHEN)
    assert units(sent) == [(LI.id, True, None)]
    assert units(await act(store, asked.id, Accept(), LI)) == [(LI.id, False, None)]
    with pytest.raises(Conflict):
        await act(store, asked.id, AssignSupport(officer=LI.id, reason="danger"), CHEN)
    with pytest.raises(Conflict):
        await act(store, asked.id, AssignSupport(officer=ZHANG.id, reason="danger"), CHEN)
    left = await act(store, asked.id, Release(reason="other_call"), LI)
    assert (left["officer"], left["status"], left["supporting"]) == (ZHANG.id, "accepted", [])


async def test_only_who_is_there_for_it_calls_backup_and_only_then_does_anybody_support(store: Store) -> None:
    asked = await held(store)
    with pytest.raises(Forbidden):
        await act(store, asked.id, Backup(), LI)
    with pytest.raises(IllegalTransition):
        await act(store, asked.id, Support(), LI)
    await act(store, asked.id, Backup(), ZHANG)
    with pytest.raises(IllegalTransition):
        await act(store, asked.id, Support(), ZHANG)
    await act(store, asked.id, Support(), LI)
    assert (await act(store, asked.id, Backup(), LI))["backup_wanted"] == 2
    for command in (Resolve(), Backup(units=4), Arrive(), Release(reason="other_call")):
        try:
            await act(store, asked.id, command, LI)
        except Forbidden:
            assert isinstance(command, Resolve)  # closing it is the holder's
    with pytest.raises(Conflict):
        await act(store, asked.id, Backup(units=1), ZHANG)


async def test_with_the_end_of_the_incident_everybody_is_free(store: Store) -> None:
    asked = await held(store)
    await act(store, asked.id, Backup(units=2), ZHANG)
    await act(store, asked.id, Support(), LI)
    await act(store, asked.id, Resolve(), ZHANG)
    assert await asked_for_backup(store) == [(LI.id, "accepted"), (AUX.id, "withdrawn")]
    with pytest.raises(IllegalTransition):
        await act(store, asked.id, Arrive(), LI)
