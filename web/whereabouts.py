"""What a call is about, so that its module can be judged there: the district of a sticker, of a path, of a shift.

Asked only while the module is not simply on for everybody.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from models.actions.callers import caller_of_token
from models.actions.hazards import district_at
from models.caller import Officer, Participant, Wall
from models.errors import InvalidField, Unauthenticated
from models.geography import Location, parse_location
from models.queries.installation import Installation, installation
from models.queries.stickers import sticker_place
from models.store import Store
from models.tables import incidents
from web.endpoint import Call, Place
from web.site import Site, site_of
from web.visitor import SESSION_COOKIE


async def to_its_end(_call: Call[Any]) -> Place | None:
    """About an incident, shift or binding that is there already: it is carried to its end."""
    return None


async def of_sticker(call: Call[Any]) -> Place | None:
    """The sticker of the path. One that is unknown is the handler's to refuse."""
    return await scanned(call.site.store, call.path("code"))


async def of_sticker_to_bind(call: Call[Any]) -> Place | None:
    """The sticker of the path, whose owner gets ready before anybody can ask for his car to be moved."""
    return await scanned(call.site.store, call.path("code"), beforehand=True)


async def of_body_sticker(call: Call[Any]) -> Place | None:
    """The sticker that was scanned."""
    return await scanned(call.site.store, call.body.sticker)


async def of_accident(call: Call[Any]) -> Place | None:
    """Where an accident is reported; one that names no place and no district is the handler's to refuse."""
    store, body = call.site.store, call.body
    location = None if body.location is None else body.location.location("location")
    async with store.database.read() as connection:
        district = await district_at(store, connection, location, body.district)
    return None if district is None else Place(district)


async def scanned(store: Store, code: str, *, beforehand: bool = False) -> Place | None:
    """Where a sticker belongs. None for none of ours, and while its car is asked for: who comes then joins in."""
    found = await sticker_place(store, code)
    if found is None:
        return None
    if found.vehicle_id is not None and await _is_open(store, incidents.c.vehicle_id == found.vehicle_id):
        return None
    return Place(found.district, found.units, beforehand)


async def of_body_place(call: Call[Any]) -> Place | None:
    """Where something was seen. A place in no district is the handler's to refuse."""
    body = call.body
    return await _at(
        call, None if body.location is None else body.location.location("location"), body.district
    )


async def of_asked_place(call: Call[Any]) -> Place | None:
    """The place behind the question mark. What is none is the handler's to refuse."""
    asked = call.request.query_params
    try:
        given = {"lat": float(asked["lat"]), "lng": float(asked["lng"]), "crs": asked.get("crs", "wgs84")}
        return await _at(call, parse_location(given, "location"), None)
    except (KeyError, ValueError, InvalidField):
        return None


async def of_asked_district(call: Call[Any]) -> Place | None:
    """The district behind the question mark; a call that names none is the handler's to refuse."""
    code = call.request.query_params.get("district", "")
    return Place(code) if code else None


async def _at(call: Call[Any], location: Location | None, said: str | None) -> Place | None:
    store = call.site.store
    async with store.database.read() as connection:
        district = await district_at(store, connection, location, said)
    return None if district is None else Place(district)


async def of_district(call: Call[Any]) -> Place | None:
    """The district of the path, as long as nothing is open in it."""
    code = call.path("code")
    if await _is_open(call.site.store, incidents.c.district == code):
        return None
    return Place(code)


async def of_district_to_prepare(call: Call[Any]) -> Place | None:
    """The district of the path, which gets ready before its module is on for everybody: zones, rosters."""
    return Place(call.path("code"), beforehand=True)


async def of_new_shift(call: Call[Any]) -> Place | None:
    """Where somebody wants to go on duty; off duty he may always go."""
    return Place(call.body.district) if call.body.on_duty else None


async def of_report(call: Call[Any]) -> Place | None:
    """Where an offence was seen."""
    body = call.body
    where = None if body.location is None else body.location.location("location")
    return Place(await district_of_report(call.site.store, where, body.district))


async def district_of_report(store: Store, where: Location | None, named: str | None) -> str:
    """The district in which a place lies, or the one that is named, or the nearest seat's.

    Raises InvalidField where nothing says so.
    """
    async with store.database.read() as connection:
        found = await district_at(store, connection, where, named)
    if found is None:
        raise InvalidField(field="district", why="required" if named is None else "unknown")
    return found


async def city_of(call: Call[Any]) -> str | None:
    """The city in whose words a refusal is written; None when it is not known, or nobody can say now."""
    store = call.site.store
    if store.texts.only_city is not None:
        return store.texts.only_city
    if isinstance(call.caller, Officer | Wall):
        return store.texts.city_of_all(call.caller.districts)
    try:
        district = await _district(store, call)
    except (SQLAlchemyError, OSError, TimeoutError):
        return None
    return None if district is None else store.texts.city_of(district)


async def _district(store: Store, call: Call[Any]) -> str | None:
    """Of the caller's incident, or of the sticker that the call names."""
    if isinstance(call.caller, Participant):
        query = select(incidents.c.district).where(incidents.c.id == call.caller.incident_id)
        async with store.database.read() as connection:
            district: str | None = (await connection.execute(query)).scalar_one_or_none()
        return district
    code = call.request.path_params.get("code") or getattr(call.body, "sticker", None)
    found = await sticker_place(store, code) if isinstance(code, str) else None
    return None if found is None else found.district


async def city_of_staff(request: Request, site: Site) -> str | None:
    """The city of the officer whose browser asks for a page; None for anybody else, and for one of several cities."""
    texts, token = site.store.texts, request.cookies.get(SESSION_COOKIE, "")
    if texts.only_city is not None or not token:
        return texts.only_city
    try:
        caller = await caller_of_token(site.store, token)
    except Unauthenticated:
        return None
    return texts.city_of_all(caller.districts) if isinstance(caller, Officer) else None


async def of_page(request: Request) -> tuple[Site, Installation]:
    """Where a page is: the city that its address names, or that of the districts of whoever is signed in."""
    site = site_of(request)
    here = await installation(site.store)
    asked = request.query_params.get("city", "")
    known = asked in site.store.texts.cities
    return site, replace(here, city=asked if known else await city_of_staff(request, site))


async def _is_open(store: Store, condition: Any) -> bool:
    query = select(exists().where(condition, incidents.c.status != "closed"))
    async with store.database.read() as connection:
        return bool((await connection.execute(query)).scalar_one())
