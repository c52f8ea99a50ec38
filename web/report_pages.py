"""The report page: telling of an offence, and following a report by the link that whoever tells or joins gets."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from models.actions import callers, deciding
from models.caller import Reporter
from models.errors import NotFound, Unauthenticated
from models.flags.definitions import module_key
from models.incident.kinds import REASONS
from models.queries import reports
from models.queries.installation import Installation, district_names
from models.uploads.purposes import PURPOSES, most_of
from web import pages
from web.language import choose
from web.site import Site

AREAS = ("driver", "reports", "uploads", "vehicles")


async def tell(request: Request, site: Site, here: Installation) -> Response | None:
    """None where no district has the module on for everybody."""
    districts = await _districts(request, site)
    if not districts:
        return None
    return _page(request, site, here, districts, {"mode": "tell"})


async def follow(request: Request, site: Site, here: Installation) -> Response | None:
    """None for a link that opens nothing any more. The token stands in the address: nothing may keep or pass it on."""
    token = request.path_params["token"]
    try:
        caller = await callers.caller_of_token(site.store, token)
        if not isinstance(caller, Reporter):
            return None
        view = await reports.own(site.store, caller)
    except (Unauthenticated, NotFound):
        return None
    districts = await _districts(request, site)
    return _page(request, site, here, districts, {"mode": "follow", "token": token, "report": view})


def _page(
    request: Request, site: Site, here: Installation, districts: list[dict[str, str]], more: dict[str, Any]
) -> Response:
    data = {
        "offences": list(REASONS["report"]),
        "districts": districts,
        "wanted": _wanted(site, districts[0]["code"] if districts else ""),
        **more,
    }
    response = pages.shell(request, "report", data, areas=AREAS, here=here)
    pages.name_device(request, response)
    return response


async def _districts(request: Request, site: Site) -> list[dict[str, str]]:
    """Where reports are on for everybody, with their names in the caller's language."""
    flags, key = site.store.flags, module_key("reports")
    name = "name" if choose(request.scope) == "zh" else "name_en"
    return [
        {"code": one["code"], "name": one[name]}
        for one in await district_names(site.store)
        if flags.set.stage(key, one["code"]).share == 100
    ]


def _wanted(site: Site, district: str) -> dict[str, int]:
    """What the evidence rule wants, said before anybody takes a photo; the server judges what is sent in any case."""
    store, given = site.store, {"by": "citizen", "purpose": "illegal_parking"}
    rule = deciding.ask(store, "evidence", district, store.clock.now(), given).result
    purpose, settings = PURPOSES["report"], site.settings
    videos = most_of(purpose, "video", settings)
    return {
        "least": rule["photos_least"],
        "most": min(rule["photos_most"], most_of(purpose, "photo", settings)),
        "seconds_apart": rule["seconds_apart"],
        "video_seconds": settings.upload_video_seconds if videos else 0,
    }
