"""The hazard page: reporting one, and following one by the link that whoever reports or joins gets."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from models.actions import callers, deciding
from models.caller import Participant
from models.errors import NotFound, Unauthenticated
from models.flags.definitions import feature_key, module_key
from models.incident.kinds import REASONS
from models.queries.incident import incident_for
from models.queries.installation import Installation, district_names
from web import pages, whereabouts
from web.language import choose
from web.site import Site


async def report(request: Request, site: Site, here: Installation) -> Response | None:
    """None where no district has the module on for everybody."""
    districts = await _districts(request, site)
    if not districts:
        return None
    data = {"mode": "report", **_data(site, districts)}
    response = pages.shell(request, "hazard", data, areas=("driver", "hazard", "uploads"), here=here)
    pages.name_device(request, response)
    return response


async def follow(request: Request, site: Site, here: Installation) -> Response | None:
    """None for a link that opens nothing any more. The token stands in the address: nothing may keep or pass it on."""
    token = request.path_params["token"]
    try:
        caller = await callers.caller_of_token(site.store, token)
        if not isinstance(caller, Participant) or caller.role != "requester":
            return None
        view = await incident_for(site.store, caller.incident_id, caller)
    except (Unauthenticated, NotFound):
        return None
    if view["kind"] != "hazard":
        return None
    data = {
        "mode": "follow",
        **_data(site, await _districts(request, site)),
        "token": token,
        "incident": view,
    }
    response = pages.shell(request, "hazard", data, areas=("driver", "hazard", "uploads"), here=here)
    pages.name_device(request, response)
    return response


async def desk(request: Request) -> Response:
    """A district's hazards, for its commanders."""
    _, here = await whereabouts.of_page(request)
    return pages.shell(request, "hazards", {}, areas=("staff", "account", "hazard", "hazards"), here=here)


async def _districts(request: Request, site: Site) -> list[dict[str, str]]:
    """Where hazards are on for everybody, with their names in the caller's language."""
    flags, key = site.store.flags, module_key("hazards")
    name = "name" if choose(request.scope) == "zh" else "name_en"
    return [
        {"code": one["code"], "name": one[name]}
        for one in await district_names(site.store)
        if flags.set.stage(key, one["code"]).share == 100
    ]


def _data(site: Site, districts: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "categories": list(REASONS["hazard"]),
        "districts": districts,
        "photos_most": _photos_most(site, districts),
    }


def _photos_most(site: Site, districts: list[dict[str, str]]) -> int:
    if not districts or not site.store.flags.is_plain(feature_key("request_photos")):
        return 0
    store, given = site.store, {"by": "citizen", "purpose": "hazard"}
    code = districts[0]["code"]
    most: int = deciding.ask(store, "evidence", code, store.clock.now(), given).result["photos_most"]
    return most
