"""Whether a module is on for a call: the one place where that is judged, for every endpoint and page.

The stages are data (`models.flags`); which module an endpoint belongs to stands in the table of endpoints.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from models.actions import callers
from models.caller import Caller, Officer
from models.errors import SwitchedOff, Unauthenticated
from models.flags.definitions import Module, module_key
from models.flags.flags import audience_of
from web.endpoint import Call, Endpoint, Place
from web.site import Site
from web.visitor import SESSION_COOKIE


async def check_module(endpoint: Endpoint, call: Call[Any]) -> None:
    """Raises SwitchedOff unless the endpoint's module is on where the call is about, for whoever calls."""
    module = endpoint.module
    if module == "platform" or call.site.store.flags.is_plain(module_key(module)):
        return
    assert endpoint.where is not None, endpoint.name
    place = await endpoint.where(call)
    if place is not None:
        await check_place(call.request, call.site, module, place, call.caller)


async def check_place(
    request: Request, site: Site, module: Module, place: Place, caller: Caller | None = None
) -> None:
    """Raises SwitchedOff unless the module is on there. Staff who try a public page are known by their cookie."""
    flags, key = site.store.flags, module_key(module)
    if place.beforehand:
        on = flags.set.stage(key, place.district).state != "off"
    else:
        who = caller or await _staff(request, site)
        unit = who.id if isinstance(who, Officer) else place.units.get(flags.unit(key))
        on = flags.is_on(key, place.district, role=_role(who, place), unit=unit)
    if not on:
        raise SwitchedOff(why=module)


def _role(who: Caller | None, place: Place) -> Any:
    """An officer of another district is one of the public here."""
    if isinstance(who, Officer) and place.district not in who.districts:
        return "public"
    return audience_of(who)


async def _staff(request: Request, site: Site) -> Caller | None:
    token = request.cookies.get(SESSION_COOKIE, "")
    if not token:
        return None
    try:
        return await callers.caller_of_token(site.store, token)
    except Unauthenticated:
        return None
