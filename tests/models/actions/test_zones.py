"""Zones, load and skills in routing, from the request to the offer; on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from models.actions import duty
from models.actions.commands import act
from models.actions.zones import Zone, set_zone
from models.duty.units import Vehicle
from models.geography import Location
from models.incident.commands import Accept, HandOver, Transfer
from models.queries.desk import desk
from models.queries.incident import incident_for
from models.store import Store
from models.tables import deadlines, incidents, offers
from tests.models.actions.looking import due, rows, time_up
from tests.support.city import AUX, CHEN, GATE, LI, MINGSHAN, WANG, YUCHENG, ZHANG, ask
from tests.support.clock import FakeClock

EAST = [[103.0, 29.9], [103.1, 29.9], [103.1, 30.1], [103.0, 30.1]]
WEST = [[102.9, 29.9], [103.0, 29.9], [103.0, 30.1], [102.9, 30.1]]


async def draw(store: Store, district: str, code: str, polygon: Any) -> None:
    await set_zone(store, CHEN, district, Zone(code, f"{code} 片", f"{code} zone", polygon))


def metres_north(metres: float) -> Location:
    return Location(lat=GATE.lat + metres / 111_195, lng=GATE.lng)


async def patrols(
    store: Store, who: Any, metres: float, zone: str | None = None, vehicle: Vehicle | None = None
) -> None:
    await duty.set_duty(store, who, True, YUCHENG, metres_north(metres), zone=zone, vehicle=vehicle)


async def first_asked(store: Store, clock: FakeClock, incident: str, seconds: float) -> Any:
    second = await due(store, "step:2")
    clock.advance(seconds)
    await time_up(store, second)
    (offer,) = (await desk(store, YUCHENG))["offers"][incident]
    return offer


async def test_an_incident_keeps_the_zone_in_which_it_was_filed(store: Store) -> None:
    await draw(store, YUCHENG, "east", EAST)
    await draw(store, YUCHENG, "west", WEST)
    asked = await ask(store)
    zone = {"code": "east", "name": "east 片", "name_en": "east zone"}
    assert (await incident_for(store, asked.id, ZHANG))["zone"] == zone
    assert (await incident_for(store, asked.id, CHEN))["zone"] == zone
    assert "zone" not in await incident_for(store, asked.id, asked.requester)
    await draw(store, YUCHENG, "east", WEST)
    assert (await incident_for(store, asked.id, ZHANG))["zone"] == zone


async def test_who_hides_the_place_is_in_no_zone(store: Store) -> None:
    await draw(store, YUCHENG, "east", EAST)
    asked = await ask(store, place=None)
    assert (await incident_for(store, asked.id, ZHANG))["zone"] is None


async def test_in_another_district_it_is_in_that_ones_zone(store: Store) -> None:
    await draw(store, YUCHENG, "east", EAST)
    await draw(store, MINGSHAN, "border", EAST)
    asked = await ask(store)
    await act(store, asked.id, Transfer(district=MINGSHAN, reason="beyond_border"), CHEN)
    assert (await incident_for(store, asked.id, WANG))["zone"]["code"] == "border"


async def test_the_unit_of_the_zone_is_asked_before_a_nearer_one_of_another_in_the_same_ring(
    store: Store, clock: FakeClock
) -> None:
    await draw(store, YUCHENG, "east", EAST)
    await draw(store, YUCHENG, "west", WEST)
    asked = await ask(store)
    clock.advance(60)
    await patrols(store, ZHANG, 40, zone="west")
    await patrols(store, LI, 280, zone="east")
    offer = await first_asked(store, clock, asked.id, 60)
    assert (offer["officer"], offer["why"]["in_zone"], offer["why"]["ring_m"]) == (LI.id, True, 300)


async def test_a_unit_of_the_zone_two_rings_away_is_asked_after_one_that_is_near(
    store: Store, clock: FakeClock
) -> None:
    await draw(store, YUCHENG, "east", EAST)
    await draw(store, YUCHENG, "west", WEST)
    asked = await ask(store)
    await patrols(store, ZHANG, 40, zone="west")
    await patrols(store, LI, 800, zone="east")
    offer = await first_asked(store, clock, asked.id, 120)
    assert (offer["officer"], offer["why"]["in_zone"]) == (ZHANG.id, False)


async def test_whoever_is_being_asked_about_another_is_asked_after_who_is_not(
    store: Store, clock: FakeClock
) -> None:
    await patrols(store, ZHANG, 40)
    first, second = await ask(store, "one"), await ask(store, "two")
    steps = [
        one.id
        for one in await rows(
            store,
            select(deadlines.c.id)
            .where(deadlines.c.kind == "step:2")
            .order_by(deadlines.c.incident_id == second.id),
        )
    ]
    clock.advance(119)
    await patrols(store, ZHANG, 40)
    await patrols(store, LI, 250)
    clock.advance(1)
    for one in steps:
        await time_up(store, one)
    asked = (await desk(store, YUCHENG))["offers"]
    assert [one["officer"] for one in asked[first.id]] == [ZHANG.id]
    assert [one["officer"] for one in asked[second.id]] == [LI.id]


async def test_an_accident_is_offered_to_police_even_if_only_an_auxiliary_officer_is_free(
    store: Store,
) -> None:
    await patrols(store, AUX, 20)
    await patrols(store, ZHANG, 200)
    other = await ask(store, "two")
    await act(store, other.id, Accept(), ZHANG)
    asked = await ask(store)
    await becomes_an_accident(store, asked.id)
    await act(store, asked.id, HandOver(), CHEN)
    found = await rows(store, select(offers.c.officer_id).where(offers.c.incident_id == asked.id))
    assert [one.officer_id for one in found] == [ZHANG.id]


async def test_with_nobody_entitled_on_duty_the_commanders_hear_of_it(store: Store) -> None:
    await patrols(store, AUX, 20)
    asked = await ask(store)
    await becomes_an_accident(store, asked.id)
    await act(store, asked.id, HandOver(), CHEN)
    view = await incident_for(store, asked.id, CHEN)
    assert (view["offers"], view["timeline"][-1]["event"]) == ([], "escalated")


async def test_in_the_same_ring_an_accident_is_offered_to_who_has_a_car(
    store: Store, clock: FakeClock
) -> None:
    asked = await ask(store)
    await becomes_an_accident(store, asked.id)
    await patrols(store, ZHANG, 20, vehicle="foot")
    await patrols(store, LI, 250, vehicle="car")
    offer = await first_asked(store, clock, asked.id, 120)
    assert offer["officer"] == LI.id


async def becomes_an_accident(store: Store, incident: str) -> None:
    """Accidents are not filed yet; the tables and the incident's rules know them."""
    async with store.database.write() as connection:
        await connection.execute(update(incidents).where(incidents.c.id == incident).values(kind="accident"))


@pytest.mark.parametrize(("seconds", "fresh"), [(120, True), (121, False)])
async def test_a_position_is_stale_after_the_120_seconds_of_the_delivered_rule(
    store: Store, clock: FakeClock, seconds: int, fresh: bool
) -> None:
    asked = await ask(store)
    await patrols(store, ZHANG, 40)
    why = (await first_asked(store, clock, asked.id, seconds))["why"]
    assert (why["position_age_seconds"], why["fresh"], why["ring_m"]) == (
        seconds,
        fresh,
        300 if fresh else None,
    )
