"""The pages of accidents: the first question, a party's link, and the check of a document by its code.

A page never decides who may what; of a document it shows no more than whoever holds it has in his hand.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from models.access.rights import may, role_of
from models.accident.forms import ANSWERS, GRADES, IMPACTS, MANOEUVRES_OF, OPPOSITE, VEHICLE_TYPES, WEATHER
from models.actions import callers
from models.caller import Officer, Participant
from models.clock import BEIJING
from models.errors import SwitchedOff, Unauthenticated
from models.flags.definitions import module_key
from models.parking.stays import grouped, read_code
from models.queries.accidents import Verified, verified
from models.queries.documents import Genuine, genuine
from models.queries.installation import Installation, district_names
from web import pages
from web.endpoint import Place
from web.gate import check_place
from web.language import choose
from web.site import Site
from web.visitor import SESSION_COOKIE, address_digest
from web.whereabouts import of_page


async def accident(request: Request) -> Response:
    """The first question; or, with ``?join=``, the other phone's way in."""
    site, here = await of_page(request)
    _count(request, site)
    districts = await _districts(request, site)
    if not districts:
        text = pages.words(request, here).say(choose(request.scope), "errors.switched_off.accidents")
        return pages.message(request, "switched_off", text, 403, here)
    join = "".join(one for one in request.query_params.get("join", "")[:20] if one.isdigit())
    data = {"districts": districts, **({"join": join} if join else {})}
    response = _shell(request, here, data)
    pages.name_device(request, response)
    return response


async def party(request: Request) -> Response:
    """What a party's link opens; the token stands in the address, so nothing may keep it or pass it on."""
    site, here = await of_page(request)
    token = request.path_params["token"]
    try:
        caller = await callers.caller_of_token(site.store, token)
        if not isinstance(caller, Participant) or caller.role != "party":
            raise Unauthenticated
    except Unauthenticated:
        text = pages.words(request, here).say(choose(request.scope), "errors.link_ended")
        return pages.message(request, "link_ended", text, 410, here)
    data = {"districts": [], "token": token, "accident": caller.incident_id}
    return _shell(request, here, data)


def _shell(request: Request, here: Installation, data: dict[str, Any]) -> Response:
    words, language = pages.words(request, here), choose(request.scope)
    told = {
        "call": words.call(language),
        "answers": list(ANSWERS),
        "manoeuvres": {form: list(of) for form, of in MANOEUVRES_OF.items()},
        "grades": list(GRADES),
        "weather": list(WEATHER),
        "vehicles": list(VEHICLE_TYPES),
        "impacts": list(IMPACTS),
    }
    return pages.shell(request, "accident", told | data, areas=("accident", "uploads"), here=here)


async def _districts(request: Request, site: Site) -> list[dict[str, str]]:
    """Where accidents are handled on the phone, for whoever asks."""
    key = "name" if choose(request.scope) == "zh" else "name_en"
    found = []
    for one in await district_names(site.store):
        if not site.store.flags.is_plain(module_key("accidents")):
            try:
                await check_place(request, site, "accidents", Place(one["code"]))
            except SwitchedOff:
                continue
        found.append({"code": one["code"], "name": one[key]})
    return found


async def verify(request: Request) -> Response:
    """A document by its code: whether it counts, and what to compare it with. Codes are limited like stickers."""
    site, here = await of_page(request)
    _count(request, site)
    typed = str(request.path_params.get("code") or request.query_params.get("code") or "")
    code = read_code(typed[:40])
    found = None if code is None else await verified(site.store, code)
    number = 0 if choose(request.scope) == "zh" else 1
    of_record = None if found is not None or code is None else await genuine(site.store, code)
    if of_record is not None:
        return _of_record(request, here, of_record, number)
    shown = None
    if found is not None:
        shown = {
            "valid": found.withdrawn_at is None,
            "kind": found.kind,
            "code": grouped(found.code),
            "sha256": found.sha256,
            "made": f"{found.made_at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
            "happened": f"{found.happened_at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
            "where": " ".join(one for one in (found.district[number], found.place) if one),
            "form": found.form,
            "plates": [one or "—" for one in found.plates],
            "grades": [found.grade_a, OPPOSITE[found.grade_a]],
            "photos": found.photos,
            "officer": found.officer,
            "unit": found.unit,
            "withdrawn": found.withdrawn_at and f"{found.withdrawn_at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
            "received": found.received,
            "desk": await _desk(request, site, found),
            "review": "open" if found.review in {"requested", "forwarded"} else found.review,
        }
    status = 200 if found is not None or not typed else 404
    return pages.page(request, "verify.html", here=here, status=status, found=shown, typed=typed[:40])


def _of_record(request: Request, here: Installation, found: Genuine, number: int) -> Response:
    shown = {
        "kind": found.kind,
        "code": grouped(found.code),
        "sha256": found.sha256,
        "district": found.district[number],
        "about": f"{found.about_at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
        "made": f"{found.made_at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
    }
    return pages.page(request, "document.html", here=here, found=shown)


async def _desk(request: Request, site: Site, found: Verified) -> str | None:
    """Where an officer of its district opens the accident whose document he is shown; None for everybody else."""
    token = request.cookies.get(SESSION_COOKIE, "")
    if not token:
        return None
    try:
        caller = await callers.caller_of_token(site.store, token)
    except Unauthenticated:
        return None
    if not isinstance(caller, Officer) or found.district_code not in caller.districts:
        return None
    if not may(role_of(caller), "accident"):
        return None
    if caller.role == "commander":
        return f"/commander?district={found.district_code}#{found.incident}"
    return f"/officer#/incidents/{found.incident}"


def _count(request: Request, site: Site) -> None:
    if site.settings.limits:
        site.look_ups.count(address_digest(request, site.signer), site.store.clock.now())
