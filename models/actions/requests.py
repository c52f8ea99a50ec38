"""A request to move a car: made by whoever stands before it, or joined when somebody else was first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from models import plates
from models.actions import consequences
from models.actions.incident_change import IncidentChange, until_saved
from models.actions.proof import REFUSALS
from models.caller import Participant
from models.errors import (
    InvalidField,
    PlateTailWrong,
    StickerUnknown,
)
from models.geography import Location
from models.incident.commands import Join
from models.incident.decide import Happened, decide
from models.incident.incident import Incident, from_row
from models.incident.views import View, district_view, public_view
from models.store import Change, Store
from models.tables import districts, incidents, stickers, vehicles

REASONS = ("blocking", "space", "fire_lane", "other")
LONGEST_MESSAGE = 200  # characters


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """``device`` and ``address`` are hashes (16 bytes), for limits; no ``location``: kept to himself."""

    sticker: str
    plate_tail: str
    reason: str
    message: str | None = field(default=None, repr=False)
    location: Location | None = None
    device: bytes | None = None
    address: bytes | None = None


@dataclass(frozen=True, slots=True)
class Requested:
    """``view`` is the requester's; ``token`` is told only now; ``joined``: somebody was first."""

    view: View
    token: str = field(repr=False)
    joined: bool
    participant: str


# Runs in the same transaction: a limit to check before anything is written, a first answer to keep after.
Guard = Callable[[Change, Any], Awaitable[None]]
Then = Callable[[AsyncConnection, Requested], Awaitable[None]]


async def request_move(
    store: Store, request: MoveRequest, *, guard: Guard | None = None, then: Then | None = None
) -> Requested:
    """Makes the request, or joins the open one of the same car.

    ``guard`` gets the change and the sticker's row (with ``vehicle_id``) and may raise. Raises InvalidField,
    PlateTailWrong, IllegalTransition (an officer is at the car already) and the sticker's refusals.
    """
    if request.reason not in REASONS:
        raise InvalidField(field="reason", why="unknown")
    if request.message is not None and len(request.message) > LONGEST_MESSAGE:
        raise InvalidField(field="message", why="too_long", limit=LONGEST_MESSAGE)

    async def attempt() -> Requested:
        async with store.change() as change:
            return await _request(change, request, guard, then)

    return await until_saved(attempt)


async def _request(change: Change, request: MoveRequest, guard: Guard | None, then: Then | None) -> Requested:
    row = await _bound_sticker(change, request)
    if guard is not None:
        await guard(change, row)
    token = change.store.ids.secret()
    participant = change.store.ids.new()
    person = _person(change, request, participant)
    query = (
        select(incidents)
        .where(
            incidents.c.vehicle_id == row.vehicle_id,
            incidents.c.kind == "move_car",
            incidents.c.status != "closed",
        )
        .with_for_update()
    )
    open_row = (await change.connection.execute(query)).mappings().first()
    if open_row is None:
        made = await _new(change, request, row, token, person)
    else:
        made = _join(change, from_row(open_row), token, person)
    await made.save()
    view = public_view(district_view(made.now))
    result = Requested(view, token, joined=open_row is not None, participant=participant)
    if then is not None:
        await then(change.connection, result)
    return result


def _join(change: Change, seen: Incident, token: str, person: dict[str, Any]) -> IncidentChange:
    caller = Participant(str(person["id"]), seen.id, "requester")
    joining = IncidentChange(change, seen, seen, f"requester:{person['id']}")
    for happened in decide(seen, Join(), caller, change.at):
        joining.happen(happened)
    consequences.joined(joining, token=token, person=person)
    return joining


async def _new(
    change: Change, request: MoveRequest, row: Any, token: str, person: dict[str, Any]
) -> IncidentChange:
    incident = await _incident(change, request, row)
    new = IncidentChange(change, None, incident, f"requester:{person['id']}")
    new.happen(Happened("requested", incident))
    await consequences.requested(new, token=token, location_refused=request.location is None, person=person)
    return new


async def _incident(change: Change, request: MoveRequest, row: Any) -> Incident:
    store, place = change.store, request.location
    district = row.district
    if place is not None:
        district = store.boundaries.district_of(place) or district
    own = select(districts.c.respond_seconds).where(districts.c.code == district)
    seconds = (await change.connection.execute(own)).scalar_one_or_none() or store.rules.response_seconds(
        "move_car", request.reason
    )
    return Incident(
        id=store.ids.new(),
        kind="move_car",
        status="waiting",
        outcome=None,
        district=district,
        version=1,
        feed_offset=1,
        reason=request.reason,
        priority=1 if request.reason == "fire_lane" else 0,
        escalation=0,
        sticker_id=row.id,
        vehicle_id=row.vehicle_id,
        plate_masked=plates.mask(row.plate),
        place=None,
        lat=None if place is None else place.lat,
        lng=None if place is None else place.lng,
        accuracy_m=None if place is None else place.accuracy_m,
        response_seconds=seconds,
        requested_at=change.at,
        respond_by=change.at + timedelta(seconds=seconds),
    )


async def _bound_sticker(change: Change, request: MoveRequest) -> Any:
    query = (
        select(stickers, vehicles.c.plate)
        .outerjoin(vehicles, vehicles.c.id == stickers.c.vehicle_id)
        .where(stickers.c.code == request.sticker)
        # Scanners of one sticker queue here, so that the second finds the first one's incident.
        .with_for_update(of=stickers)
    )
    row = (await change.connection.execute(query)).first()
    if row is None:
        raise StickerUnknown(field="sticker")
    if row.status != "bound":
        raise REFUSALS[row.status](field="sticker")
    if not plates.tail_matches(row.plate, request.plate_tail):
        raise PlateTailWrong(field="plate_tail", remaining=change.store.rules.wrong_tails - 1)
    return row


def _person(change: Change, request: MoveRequest, participant: str) -> dict[str, Any]:
    sealed = None
    if request.message:
        sealed = change.store.vault.seal("participants.message_sealed", participant, request.message)
    return {
        "id": participant,
        "device": request.device,
        "address": request.address,
        "message_sealed": sealed,
    }
