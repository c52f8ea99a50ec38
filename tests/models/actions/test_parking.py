"""Parking on record, on both databases: filed with one photo, and what follows for whom."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from models.actions import duty, parking, parking_ends
from models.actions.clearing_kinds import clear_captures
from models.actions.commands import act
from models.actions.parking import NewRecord
from models.caller import Participant
from models.errors import (
    Forbidden,
    InvalidField,
    NotFound,
    NotOnDuty,
)
from models.incident.commands import Cancel
from models.queries.board import figures
from models.queries.incident import incident_for
from models.queries.vehicle_shares import VehicleShares
from models.store import Store
from models.tables import (
    deadlines,
    incidents,
    notices,
    offers,
    parking_notices,
    parking_records,
    rule_decisions,
    vehicles,
)
from tests.models.actions.looking import due, names, owner_of, rows, time_up
from tests.support.city import GATE, LI, PLATES, WANG, YUCHENG, ZHANG, ask, on_duty
from tests.support.clock import FakeClock
from tests.support.parking import FAR, capture, file, record
from tests.support.recording import RecordingBell


async def test_one_photo_tells_the_owner_and_starts_the_clock_and_nobody_has_it_in_hand(
    store: Store, bell: RecordingBell
) -> None:
    await on_duty(store, ZHANG)
    filed = await file(store, ZHANG)
    assert (filed.state, filed.joined, filed.told) == ("noticed", False, 1)
    row = await record(store, filed.id)
    assert (row.offence, row.plate_masked, row.author_number, row.district) == (
        1039,
        "川TA***5",
        "051827",
        YUCHENG,
    )
    assert PLATES["one"] not in str(tuple(row))
    (incident,) = await rows(store, select(incidents))
    assert (incident.id, incident.status, incident.origin) == (row.incident_id, "waiting", "officer")
    assert (incident.requesters, incident.officer_id, incident.photos) == (0, None, 1)
    assert (incident.respond_by - incident.requested_at).total_seconds() == 300
    (notice,) = await rows(store, select(notices))
    assert (notice.template, notice.contact_id) == ("officer_notice", "contact-one-1")
    kinds = await rows(store, select(deadlines.c.kind))
    assert [one.kind for one in kinds] == ["respond"]
    assert names(bell) == ["requested"]
    kept = {one.table_name for one in await rows(store, select(rule_decisions.c.table_name))}
    assert kept == {"offence", "stay", "reasons", "response", "promises"}


async def test_the_same_photo_twice_is_one_record_and_another_officers_photo_is_nobodys(store: Store) -> None:
    await on_duty(store, ZHANG, LI)
    photo = await capture(store, ZHANG, "shot")
    first = await parking.file(store, ZHANG, NewRecord(photo, PLATES["one"]))
    again = await parking.file(store, ZHANG, NewRecord(photo, PLATES["two"]))
    assert again.id == first.id
    with pytest.raises(NotFound):
        await parking.file(store, LI, NewRecord(photo, PLATES["one"]))
    assert len(await rows(store, select(parking_records))) == 1


async def test_several_notices_of_one_stay_are_one_record_and_the_owner_is_told_once(
    store: Store, clock: FakeClock
) -> None:
    await on_duty(store, ZHANG, LI)
    first = await file(store, ZHANG, "one")
    clock.advance(1200)
    second = await file(store, LI, "two")
    assert (second.id, second.joined) == (first.id, True)
    assert (await record(store, first.id)).notices == 2
    kinds = await rows(store, select(parking_notices.c.kind, parking_notices.c.officer_number))
    assert sorted(map(tuple, kinds)) == [("again", "051828"), ("first", "051827")]
    assert len(await rows(store, select(notices).where(notices.c.contact_id.is_not(None)))) == 1
    clock.advance(86_400 + 1)
    await on_duty(store, ZHANG)
    third = await file(store, ZHANG, "three", place=GATE)
    assert third.id != first.id


async def test_a_car_that_is_seen_elsewhere_has_left_where_it_was(store: Store, clock: FakeClock) -> None:
    await on_duty(store, ZHANG)
    first = await file(store, ZHANG, "one")
    clock.advance(600)
    second = await file(store, ZHANG, "two", place=FAR)
    assert second.id != first.id
    assert second.state == "noticed"
    assert (await record(store, first.id)).state == "left"
    open_ones = await rows(store, select(incidents.c.id).where(incidents.c.status != "closed"))
    assert [one.id for one in open_ones] == [(await record(store, second.id)).incident_id]


async def test_a_record_of_a_car_that_somebody_waits_for_goes_with_his_request(store: Store) -> None:
    await on_duty(store, ZHANG)
    asked = await ask(store)
    filed = await file(store, ZHANG)
    assert (await record(store, filed.id)).incident_id == asked.id
    assert len(await rows(store, select(incidents))) == 1


async def test_an_unknown_car_has_a_record_and_nobody_is_told(store: Store) -> None:
    await on_duty(store, ZHANG)
    filed = await file(store, ZHANG, plate="川t·d01234 ")
    assert (filed.state, filed.told) == ("noticed", 0)
    row = await record(store, filed.id)
    assert (row.plate_class, len(row.code)) == ("nev_small", 10)
    (car,) = await rows(store, select(vehicles).where(vehicles.c.id == row.vehicle_id))
    assert car.plate == "川TD01234"


async def test_when_the_time_is_up_nobody_is_asked_by_name_and_no_commander_is_woken(
    store: Store, clock: FakeClock
) -> None:
    await on_duty(store, ZHANG, LI)
    await file(store, ZHANG)
    respond = await due(store, "respond")
    clock.advance(300)
    await time_up(store, respond)
    (incident,) = await rows(store, select(incidents))
    assert (incident.status, incident.nobody_on_duty) == ("offered", False)
    assert incident.breached_at is not None
    await duty.set_duty(store, LI, False, YUCHENG)
    await duty.set_duty(store, LI, True, YUCHENG)
    assert await rows(store, select(offers)) == []
    assert [one.template for one in await rows(store, select(notices.c.template))] == ["officer_notice"]


async def test_who_waits_for_the_car_is_served_as_ever_and_may_go_again(
    store: Store, clock: FakeClock
) -> None:
    await on_duty(store, ZHANG)
    filed = await file(store, ZHANG)
    asked = await ask(store)
    assert asked.id == (await record(store, filed.id)).incident_id
    await act(store, asked.id, Cancel(), asked.requester)
    (incident,) = await rows(store, select(incidents))
    assert (incident.status, incident.requesters) == ("waiting", 0)


async def test_the_promise_to_those_who_wait_is_not_measured_on_officers_notices(store: Store) -> None:
    await on_duty(store, ZHANG)
    await file(store, ZHANG)
    await ask(store, "two")
    assert (await figures(store, YUCHENG, VehicleShares(store)))["day"]["requests"] == 1


async def test_what_waited_on_a_phone_counts_if_the_officer_was_on_duty_then(
    store: Store, clock: FakeClock
) -> None:
    with pytest.raises(NotOnDuty):
        await file(store, ZHANG)
    await on_duty(store, ZHANG)
    clock.advance(600)
    await duty.set_duty(store, ZHANG, False, YUCHENG)
    clock.advance(3600)
    filed = await file(store, ZHANG, "later", ago_seconds=3700)
    assert filed.state == "noticed"
    with pytest.raises(NotOnDuty):
        await file(store, ZHANG, "after", plate=PLATES["two"], ago_seconds=60)


async def test_nonsense_is_refused_by_name(store: Store) -> None:
    await on_duty(store, ZHANG)
    photo = await capture(store, ZHANG, "shot")
    for wrong, field in (
        (NewRecord(photo, "川TI1234"), "plate"),
        (NewRecord(photo, PLATES["one"], plate_class="ugly"), "plate_class"),
        (NewRecord(photo, PLATES["one"], grounds="ugly"), "grounds"),
        (NewRecord(photo, PLATES["one"], place="x" * 121), "place"),
    ):
        with pytest.raises(InvalidField) as refused:
            await parking.file(store, ZHANG, wrong)
        assert refused.value.field == field
    with pytest.raises(Forbidden):
        await parking_ends.leave(store, WANG, (await file(store, ZHANG, "other")).id, None)


async def test_the_owner_sees_who_asked_him_to_move_by_nobodys_name(store: Store) -> None:
    await on_duty(store, ZHANG)
    filed = await file(store, ZHANG)
    incident_id = (await record(store, filed.id)).incident_id
    owner: Participant = await owner_of(store, incident_id)
    view = await incident_for(store, incident_id, owner)
    assert view["requesters"] == 0
    assert len(view["photos"]) == 1
    assert "051827" not in json.dumps(view, default=str)


async def test_photos_go_when_they_are_kept_no_longer_and_the_record_stays_without_them(
    store: Store, clock: FakeClock
) -> None:
    await on_duty(store, ZHANG)
    filed = await file(store, ZHANG)
    await capture(store, ZHANG, "of nothing")
    removed: list[str] = []
    clock.advance(181 * 86_400)
    assert await clear_captures(store, removed.append) == 1
    assert len(removed) == 3
    await parking_ends.withdraw(store, LI, filed.id, "救护车")
    assert await clear_captures(store, removed.append) == 0
    clock.advance(181 * 86_400)
    assert await clear_captures(store, removed.append) == 1
    assert (await record(store, filed.id)).state == "withdrawn"
    assert len(removed) == 5  # the stamped copy is the incident's photo too, and goes with that
