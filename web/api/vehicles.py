"""Vehicles: searching for one with a reason, recording what has no motor, and figures that name none."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from models.actions import non_motor, plate_searches
from models.actions.non_motor import NonMotor, Recorded
from models.errors import Forbidden, InvalidField, NotFound, ReasonNeeded, TooManyRequests
from models.queries.non_motor import recorded
from models.queries.vehicle_figures import vehicle_figures
from models.queries.vehicle_history import history, of_incident
from web import whereabouts
from web.answers import Answer
from web.api.shapes import Reason, ShareView
from web.endpoint import Call, Endpoint, Nothing, Shape, keeping

Text = Annotated[str, Meta(min_length=1, max_length=60)]
USUAL = timedelta(days=30)  # of a period that names no beginning
LONGEST = timedelta(days=400)


class Search(Shape):
    """Exactly one of ``plate`` (whole), ``frame`` (the whole number on it) and ``sticker`` (its code)."""

    reason: Reason
    plate: Text | None = None
    plate_class: Annotated[str, Meta(max_length=20)] | None = None
    frame: Text | None = None
    sticker: Text | None = None
    before: Annotated[str, Meta(max_length=80)] | None = None


class WatchView(Shape):
    """``plate_class``: as which the list has the number; look at the colour of the plate."""

    kind: str
    plate_class: str
    date: str | None


class FlagView(Shape):
    """A single flag that stands; ``scope``: a district or a city, ``may_clear``: all of it is the caller's."""

    id: str
    kind: str
    plate_class: str
    scope: str
    source: str
    date: str | None
    since: str
    ends_at: str | None
    may_clear: bool


class HistoryRecord(Shape):
    """``state``: noticed, left, none, warning, penalty (a draft of one), withdrawn."""

    id: str
    state: str
    grounds: str
    offence: int | None
    author: str
    notices: int
    captured_at: str
    ended_at: str | None
    withdrawn_reason: str | None


class HistoryEntry(Shape):
    """One incident of the vehicle; ``notices``: how many reached its owner's phone.

    ``record``: that of an officer who photographed it parked.
    """

    incident: str
    kind: str
    plate_class: str
    district: str
    reason: str
    status: str
    outcome: str | None
    requested_at: str
    notified_at: str | None
    notices: int
    answered_at: str | None
    reply: str | None
    moved_at: str | None
    closed_at: str | None
    officer: str | None
    disposition: str | None
    record: HistoryRecord | None


class NonMotorFound(Shape):
    kind: str
    colour: str | None
    description: str | None
    frame: str | None
    district: str
    recorded_at: str


class History(Shape):
    """A vehicle that nobody knows is answered like one without a history. ``next``: the next page's ``before``.

    ``drafts``: how many parking records of it wait for a countersignature.
    """

    plate: str | None
    non_motor: NonMotorFound | None
    watch: list[WatchView]
    entries: list[HistoryEntry]
    elsewhere: int
    drafts: int
    next: str | None
    flags: list[FlagView] | UnsetType = UNSET


class NewNonMotor(Shape):
    """At least one of plate, frame and description."""

    district: Annotated[str, Meta(min_length=1, max_length=12)]
    kind: Literal["ebike", "bicycle", "tricycle", "other"]
    plate: Annotated[str, Meta(max_length=24)] | None = None
    frame: Annotated[str, Meta(max_length=60)] | None = None
    colour: Annotated[str, Meta(max_length=non_motor.LONGEST_COLOUR)] | None = None
    description: Annotated[str, Meta(max_length=non_motor.LONGEST_DESCRIPTION)] | None = None


class NonMotorRecorded(Shape):
    """``number``: its plate, or what to call it by. ``known``: it was recorded before."""

    vehicle: str
    number: str
    plate_class: str
    known: bool


class NonMotorView(Shape):
    vehicle: str
    number: str
    plate_class: str
    kind: str
    colour: str | None
    description: str | None
    frame_known: bool
    recorded_at: str


class NonMotorList(Shape):
    vehicles: list[NonMotorView]


class FiguresOfVehicles(Shape):
    repeat: ShareView
    left: ShareView


class VehicleFigures(Shape):
    """``now``: of the period; ``before``: of as long a time before it."""

    district: str
    since: str
    until: str
    window_days: int
    now: FiguresOfVehicles
    before: FiguresOfVehicles


async def search(call: Call[Search]) -> Answer:
    body, store, officer = call.body, call.site.store, call.officer
    given: list[tuple[plate_searches.What, str]] = [
        (what, text)  # type: ignore[misc]
        for what, text in (("plate", body.plate), ("frame", body.frame), ("sticker", body.sticker))
        if text is not None
    ]
    if len(given) != 1:
        raise InvalidField(field="plate", why="required")
    what, text = given[0]
    wanted = plate_searches.checked(what, text, body.plate_class)
    await plate_searches.record(store, officer, wanted, body.reason)
    return Answer(await history(store, officer, wanted, body.before))


async def of_its_incident(call: Call[Nothing]) -> Answer:
    before = call.request.query_params.get("before") or None
    return Answer(await of_incident(call.site.store, call.officer, call.path("id"), before))


async def record(call: Call[NewNonMotor]) -> Answer:
    body = call.body
    seen = NonMotor(body.district, body.kind, body.plate, body.frame, body.colour, body.description)
    return _made(await non_motor.record(call.site.store, call.officer, seen, then=keeping(call, _made)))


def _made(done: Recorded) -> Answer:
    view = NonMotorRecorded(
        vehicle=done.vehicle, number=done.number, plate_class=done.plate_class, known=done.known
    )
    return Answer(view, 200 if done.known else 201)


async def every_non_motor(call: Call[Nothing]) -> Answer:
    district = call.path("code")
    if district not in call.officer.districts:
        raise Forbidden
    asked = call.request.query_params
    found = await recorded(call.site.store, district, text=asked.get("text", ""), kind=asked.get("kind", ""))
    return Answer({"vehicles": found})


async def figures(call: Call[Nothing]) -> Answer:
    district, caller = call.path("code"), call.somebody
    if district not in getattr(caller, "districts", frozenset()):
        raise Forbidden
    until = call.instant("until") or call.now
    since = call.instant("since") or until - USUAL
    if not timedelta(0) < until - since <= LONGEST:
        raise InvalidField(field="since", why="out_of_range")
    return Answer(await vehicle_figures(call.site.store, district, since, until))


ENDPOINTS = [
    Endpoint(
        method="POST",
        path="/api/v1/vehicles/search",
        name="search_history",
        handler=search,
        summary="A vehicle's history in the officer's districts, by its whole plate, frame number or sticker; with a"
        " reason, recorded, 30 an hour.",
        module="platform",
        body=Search,
        records_refusals=True,
        answers={200: History},
        errors=(Forbidden, InvalidField, TooManyRequests),
    ),
    Endpoint(
        method="GET",
        path="/api/v1/incidents/{id}/history",
        name="incident_history",
        handler=of_its_incident,
        summary="The history of an incident's vehicle in the officer's districts, under its masked plate, once a reason"
        " was given for its history; recorded.",
        module="move_car",
        where=whereabouts.to_its_end,
        query={"before": "The `next` of the page before."},
        answers={200: History},
        errors=(NotFound, Forbidden, ReasonNeeded, InvalidField),
    ),
    Endpoint(
        method="POST",
        path="/api/v1/vehicles/non-motor",
        name="record_non_motor",
        handler=record,
        summary="Record an electric bicycle or the like, with its plate or without any.",
        module="platform",
        body=NewNonMotor,
        answers={200: NonMotorRecorded, 201: NonMotorRecorded},
        errors=(Forbidden, InvalidField),
        repeatable=True,
    ),
    Endpoint(
        method="GET",
        path="/api/v1/districts/{code}/non-motor",
        name="non_motor",
        handler=every_non_motor,
        summary="What has no motor and was recorded in the district, the newest first.",
        module="platform",
        query={"text": "Stands in description or colour.", "kind": "ebike, bicycle, tricycle or other."},
        answers={200: NonMotorList},
        errors=(Forbidden,),
    ),
    Endpoint(
        method="GET",
        path="/api/v1/districts/{code}/vehicle-figures",
        name="vehicle_figures",
        handler=figures,
        summary="How many vehicles were notified again, and how many left after a notice, each with its n.",
        module="platform",
        query={
            "since": "Beginning, ISO 8601 with zone; 30 days before the end.",
            "until": "End, which is not in it; now.",
        },
        answers={200: VehicleFigures},
        errors=(Forbidden, InvalidField),
    ),
]
