"""Accidents and hazards begin: whose they are from the first instant, who is asked, what is due when."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from models.actions import deadlines as firing
from models.actions.commands import act
from models.actions.filing import About, Begun, Reporter, begin
from models.caller import Participant
from models.errors import IllegalTransition, InvalidField
from models.incident.commands import Accept, Cancel, HandOver, Settle
from models.incident.incident import Incident
from models.queries import board
from models.queries.vehicle_shares import VehicleShares
from models.store import Store
from models.tables import deadlines, events, notices, offers, participants
from tests.support.city import AUX, CHEN, GATE, LI, YUCHENG, ZHANG, on_duty
from tests.support.clock import FakeClock

HURT = About("accident", "injured", YUCHENG, GATE, "少年路口", officers=True)
BUMP = About("accident", "property", YUCHENG, GATE)
POTHOLE = About("hazard", "pothole", YUCHENG, GATE, "文化路 12 号门前")


async def filed(store: Store, about: About, reporter: Reporter | None = None) -> tuple[Incident, Participant]:
    who = reporter or Reporter("a-token", role="party", device=b"d" * 16)

    async with store.change() as change:
        begun: Begun = await begin(change, about, who)
        begun.changing.save()
    role: Any = who.role
    return begun.changing.now, Participant(str(begun.participant), begun.changing.now.id, role)


async def names(store: Store, incident: str) -> list[str]:
    query = select(events.c.name).where(events.c.incident_id == incident).order_by(events.c.incident_offset)
    async with store.database.read() as connection:
        return list((await connection.execute(query)).scalars())


async def rows(store: Store, table: Any) -> list[Any]:
    async with store.database.read() as connection:
        return list((await connection.execute(select(table))).all())


async def test_somebody_hurt_is_the_officers_from_the_first_instant(store: Store) -> None:
    await on_duty(store, ZHANG, LI, AUX)
    incident, _ = await filed(store, HURT)
    assert (incident.status, incident.priority) == ("offered", 3)
    assert incident.handed_over_at == incident.requested_at
    assert (await names(store, incident.id))[:2] == ["reported", "handed_over"]
    asked = {row.officer_id for row in await rows(store, offers)}
    assert {ZHANG.id, LI.id} <= asked


async def test_the_commanders_hear_of_somebody_hurt_after_a_second(store: Store, clock: FakeClock) -> None:
    incident, _ = await filed(store, HURT)
    clock.advance(1)
    due = [row.id for row in await rows(store, deadlines) if row.kind == "step:1"]
    assert await firing.fire(store, due) == {due[0]: "fired"}
    told = [row for row in await rows(store, notices) if row.officer_id == CHEN.id]
    assert "grave" in {row.template for row in told}
    assert {row.incident_id for row in told} == {incident.id}


async def test_damage_only_waits_for_the_parties_and_asks_nobody(store: Store, clock: FakeClock) -> None:
    await on_duty(store, ZHANG)
    incident, _ = await filed(store, BUMP)
    assert (incident.status, incident.response_seconds) == ("waiting", 1_800)
    assert await rows(store, offers) == []
    (row,) = await rows(store, deadlines)
    clock.advance(1_800)
    await firing.fire(store, [row.id])
    assert await names(store, incident.id) == ["reported", "breached", "handed_over", "offered"]


async def test_a_party_asks_for_an_officer_without_having_taken_a_photo(store: Store) -> None:
    incident, party = await filed(store, BUMP)
    view = await act(store, incident.id, HandOver(), party)
    assert view["status"] == "offered"


async def test_a_party_withdraws_what_nobody_has_and_not_what_the_officers_have(store: Store) -> None:
    incident, party = await filed(store, BUMP)
    with pytest.raises(IllegalTransition):
        await act(store, incident.id, Settle(), party)
    assert (await act(store, incident.id, Cancel(), party))["outcome"] == "cancelled"
    hurt, other = await filed(store, HURT, Reporter("another", role="party"))
    with pytest.raises(IllegalTransition):
        await act(store, hurt.id, Cancel(), other)


async def test_who_reports_has_a_place_in_it_and_his_words_are_sealed(store: Store) -> None:
    who = Reporter("a-token", device=b"d" * 16, message="车还在冒烟")
    _, person = await filed(store, HURT, who)
    (row,) = await rows(store, participants)
    assert (row.id, row.role, row.device) == (person.id, "requester", b"d" * 16)
    assert store.vault.open("participants.message_sealed", row.id, row.message_sealed) == "车还在冒烟"


async def test_an_officer_takes_an_accident_like_anything_else(store: Store) -> None:
    await on_duty(store, ZHANG)
    incident, _ = await filed(store, HURT)
    assert (await act(store, incident.id, Accept(), ZHANG))["status"] == "accepted"


async def test_a_pothole_is_due_in_three_days_and_no_officer_is_asked(store: Store) -> None:
    await on_duty(store, ZHANG)
    incident, _ = await filed(store, POTHOLE, Reporter("a-token"))
    assert (incident.status, incident.response_seconds) == ("waiting", 259_200)
    assert await rows(store, offers) == []


async def test_the_promise_of_five_minutes_is_counted_of_cars_in_the_way_only(store: Store) -> None:
    await filed(store, HURT)
    figures = await board.figures(store, YUCHENG, VehicleShares(store))
    assert figures["statuses"]["offered"] == 1
    assert figures["day"]["requests"] == 0


@pytest.mark.parametrize(
    ("about", "field", "why"),
    [
        (About("accident", "pothole", YUCHENG, GATE), "reason", "unknown"),
        (About("hazard", "pothole", YUCHENG, GATE, "路" * 121), "place", "too_long"),
    ],
)
async def test_what_its_kind_does_not_know_is_refused(
    store: Store, about: About, field: str, why: str
) -> None:
    with pytest.raises(InvalidField) as refused:
        await filed(store, about)
    assert (refused.value.field, refused.value.params["why"]) == (field, why)
    assert await rows(store, events) == []
