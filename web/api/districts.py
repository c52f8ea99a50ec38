"""Districts: what there is, what is open there, and the figures of the day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from models.caller import Officer, Wall
from models.errors import Forbidden, InvalidField, NotFound, SwitchedOff
from models.queries import board as boards
from models.queries import desk as desks
from models.queries.response import response_of_district
from models.tables import districts
from web import whereabouts
from web.answers import Answer
from web.api.shapes import IncidentView, OfferView, PanicView, ShareView
from web.endpoint import Call, Endpoint, Nothing, Shape
from web.local import local_wall


class DistrictView(Shape):
    code: str
    name: str
    name_en: str
    city: str
    parent: str | None


class Districts(Shape):
    districts: list[DistrictView]


class Board(Shape):
    """The open incidents, the alarms of officers that stand, and where ``district:<code>`` stood just then."""

    incidents: list[IncidentView]
    panics: list[PanicView]
    offset: int
    epoch: str


class Suggested(Shape):
    """``duplicate`` may be the same as ``into``, which was requested before it."""

    duplicate: str
    into: str
    metres: int | None
    seconds_apart: int
    same_plate: bool


class Neighbour(Shape):
    code: str
    name: str
    name_en: str


class Watched(Shape):
    """An alarm about a stolen car or a cloned plate at an open incident, as the officers' own channels told it."""

    incident: str
    district: str
    plate: str
    kinds: list[str]
    plate_classes: list[str]
    at: str


class Desk(Shape):
    """``offers`` by incident, each with when it was received, seen and accepted; ``duplicates`` are suggestions.

    ``watched``: so that an alarm is shown that was raised before the page was opened.
    """

    district: str
    at: str
    offers: dict[str, list[OfferView]]
    on_duty: list[OnDuty]
    duplicates: list[Suggested]
    watched: list[Watched]
    neighbours: list[Neighbour]


class Spread(Shape):
    """Seconds; ``n``: of how many incidents."""

    median: float | None
    p90: float | None
    n: int


class Response(Shape):
    """Of the incidents requested in ``[since, until)``; how each figure is defined says docs/api.md."""

    district: str
    since: str
    until: str
    incidents: int
    self_initiated: int
    cancelled_before_dispatch: int
    queue: Spread
    turnout: Spread
    travel: Spread
    response: Spread
    on_scene: Spread
    consumed: Spread
    total: Spread


class Closed(Shape):
    incidents: list[IncidentView]


class OnDuty(Shape):
    """An officer on duty and what he is doing; WGS-84 degrees."""

    officer: str
    unit: str
    role: str
    busy: bool
    status: str
    status_at: str | None
    since: str
    lat: float | None
    lng: float | None
    position_at: str | None


class BoardVehicles(Shape):
    """Of the last ``days``: ``left`` after the notice. ``repeat``: notified again within ``window_days``."""

    days: int
    window_days: int
    repeat: ShareView
    left: ShareView


class Figures(Shape):
    """``day``: counts of the last 24 hours. Shares are not computed here: each count comes with its n."""

    district: str
    at: str
    statuses: dict[str, int]
    day: dict[str, Any]
    vehicles: BoardVehicles
    on_duty: list[OnDuty]


async def every(call: Call[Nothing]) -> Answer:
    async with call.site.store.database.read() as connection:
        rows = (await connection.execute(select(districts).order_by(districts.c.code))).all()
    views = [
        DistrictView(
            code=row.code, name=row.name, name_en=row.name_en, city=row.city_code, parent=row.parent_code
        )
        for row in rows
    ]
    return Answer(Districts(districts=views))


async def _code(call: Call[Nothing]) -> str:
    """The district of the path, which the caller belongs to."""
    caller, code = call.somebody, call.path("code")
    if isinstance(caller, Officer | Wall) and code in caller.districts:
        return code
    # The sample city's wall may stand in the same browser as somebody who is signed in elsewhere.
    wall = await local_wall(call.request, call.site)
    if wall is None or code not in wall.districts:
        raise Forbidden
    return code


async def board(call: Call[Nothing]) -> Answer:
    return Answer(await boards.board(call.site.store, await _code(call)))


async def figures(call: Call[Nothing]) -> Answer:
    return Answer(await boards.figures(call.site.store, await _code(call), call.site.shares))


async def desk(call: Call[Nothing]) -> Answer:
    return Answer(await desks.desk(call.site.store, await _code(call)))


async def response(call: Call[Nothing]) -> Answer:
    code = await _code(call)
    until = call.instant("until") or call.now
    since = call.instant("since") or until - timedelta(days=1)
    return Answer(await response_of_district(call.site.store, code, since, until))


async def closed(call: Call[Nothing]) -> Answer:
    officer_id = call.officer.id if call.request.query_params.get("mine") == "1" else None
    views = await boards.closed_of_day(call.site.store, await _code(call), officer_id=officer_id)
    return Answer({"incidents": views})


_ERRORS = (Forbidden, NotFound, SwitchedOff)
ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/districts",
        name="districts",
        handler=every,
        summary="All districts, by code of GB/T 2260.",
        module="platform",
        answers={200: Districts},
    ),
    Endpoint(
        method="GET",
        path="/api/v1/districts/{code}/board",
        name="board",
        handler=board,
        summary="The open incidents with the position to subscribe from.",
        module="move_car",
        where=whereabouts.of_district,
        answers={200: Board},
        errors=_ERRORS,
    ),
    Endpoint(
        method="GET",
        path="/api/v1/districts/{code}/figures",
        name="figures",
        handler=figures,
        summary="The figures of the last 24 hours, and who is on duty.",
        module="move_car",
        where=whereabouts.of_district,
        answers={200: Figures},
        errors=_ERRORS,
    ),
    Endpoint(
        method="GET",
        path="/api/v1/districts/{code}/desk",
        name="desk",
        handler=desk,
        summary="For commanders: who was asked and what became of it, who is on duty, what may be a duplicate.",
        module="move_car",
        where=whereabouts.of_district,
        answers={200: Desk},
        errors=_ERRORS,
    ),
    Endpoint(
        method="GET",
        path="/api/v1/districts/{code}/response",
        name="response",
        handler=response,
        summary="The response figures of a period: median and 90th percentile, each with its n.",
        module="move_car",
        where=whereabouts.of_district,
        query={
            "since": "ISO 8601 with offset; a day before `until` when not said.",
            "until": "ISO 8601 with offset, at most 92 days after `since`; now when not said.",
        },
        answers={200: Response},
        errors=(*_ERRORS, InvalidField),
    ),
    Endpoint(
        method="GET",
        path="/api/v1/districts/{code}/closed",
        name="closed",
        handler=closed,
        summary="What was closed in the last 24 hours, the newest first, at most 100.",
        module="move_car",
        where=whereabouts.of_district,
        query={"mine": "1: only what the calling officer had."},
        answers={200: Closed},
        errors=_ERRORS,
    ),
]
