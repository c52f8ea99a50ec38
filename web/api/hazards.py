"""Hazards of the road: reported without an account or a plate, followed by whoever sees the same one, and the

district's list with what each agency has to see to.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from models.actions import audit
from models.actions.hazards import Followed, HazardReport, district_at, join, report
from models.errors import Forbidden, IllegalTransition, InvalidField, NotFound, SwitchedOff, TooManyRequests
from models.geography import Location, parse_location
from models.incident.kinds import REASONS
from models.queries import hazards
from web import hazard_files, whereabouts
from web.answers import Answer, FileAnswer
from web.api.shapes import IncidentView, Place, PlaceView
from web.endpoint import Call, Endpoint, Nothing, Shape, keeping
from web.visitor import address_digest

Reason = Literal[
    "signal_out", "sign_missing", "marking_worn", "barrier_broken", "manhole", "pothole", "lamp_out", "spill",
    "debris", "obstructing", "fire_lane", "other",
]  # fmt: skip
QUERY = {
    "reason": "The category.",
    "lat": "Degrees.",
    "lng": "Degrees.",
    "crs": "wgs84 (usual) or gcj02.",
}


class ReportedHazard(Shape):
    """``location``, or else ``place`` in words and the ``district``. ``message``: for those who see to it."""

    reason: Reason
    location: Place | None = None
    place: Annotated[str, Meta(max_length=120)] | None = None
    district: Annotated[str, Meta(max_length=12)] | None = None
    message: Annotated[str, Meta(max_length=500)] | None = None


class HazardFollowed(Shape):
    incident: IncidentView
    channel: str
    access_token: str


class NearHazard(Shape):
    id: str
    reason: str
    status: str
    place: str | None
    lat: float | None
    lng: float | None
    metres: int
    requested_at: str
    promised_by: str | None
    followers: int


class NearHazards(Shape):
    """``district``: where the place lies; None where it is in none of ours. ``around``: of any category, for a map."""

    district: str | None
    hazards: list[NearHazard]
    around: list[NearHazard]


class HazardView(Shape):
    """``overdue``: open after ``respond_by``. ``number``: what the agency's own system calls it."""

    id: str
    reason: str
    status: str
    outcome: str | None
    place: str | None
    location: PlaceView | None
    body: str
    agency: str | None
    filing: str | None
    number: str | None
    source: str
    followers: int
    photos: int
    officer: str | None
    requested_at: str
    respond_by: str
    noted_at: str | None
    promised_by: str | None
    mended_at: str | None
    closed_at: str | None
    reopen_until: str | None
    overdue: bool


class AgencyView(Shape):
    id: str
    code: str
    body: str
    district: str | None
    name: str
    name_en: str
    channel: str
    has_contact: bool
    has_key: bool


class HazardList(Shape):
    now: str
    hazards: list[HazardView]
    agencies: list[AgencyView]


async def near(call: Call[Nothing]) -> Answer:
    site, asked = call.site, call.request.query_params
    if site.settings.limits:
        site.look_ups.count(address_digest(call.request, site.signer), call.now)
    reason, place = asked.get("reason", ""), _place_of(asked)
    if reason not in REASONS["hazard"]:
        raise InvalidField(field="reason", why="unknown")
    async with site.store.database.read() as connection:
        district = await district_at(site.store, connection, place, None)
    same, around = await hazards.near(site.store, reason, place, district)
    return Answer({"district": district, "hazards": same, "around": around})


def _place_of(asked: Any) -> Location:
    try:
        lat, lng = float(asked.get("lat", "")), float(asked.get("lng", ""))
    except ValueError:
        raise InvalidField(field="lat", why="wrong_type") from None
    return parse_location({"lat": lat, "lng": lng, "crs": asked.get("crs", "wgs84")}, "location")


async def add(call: Call[ReportedHazard]) -> Answer:
    body = call.body
    given = HazardReport(
        reason=body.reason,
        location=None if body.location is None else body.location.location("location"),
        place=body.place,
        district=body.district,
        message=body.message or None,
        device=call.device if call.own_device else None,
        address=call.address,
    )
    return _answer(await report(call.site.store, given, then=keeping(call, _answer)))


async def follow(call: Call[Nothing]) -> Answer:
    device = call.device if call.own_device else None
    found = await join(
        call.site.store, call.path("id"), device=device, address=call.address, then=keeping(call, _answer)
    )
    return _answer(found)


def _answer(found: Followed) -> Answer:
    body = {
        "incident": found.view,
        "channel": f"incident:{found.view['id']}",
        "access_token": found.token,
    }
    return Answer(body, 200 if found.joined else 201)


async def listed(call: Call[Nothing]) -> Answer:
    return Answer(await _list(call))


async def exported(call: Call[Nothing]) -> FileAnswer:
    """What one agency, or everybody, has to see to: as a table, or as JSON."""
    told = await _list(call)
    await audit.look(call.site.store, call.officer, f"district:{call.path('code')}")
    as_json = call.request.query_params.get("format") == "json"
    name = f"hazards-{call.path('code')}.{'json' if as_json else 'csv'}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    if as_json:
        return FileAnswer(msgspec.json.encode(told["hazards"]), hazard_files.JSON_TYPE, headers)
    return FileAnswer(hazard_files.table(told["hazards"]), hazard_files.CSV_TYPE, headers)


async def _list(call: Call[Nothing]) -> dict[str, Any]:
    code = call.path("code")
    if code not in call.officer.districts:
        raise Forbidden
    agency = call.request.query_params.get("agency")
    return await hazards.of_district(call.site.store, code, agency=agency, since=call.instant("since"))


ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/hazards/near",
        name="near_hazards",
        handler=near,
        summary="Open hazards of one category, so near that they may be the same; and any within 500 m.",
        module="hazards",
        where=whereabouts.of_asked_place,
        query=QUERY,
        answers={200: NearHazards},
        errors=(InvalidField, TooManyRequests, SwitchedOff),
    ),
    Endpoint(
        method="POST",
        path="/api/v1/hazards",
        name="report_hazard",
        answered_as="requester",
        handler=add,
        summary="Report a hazard. No plate, no account; whoever reports follows it.",
        module="hazards",
        where=whereabouts.of_body_place,
        body=ReportedHazard,
        answers={201: HazardFollowed},
        errors=(InvalidField, TooManyRequests, SwitchedOff),
        repeatable=True,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/hazards/{id}/join",
        name="join_hazard",
        answered_as="requester",
        handler=follow,
        summary="Follow an open hazard that somebody else has reported.",
        module="hazards",
        where=whereabouts.to_its_end,
        answers={200: HazardFollowed},
        errors=(NotFound, IllegalTransition, TooManyRequests),
        repeatable=True,
    ),
    Endpoint(
        method="GET",
        path="/api/v1/districts/{code}/hazards",
        name="hazards",
        handler=listed,
        summary="The district's open hazards, those of the last fortnight that are closed, and its agencies.",
        module="hazards",
        where=whereabouts.of_district,
        query={"agency": "Only what this agency has.", "since": "Closed ones from this instant on."},
        answers={200: HazardList},
        errors=(NotFound, Forbidden, SwitchedOff),
    ),
    Endpoint(
        method="GET",
        path="/api/v1/districts/{code}/hazards/export",
        name="export_hazards",
        handler=exported,
        summary="The same as a file for an agency; the look is recorded.",
        module="hazards",
        where=whereabouts.of_district,
        query={
            "agency": "Only what this agency has.",
            "since": "Closed ones from this instant on.",
            "format": "csv (usual) or json.",
        },
        answers={200: None},
        errors=(NotFound, Forbidden, SwitchedOff),
        media="text/csv",
    ),
]
