"""An officer's alarm in the log and on the board, until a commander clears it; on both databases."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import select

from models.actions import duty
from models.actions.commands import act
from models.actions.panic import clear_panic, raise_panic, withdraw_panic
from models.errors import Forbidden, IllegalTransition, InvalidField, NotFound
from models.geography import Location
from models.incident.commands import Accept
from models.queries.board import board
from models.queries.log import entries_after
from models.queries.officer import duty_of
from models.store import Store
from models.tables import audit, notices, panics
from tests.models.actions.looking import names, rows
from tests.support.city import CHEN, LI, MINGSHAN, WANG, YUCHENG, ZHANG, ask, joins, officer
from tests.support.clock import FakeClock
from tests.support.recording import RecordingBell

HERE = Location(lat=29.9876, lng=103.0133, accuracy_m=8)


async def test_it_is_raised_with_the_last_position_and_stands_until_a_commander_clears_it(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG, HERE)
    clock.advance(40)
    view = await raise_panic(store, ZHANG)
    assert (view["officer"], view["status"], view["district"]) == (ZHANG.id, "raised", YUCHENG)
    assert view["location"] == {"lat": 29.9876, "lng": 103.0133, "accuracy_m": 8.0, "crs": "wgs84"}
    assert view["position_at"] == "2026-11-02T08:00:00.000Z"
    assert (await board(store, YUCHENG))["panics"] == [view]
    assert (await duty_of(store, ZHANG))["panic"] == view
    told = await rows(store, select(notices.c.officer_id).where(notices.c.template == "panic"))
    assert [one.officer_id for one in told] == [CHEN.id]
    cleared = await clear_panic(store, CHEN, view["id"], "他没事")
    assert (cleared["status"], cleared["cleared_by"]) == ("cleared", CHEN.id)
    assert (await board(store, YUCHENG))["panics"] == []
    assert names(bell) == ["panic", "panic_cleared"]
    found = await rows(store, select(audit.c.action, audit.c.reason).order_by(audit.c.at, audit.c.action))
    assert ("clear_panic", "他没事") in {tuple(one) for one in found}


async def test_off_duty_and_without_a_place_it_is_raised_all_the_same(store: Store) -> None:
    view = await raise_panic(store, ZHANG)
    assert (view["district"], view["location"], view["position_at"]) == (YUCHENG, None, None)


async def test_it_says_what_he_had_in_hand(store: Store) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    asked = await ask(store)
    await act(store, asked.id, Accept(), ZHANG)
    assert (await raise_panic(store, ZHANG, HERE))["incident"] == asked.id


async def test_two_phones_of_one_officer_raise_one_alarm(store: Store, bell: RecordingBell) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    first, second = await asyncio.gather(raise_panic(store, ZHANG, HERE), raise_panic(store, ZHANG))
    assert first["id"] == second["id"]
    assert names(bell) == ["panic"]
    assert len(await rows(store, select(panics.c.id))) == 1


async def test_a_false_alarm_is_said_by_the_officer_and_ended_by_the_commander(
    store: Store, clock: FakeClock, bell: RecordingBell
) -> None:
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    view = await raise_panic(store, ZHANG)
    for stranger in (LI, CHEN):
        with pytest.raises(Forbidden):
            await withdraw_panic(store, stranger, view["id"])
    withdrawn = await withdraw_panic(store, ZHANG, view["id"])
    assert withdrawn["status"] == "withdrawn"
    assert (await board(store, YUCHENG))["panics"] == [withdrawn]
    with pytest.raises(IllegalTransition):
        await withdraw_panic(store, ZHANG, view["id"])
    clock.advance(1)
    assert (await raise_panic(store, ZHANG))["status"] == "raised"
    await clear_panic(store, CHEN, view["id"], "误触")
    assert names(bell) == ["panic", "panic_withdrawn", "panic", "panic_cleared"]


async def test_only_a_commander_of_the_district_clears_it_with_a_note_and_never_his_own(store: Store) -> None:
    elsewhere = officer("052001", "commander", MINGSHAN)
    second = officer("051002", "commander", YUCHENG)
    await joins(store, second)
    view = await raise_panic(store, CHEN)
    for somebody in (ZHANG, LI, WANG, elsewhere, CHEN):
        with pytest.raises(Forbidden):
            await clear_panic(store, somebody, view["id"], "好了")
    with pytest.raises(InvalidField):
        await clear_panic(store, second, view["id"], " ")
    with pytest.raises(InvalidField):
        await clear_panic(store, second, view["id"], "x" * 501)
    with pytest.raises(NotFound):
        await clear_panic(store, second, "nothing", "好了")
    await clear_panic(store, second, view["id"], "好了")
    with pytest.raises(IllegalTransition):
        await clear_panic(store, second, view["id"], "好了")


async def test_an_administrator_has_no_alarm(store: Store) -> None:
    with pytest.raises(Forbidden):
        await raise_panic(store, officer("990001", "administrator", YUCHENG))


async def test_an_old_snapshot_and_the_events_since_are_the_new_snapshot(
    store: Store, clock: FakeClock
) -> None:
    await raise_panic(store, LI)
    old = await board(store, YUCHENG)
    known: dict[str, dict[str, Any]] = {one["id"]: one for one in old["panics"]}
    first = await raise_panic(store, ZHANG)
    clock.advance(9)
    await raise_panic(store, ZHANG, HERE)
    await clear_panic(store, CHEN, next(iter(known)), "误触")
    await withdraw_panic(store, ZHANG, first["id"])
    async with store.database.read() as connection:
        entries = await entries_after(connection, YUCHENG, old["offset"], 100)
    for entry in entries:
        one = json.loads(entry.data)["panic"]
        if one["status"] == "cleared":
            known.pop(one["id"])
        else:
            known[one["id"]] = one
    new = await board(store, YUCHENG)
    assert list(known.values()) == new["panics"]
