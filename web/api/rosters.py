"""Rosters, zones and templates of a district: for those who plan, commanders and administrators."""

from __future__ import annotations

from typing import Any

from models.actions import roster_files, rosters, zones
from models.duty.rosters import monday
from models.errors import Conflict, Forbidden, InvalidField, NotFound
from models.queries import rosters as queries
from models.queries.zones import zones_of
from web import whereabouts
from web.answers import Answer
from web.api.roster_shapes import (
    Copied,
    CopyBody,
    FileBody,
    FileTaken,
    Made,
    RosterView,
    ShiftBody,
    TemplateBody,
    ZoneBody,
    Zones,
)
from web.endpoint import Call, Endpoint, Nothing, keeping


def _district(call: Call[Any]) -> str:
    """The district of the path, which is one of the caller's."""
    code = call.path("code")
    if code not in call.officer.districts:
        raise Forbidden(field="district")
    return code


async def list_zones(call: Call[Nothing]) -> Answer:
    return Answer({"zones": await zones_of(call.site.store, _district(call))})


async def set_zone(call: Call[ZoneBody]) -> Answer:
    zone = call.body.zone(call.path("zone"))
    await zones.set_zone(call.site.store, call.officer, _district(call), zone)
    return Answer({"zones": await zones_of(call.site.store, _district(call))})


def _made(made: str) -> Answer:
    return Answer(Made(id=made), 201)


async def add_template(call: Call[TemplateBody]) -> Answer:
    then = keeping(call, _made)
    template = call.body.template()
    return _made(
        await zones.add_template(call.site.store, call.officer, _district(call), template, then=then)
    )


async def change_template(call: Call[TemplateBody]) -> Answer:
    await zones.change_template(call.site.store, call.officer, call.path("id"), call.body.template())
    return Answer(Nothing())


async def look(call: Call[Nothing]) -> Answer:
    return Answer(await queries.roster(call.site.store, _district(call), monday(call.path("week"))))


async def add_shift(call: Call[ShiftBody]) -> Answer:
    then = keeping(call, _made)
    district, week = _district(call), monday(call.path("week"))
    return _made(
        await rosters.add(call.site.store, call.officer, district, week, call.body.wanted(), then=then)
    )


async def change_shift(call: Call[ShiftBody]) -> Answer:
    await rosters.change_shift(call.site.store, call.officer, call.path("id"), call.body.wanted())
    return Answer(Nothing())


async def remove_shift(call: Call[Nothing]) -> Answer:
    await rosters.remove(call.site.store, call.officer, call.path("id"))
    return Answer(Nothing())


async def publish(call: Call[Nothing]) -> Answer:
    week = monday(call.path("week"))
    await rosters.publish(call.site.store, call.officer, _district(call), week)
    return Answer(await queries.roster(call.site.store, _district(call), week))


def _copied(count: str) -> Answer:
    return Answer(Copied(copied=int(count)), 201)


async def copy(call: Call[CopyBody]) -> Answer:
    then = keeping(call, _copied)
    week, source = monday(call.path("week")), monday(call.body.week)
    return _copied(
        await rosters.copy(call.site.store, call.officer, _district(call), week, source, then=then)
    )


async def take_in(call: Call[FileBody]) -> Answer:
    district, week = _district(call), monday(call.path("week"))

    def answer(view: dict[str, Any]) -> Answer:
        say, language = call.site.store.texts.in_district(district).say, call.language
        refused = [
            {**one, "message": say(language, f"errors.roster_line.{one['why']}")} for one in view["refused"]
        ]
        return Answer({"placed": view["placed"], "refused": refused})

    then = keeping(call, answer)
    return answer(
        await roster_files.take_in(call.site.store, call.officer, district, week, call.body.csv, then=then)
    )


_ROSTER = "/api/v1/districts/{code}/rosters/{week}"
_ERRORS = (Forbidden, NotFound, InvalidField)
ENDPOINTS = [
    Endpoint(
        method="GET",
        path="/api/v1/districts/{code}/zones",
        name="zones",
        handler=list_zones,
        summary="The zones of a district: named parts of it, with or without a border.",
        module="duty",
        where=whereabouts.of_district_to_prepare,
        answers={200: Zones},
        errors=(Forbidden,),
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/districts/{code}/zones/{zone}",
        name="set_zone",
        handler=set_zone,
        summary="Make a zone, change it, or (active: false) give it up; what was planned for it stays.",
        module="duty",
        where=whereabouts.of_district_to_prepare,
        body=ZoneBody,
        answers={200: Zones},
        errors=_ERRORS,
    ),
    Endpoint(
        method="POST",
        path="/api/v1/districts/{code}/shift-templates",
        name="add_shift_template",
        handler=add_template,
        summary="A shift that comes again day by day, across midnight or not.",
        module="duty",
        where=whereabouts.of_district_to_prepare,
        body=TemplateBody,
        answers={201: Made},
        errors=_ERRORS,
        repeatable=True,
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/shift-templates/{id}",
        name="change_shift_template",
        handler=change_template,
        summary="Change a template, or (active: false) give it up. Shifts that were made of it stay as they are.",
        module="duty",
        where=whereabouts.to_its_end,
        body=TemplateBody,
        answers={200: Nothing},
        errors=_ERRORS,
    ),
    Endpoint(
        method="GET",
        path=_ROSTER,
        name="roster",
        handler=look,
        summary="A week's roster: who stands where, who is required, who has signed on, who came unplanned.",
        module="duty",
        where=whereabouts.of_district_to_prepare,
        answers={200: RosterView},
        errors=_ERRORS,
    ),
    Endpoint(
        method="POST",
        path=f"{_ROSTER}/shifts",
        name="add_roster_shift",
        handler=add_shift,
        summary="A shift with those who stand in it. Until the roster is published nobody else sees it.",
        module="duty",
        where=whereabouts.of_district_to_prepare,
        body=ShiftBody,
        answers={201: Made},
        errors=(*_ERRORS, Conflict),
        repeatable=True,
    ),
    Endpoint(
        method="PUT",
        path="/api/v1/roster-shifts/{id}",
        name="change_roster_shift",
        handler=change_shift,
        summary="Change a shift and who stands in it; in a published roster it counts at once.",
        module="duty",
        where=whereabouts.to_its_end,
        body=ShiftBody,
        answers={200: Nothing},
        errors=(*_ERRORS, Conflict),
    ),
    Endpoint(
        method="DELETE",
        path="/api/v1/roster-shifts/{id}",
        name="remove_roster_shift",
        handler=remove_shift,
        summary="Take a shift out, as long as nobody has signed on for it.",
        module="duty",
        where=whereabouts.to_its_end,
        answers={200: Nothing},
        errors=(*_ERRORS, Conflict),
    ),
    Endpoint(
        method="PUT",
        path=f"{_ROSTER}/published",
        name="publish_roster",
        handler=publish,
        summary="Publish the roster: officers see their shifts and sign on for them. Twice changes nothing.",
        module="duty",
        where=whereabouts.of_district_to_prepare,
        answers={200: RosterView},
        errors=_ERRORS,
    ),
    Endpoint(
        method="POST",
        path=f"{_ROSTER}/copy",
        name="copy_roster",
        handler=copy,
        summary="Begin an empty week with the shifts and people of another one.",
        module="duty",
        where=whereabouts.of_district_to_prepare,
        body=CopyBody,
        answers={201: Copied},
        errors=(*_ERRORS, Conflict),
        repeatable=True,
    ),
    Endpoint(
        method="POST",
        path=f"{_ROSTER}/import",
        name="import_roster",
        handler=take_in,
        summary="Take in a CSV file: sound lines stand in the roster, the others are told with line and column.",
        module="duty",
        where=whereabouts.of_district_to_prepare,
        body=FileBody,
        answers={200: FileTaken},
        errors=_ERRORS,
        repeatable=True,
    ),
]
