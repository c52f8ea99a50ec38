"""A parking record takes effect: its incident begins with the owner as whom it waits for, he is told, the clock runs.

The incident's status is ``waiting``, as of any request; nobody is in its hands, since the officer goes on to the next
car. When the time is up it is on the feed as ``offered``, and nobody is asked for it by name (``consequences``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import select

from models.actions import (
    consequences,
    deciding,
    notify,
    ownership,
    parking_follow,
    variants,
    watch_hits,
)
from models.actions.beginning import Car, begin
from models.actions.deciding import Decision
from models.actions.incident_change import IncidentChange, actor_of
from models.actions.request_facts import open_by_vehicle, respond_seconds_by_district
from models.actions.variants import Variants
from models.actions.zoning import zone_at
from models.caller import Officer
from models.errors import Conflict
from models.geography import Location
from models.incident.commands import Settle
from models.incident.decide import decide
from models.incident.happened import Happened
from models.incident.incident import Incident
from models.parking.states import after
from models.plates import E_BIKE, Plate
from models.store import Change
from models.tables import parking_records, photos

TEMPLATE = "officer_notice"


@dataclass(frozen=True, slots=True)
class Effect:
    """``columns`` of the record from now on; ``told``: how many phones."""

    columns: dict[str, Any]
    told: int
    respond_by: datetime


async def take_effect(
    change: Change,
    officer: Officer,
    record: dict[str, Any],
    plate: Plate,
    capture: Any,
    decisions: Sequence[Decision] = (),
) -> Effect:
    """``officer``: in whose name it takes effect. ``record``: the row's columns, without what this adds.

    Raises Conflict where an open incident of this car has another record in the same place, Stale.
    """
    vehicle_id = await ownership.vehicle(change, plate.number, plate.plate_class)
    about = _offence(change, record)
    seen = await change.fact(open_by_vehicle, vehicle_id)
    if seen is not None and await _left_meanwhile(change, officer, seen):
        seen = None
    if seen is None:
        incident, told = await _new(change, officer, record, plate, capture, vehicle_id, about)
    else:
        incident, told = seen, 0  # somebody asked already, and the owner was told then
    for decision in (about, *decisions):
        deciding.keep(change, incident.id, incident.district, decision)
    columns = {
        "incident_id": incident.id,
        "vehicle_id": vehicle_id,
        "offence": about.result["offence"],
        "effective_at": change.at,
        "state": after("waits", "approve"),
    }
    return Effect(columns, told, incident.respond_by)


def _offence(change: Change, record: dict[str, Any]) -> Decision:
    given = {
        "grounds": record["grounds"],
        "vehicle": "non_motor" if record["plate_class"] == E_BIKE else "motor",
    }
    return deciding.ask(change.store, "offence", record["district"], record["filed_at"], given)


async def _left_meanwhile(change: Change, officer: Officer, seen: Incident) -> bool:
    """Whether the open incident is of an earlier stay: the car is seen elsewhere now, so it left there."""
    if (await parking_follow.of_incident(change.connection, seen.id)) is None:
        return False
    ending = IncidentChange(change, seen, seen, actor_of(officer))
    if seen.status == "on_scene":
        raise Conflict(why="officer_there")
    for happened in decide(seen, Settle(), officer, change.at):
        ending.happen(happened)
    await consequences.follow(ending)
    await parking_follow.follow(ending, None, officer)
    # Before the new one is written: one car has one open incident.
    ending.save()
    return True


async def _new(
    change: Change,
    officer: Officer,
    record: dict[str, Any],
    plate: Plate,
    capture: Any,
    vehicle_id: str,
    about: Decision,
) -> tuple[Incident, int]:
    store, district, reason = change.store, record["district"], about.result["reason"]
    trying = await variants.of_request(
        store, change.connection, vehicle_id, district=district, sticker_district=district
    )
    own = await change.fact(respond_seconds_by_district, district)
    where = None
    if record["lat"] is not None:
        where = Location(lat=record["lat"], lng=record["lng"], accuracy_m=record["accuracy_m"])
    zone = await zone_at(change, district, where)
    car = Car(vehicle_id, plate.number, where, place=record["place"], zone=zone)
    first = begin(change, car, district, reason, own=own, trying=trying)
    # Nobody asked: the officer saw it, and his photo goes with it.
    incident = replace(first.incident, requesters=0, origin="officer", photos=1)
    new = IncidentChange(change, None, incident, actor_of(officer))
    told = await _begin(new, officer, capture, trying)
    first.keep(change)
    new.save()
    await watch_hits.met(change, first.met)
    return incident, told


async def _begin(new: IncidentChange, officer: Officer, capture: Any, trying: Variants) -> int:
    """The event, the clock, the photo, and the owner's notice; how many phones were told."""
    new.happen(Happened("requested", new.now), detail={"officer": officer.service_number})
    variants.note(new, trying)
    new.set_deadline("respond", new.now.respond_by)
    new.add(
        photos,
        {
            "id": new.change.store.ids.new(),
            "incident_id": new.now.id,
            "by": actor_of(officer),
            "sha256": capture.sha256,
            "file": capture.file,
            "width": capture.width,
            "height": capture.height,
            "uploaded_at": capture.received_at,
            "taken_at": capture.device_at,
        },
    )
    contacts = await notify.contacts_of(new)
    for contact in contacts[:1]:
        notify.tell_owner(new, contact, TEMPLATE, new.at)
    return len(contacts[:1])


async def record_row(change: Change, record_id: str) -> Any:
    """A record, its row locked; None if there is none."""
    query = select(parking_records).where(parking_records.c.id == record_id).with_for_update()
    return (await change.connection.execute(query)).first()
