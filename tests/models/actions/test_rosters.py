"""Rosters on both databases: made, changed, published, copied, taken in from a file, and signed on for at midnight."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.actions import duty, rosters, zones
from models.actions.clearing_kinds import KINDS
from models.actions.commands import act
from models.actions.roster_files import take_in
from models.actions.rosters import Place, Wanted
from models.actions.shift_ends import end_overdue
from models.actions.staying import stay
from models.actions.zones import Template, Zone
from models.duty.rosters import span_of
from models.errors import Conflict, Forbidden, InvalidField, NotFound, NotOnDuty
from models.geography import Location
from models.incident.commands import Accept
from models.queries.officer import duty_of
from models.queries.rosters import roster
from models.store import Store
from models.tables import incidents, shifts
from tests.models.actions.looking import rows
from tests.support.city import AUX, CHEN, GATE, LI, MINGSHAN, WANG, YUCHENG, ZHANG, ask
from tests.support.clock import START, FakeClock

WEEK = date(2026, 11, 2)  # the tests' clock starts on its Monday at 16:00 in Beijing
NIGHT = span_of(WEEK, 22 * 60, 480)


def night(
    *places: Place, day: date = WEEK, zone: str | None = None, needs: dict[str, int] | None = None
) -> Wanted:
    return Wanted("夜班", span_of(day, 22 * 60, 480), zone, 30, needs or {"police": 2}, places)


async def published(store: Store, *places: Place, zone: str | None = None) -> str:
    shift_id = await rosters.add(store, CHEN, YUCHENG, WEEK, night(*places, zone=zone))
    await rosters.publish(store, CHEN, YUCHENG, WEEK)
    return shift_id


async def the_shift(store: Store, officer_id: str) -> Any:
    query = select(shifts).where(shifts.c.officer_id == officer_id).order_by(shifts.c.started_at.desc())
    return (await rows(store, query))[0]


def to(clock: FakeClock, seconds_before_or_after_the_night: float) -> None:
    clock.advance((NIGHT.starts_at - clock.now()).total_seconds() + seconds_before_or_after_the_night)


async def test_a_draft_is_seen_by_nobody_and_a_published_one_by_those_who_stand_in_it(store: Store) -> None:
    await rosters.add(store, CHEN, YUCHENG, WEEK, night(Place(ZHANG.id, "police")))
    assert (await duty_of(store, ZHANG))["next"] == []
    await rosters.publish(store, CHEN, YUCHENG, WEEK)
    (mine,) = (await duty_of(store, ZHANG))["next"]
    assert (mine["name"], mine["role"], mine["starts_at"]) == ("夜班", "police", "2026-11-02T14:00:00.000Z")
    assert (await duty_of(store, LI))["next"] == []


async def test_signing_on_within_the_hour_before_the_night_is_planned_and_ends_after_its_grace(
    store: Store, clock: FakeClock
) -> None:
    await zones.set_zone(store, CHEN, YUCHENG, Zone("north", "城北", "North"))
    shift_id = await published(store, Place(ZHANG.id, "police"), zone="north")
    to(clock, -1800)
    await duty.set_duty(store, ZHANG, True, YUCHENG, GATE, consent=True)
    await duty.set_duty(store, LI, True, YUCHENG)
    seen = await duty_of(store, ZHANG)
    assert (seen["planned"], seen["ends_at"], seen["off_by"]) == (
        True,
        "2026-11-02T22:00:00.000Z",
        "2026-11-02T22:30:00.000Z",
    )
    assert seen["zone"]["code"] == "north"
    assert (await the_shift(store, ZHANG.id)).roster_shift_id == shift_id
    (row,) = (await roster(store, YUCHENG, WEEK))["shifts"]
    assert row["readiness"] == [
        {"role": "police", "required": 2, "rostered": 1, "signed_on": 1, "missing": 1}
    ]
    assert [one["officer"] for one in (await roster(store, YUCHENG, WEEK))["unplanned"]] == [LI.id]


async def test_who_comes_earlier_than_the_hour_is_unplanned(store: Store, clock: FakeClock) -> None:
    await published(store, Place(ZHANG.id, "police"))
    to(clock, -3601)
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    assert (await duty_of(store, ZHANG))["planned"] is False


async def test_relief_over_midnight_and_the_one_who_forgets_goes_off_by_himself(
    store: Store, clock: FakeClock
) -> None:
    await published(store, Place(ZHANG.id, "police"))
    to(clock, 0)
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    clock.advance(8 * 3600 - 60)  # past midnight, a minute before six
    asked = await ask(store)
    await act(store, asked.id, Accept(), ZHANG)
    clock.advance(60 + 30 * 60 - 1)
    assert await end_overdue(store) == []
    clock.advance(1)
    assert len(await end_overdue(store)) == 1
    assert await end_overdue(store) == []
    (incident,) = await rows(store, select(incidents.c.status, incidents.c.officer_id))
    assert tuple(incident) == ("offered", None)
    (row,) = (await roster(store, YUCHENG, WEEK))["shifts"]
    (place,) = row["places"]
    assert (place["ended_how"], place["returned"]) == ("grace", 1)


async def test_a_night_that_is_prolonged_keeps_those_who_are_there_on_duty(
    store: Store, clock: FakeClock
) -> None:
    shift_id = await published(store, Place(ZHANG.id, "police"))
    to(clock, 0)
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    longer = Wanted(
        "夜班", span_of(WEEK, 22 * 60, 600), None, 30, {"police": 1}, (Place(ZHANG.id, "police"),)
    )
    await rosters.change_shift(store, CHEN, shift_id, longer)
    clock.advance(9 * 3600)
    assert await end_overdue(store) == []
    clock.advance(3600 + 1800)
    assert len(await end_overdue(store)) == 1


async def test_who_is_still_needed_stays_longer_but_not_for_ever(store: Store, clock: FakeClock) -> None:
    with pytest.raises(NotOnDuty):
        await stay(store, ZHANG, 60)
    await published(store, Place(ZHANG.id, "police"))
    to(clock, 0)
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    await stay(store, ZHANG, 60)
    clock.advance(9.5 * 3600 - 1)
    assert await end_overdue(store) == []
    for _ in range(3):
        await stay(store, ZHANG, 240)
    with pytest.raises(Conflict) as refused:
        await stay(store, ZHANG, 240)
    assert refused.value.params == {"why": "shift_too_long", "limit": 24}
    clock.advance(12 * 3600 + 1)
    assert len(await end_overdue(store)) == 1


async def test_nobody_stands_in_two_shifts_at_once_not_even_in_two_districts(store: Store) -> None:
    await rosters.add(store, CHEN, YUCHENG, WEEK, night(Place(ZHANG.id, "police")))
    early = Wanted("早班", span_of(WEEK, 21 * 60, 61), None, 30, {}, (Place(ZHANG.id, "police"),))
    with pytest.raises(Conflict) as refused:
        await rosters.add(store, CHEN, YUCHENG, WEEK, early)
    assert refused.value.params == {"why": "rostered_already", "officer": ZHANG.id}
    follows = Wanted("早班", span_of(WEEK, 30 * 60, 480), None, 30, {}, (Place(ZHANG.id, "police"),))
    await rosters.add(store, CHEN, YUCHENG, WEEK, follows)
    assert len((await roster(store, YUCHENG, WEEK))["shifts"]) == 2


async def test_two_who_plan_at_once_do_not_place_the_same_officer_twice(store: Store) -> None:
    wanted = [
        Wanted(name, span_of(WEEK, start, 480), None, 30, {}, (Place(ZHANG.id, "police"),))
        for name, start in (("夜班", 22 * 60), ("晚班", 20 * 60))
    ]
    results = await asyncio.gather(
        *(rosters.add(store, CHEN, YUCHENG, WEEK, one) for one in wanted), return_exceptions=True
    )
    assert sum(isinstance(one, Conflict) for one in results) == 1


@pytest.mark.parametrize(
    ("place", "field", "why"),
    [
        (Place("999999", "police"), "places[0].officer", "unknown"),
        (Place(WANG.id, "police"), "places[0].officer", "unknown"),
        (Place(AUX.id, "police"), "places[0].role", "role_does_not_fit"),
        (Place(AUX.id, "leader"), "places[0].role", "role_does_not_fit"),
        (Place(ZHANG.id, "auxiliary"), "places[0].role", "role_does_not_fit"),
        (Place(CHEN.id, "leader"), "places[0].role", "role_does_not_fit"),
    ],
)
async def test_whoever_does_not_fit_is_refused_and_nothing_is_written(
    store: Store, place: Place, field: str, why: str
) -> None:
    with pytest.raises(InvalidField) as refused:
        await rosters.add(store, CHEN, YUCHENG, WEEK, night(place))
    assert (refused.value.field, refused.value.params["why"]) == (field, why)
    assert (await roster(store, YUCHENG, WEEK))["shifts"] == []


async def test_the_roster_of_another_district_or_week_is_not_touched(store: Store) -> None:
    with pytest.raises(Forbidden):
        await rosters.add(store, ZHANG, MINGSHAN, WEEK, night())
    with pytest.raises(InvalidField):
        await rosters.add(store, CHEN, YUCHENG, WEEK, night(day=WEEK + timedelta(days=7)))
    with pytest.raises(NotFound):
        await rosters.publish(store, CHEN, YUCHENG, WEEK)
    with pytest.raises(InvalidField):
        await rosters.add(store, CHEN, YUCHENG, WEEK, night(zone="nowhere"))


async def test_a_shift_is_taken_out_as_long_as_nobody_has_come_for_it(store: Store, clock: FakeClock) -> None:
    shift_id = await published(store, Place(ZHANG.id, "police"))
    to(clock, 0)
    await duty.set_duty(store, ZHANG, True, YUCHENG)
    with pytest.raises(Conflict):
        await rosters.remove(store, CHEN, shift_id)
    other = await rosters.add(store, CHEN, YUCHENG, WEEK, night(day=WEEK + timedelta(days=1)))
    await rosters.remove(store, CHEN, other)
    assert len((await roster(store, YUCHENG, WEEK))["shifts"]) == 1


async def test_a_week_is_copied_with_its_people_once(store: Store) -> None:
    await published(store, Place(ZHANG.id, "police"), Place(LI.id, "leader"))
    later = WEEK + timedelta(days=7)
    assert await rosters.copy(store, CHEN, YUCHENG, later, WEEK) == "1"
    made = await roster(store, YUCHENG, later)
    (row,) = made["shifts"]
    assert (row["starts_at"], made["published_at"]) == ("2026-11-09T14:00:00.000Z", None)
    assert [(one["officer"], one["role"]) for one in row["places"]] == [
        (ZHANG.id, "police"),
        (LI.id, "leader"),
    ]
    with pytest.raises(Conflict):
        await rosters.copy(store, CHEN, YUCHENG, later, WEEK)
    with pytest.raises(NotFound):
        await rosters.copy(store, CHEN, YUCHENG, later + timedelta(days=7), later + timedelta(days=70))


async def test_a_file_fills_the_roster_and_says_which_lines_it_refused(store: Store) -> None:
    await zones.set_zone(store, CHEN, YUCHENG, Zone("north", "城北", "North"))
    await zones.add_template(store, CHEN, YUCHENG, Template("夜班", 22 * 60, 480, 45, {"police": 3}))
    await rosters.add(store, CHEN, YUCHENG, WEEK, night(Place(ZHANG.id, "police"), zone="north"))
    text = "\n".join(
        [
            "日期,开始,结束,区域,班次,职责,警号",
            f"2026-11-02,22:00,06:00,north,夜班,民警,{LI.id}",
            f"2026-11-03,22:00,06:00,,夜班,民警,{LI.id}",
            f"2026-11-02,22:00,06:00,south,夜班,民警,{LI.id}",
            "2026-11-04,22:00,06:00,,夜班,民警,000000",
            f"2026-11-04,22:00,06:00,,夜班,民警,{AUX.id}",
            f"2026-11-02,23:00,07:00,,加班,民警,{LI.id}",
            f"2026-11-02,22:00,06:00,north,夜班,民警,{ZHANG.id}",
        ]
    )
    told = await take_in(store, CHEN, YUCHENG, WEEK, text)
    assert told["placed"] == 2
    assert [(one["line"], one["column"], one["why"]) for one in told["refused"]] == [
        (4, "zone", "unknown"),
        (5, "officer", "unknown"),
        (6, "role", "role_does_not_fit"),
        (7, "officer", "rostered_already"),
        (8, "officer", "twice"),
    ]
    made = (await roster(store, YUCHENG, WEEK))["shifts"]
    filled, new = made[0], next(one for one in made if one["starts_at"].startswith("2026-11-03"))
    assert [one["officer"] for one in filled["places"]] == [ZHANG.id, LI.id]
    assert (new["grace_minutes"], new["needs"]) == (45, {"police": 3})


async def test_a_zone_that_is_given_up_is_chosen_no_more(store: Store) -> None:
    ring = [[103.0, 29.9], [103.1, 29.9], [103.1, 30.0]]
    await zones.set_zone(store, CHEN, YUCHENG, Zone("north", "城北", "North", ring))
    await duty.set_duty(store, ZHANG, True, YUCHENG, zone="north")
    assert (await duty_of(store, ZHANG))["zone"]["polygon"] == ring
    await zones.set_zone(store, CHEN, YUCHENG, Zone("north", "城北", "North", active=False))
    with pytest.raises(InvalidField):
        await duty.set_duty(store, LI, True, YUCHENG, zone="north")
    for wrong in ([[103.0, 29.9]], [[103.0, 99.0]] * 3, [[103.0]] * 3):
        with pytest.raises(InvalidField):
            await zones.set_zone(store, CHEN, YUCHENG, Zone("north", "城北", "North", wrong))


async def test_the_place_of_signing_on_is_forgotten_when_positions_are(
    store: Store, clock: FakeClock
) -> None:
    await store.configuration.refresh()
    await duty.set_duty(store, ZHANG, True, YUCHENG, Location(29.98, 103.01, 5.0), consent=True)
    await duty.set_duty(store, ZHANG, False, YUCHENG)
    shift = await the_shift(store, ZHANG.id)
    assert (shift.signed_lat, shift.lat) == (29.98, None)
    clock.advance(30 * 86_400 - 1)
    assert await KINDS["positions"](store) == 0
    clock.advance(1)
    assert await KINDS["positions"](store) == 1
    assert (await the_shift(store, ZHANG.id)).signed_lat is None
    assert clock.now() > START
