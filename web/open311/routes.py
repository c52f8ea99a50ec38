"""The six methods of GeoReport v2, and the discovery that names them.

Leaves to others: what a call says (``reading``), how an answer is written (``saying``).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial, wraps

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.errors import PayloadTooLarge, TooManyRequests
from models.open311.services import ATTRIBUTES, PLATE_FREE, SERVICES
from models.queries.open311 import Filter, requests
from models.texts.sentences import Language, Sentences
from web.api import hazard_pictures
from web.language import choose
from web.open311 import filing, reading
from web.open311.saying import Fault, format_of, refused, said, split
from web.site import Site, site_of
from web.visitor import address_digest

Handler = Callable[[Request], Awaitable[Response]]


def _method(handler: Handler) -> Handler:
    """Refusals in the specification's shape, and the brake on look-ups."""

    @wraps(handler)
    async def answer(request: Request) -> Response:
        site = site_of(request)
        try:
            if request.method == "GET" and site.settings.limits:
                site.look_ups.count(address_digest(request, site.signer), site.store.clock.now())
            return await handler(request)
        except Fault as fault:
            return refused(format_of(request), fault)
        except PayloadTooLarge:
            return refused(format_of(request), Fault(400, "the request is too large"))
        except TooManyRequests as error:
            return refused(format_of(request), filing.later(site, error))

    return answer


@_method
async def discovery(request: Request) -> Response:
    _, format_ = split(request.path_params["last"])
    base = site_of(request).settings.public_url
    told = {
        "changeset": "2026-11-01T00:00:00+08:00",
        "contact": f"{base}/help",
        "key_service": f"{base}/help",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": f"{base}/open311/v2",
                "changeset": "2026-11-01T00:00:00+08:00",
                "type": "production" if site_of(request).settings.production else "test",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return said(format_, "discovery", told)


@_method
async def services(request: Request) -> Response:
    site, format_ = site_of(request), split(request.path_params["last"])[1]
    city = reading.city_of(site.store, request.query_params.get("jurisdiction_id"))
    words, language = site.store.texts.of(city), choose(request.scope)
    return said(format_, "services", [_service(words, language, one) for one in SERVICES])


def _service(words: Sentences, language: Language, code: str) -> dict[str, object]:
    return {
        "service_code": code,
        "service_name": words.say(language, f"open311.service.{code}"),
        "description": words.say(language, f"open311.service.{code}.what"),
        "metadata": code in ATTRIBUTES,
        "type": "realtime",
        "keywords": words.say(language, f"open311.service.{code}.keywords"),
        "group": words.say(language, "open311.group.plate_free" if code in PLATE_FREE else "open311.group"),
    }


@_method
async def definition(request: Request) -> Response:
    code, format_ = split(request.path_params["last"])
    site = site_of(request)
    city = reading.city_of(site.store, request.query_params.get("jurisdiction_id"))
    if code not in SERVICES:
        raise Fault(404, "service_code provided was not found")
    words, language = site.store.texts.of(city), choose(request.scope)
    attributes = [
        {
            "variable": True,
            "code": one.code,
            "datatype": one.datatype,
            "required": one.required,
            "datatype_description": None,
            "order": order,
            "description": words.say(language, f"open311.attribute.{code}.{one.code}"),
            **(
                {
                    "values": [
                        {"key": key, "name": words.say(language, f"open311.value.{key}")}
                        for key in one.values
                    ]
                }
                if one.values
                else {}
            ),
        }
        for order, one in enumerate(ATTRIBUTES.get(code, ()), start=1)
    ]
    return said(format_, "service_definition", {"service_code": code, "attributes": attributes})


@_method
async def listing(request: Request) -> Response:
    site, format_ = site_of(request), split(request.path_params["last"])[1]
    city = reading.city_of(site.store, request.query_params.get("jurisdiction_id"))
    wanted = reading.filter_of(request, city, site.store.clock.now())
    return await _requests(site, request, format_, wanted)


@_method
async def single(request: Request) -> Response:
    """One request, or several with commas between their ids."""
    name, format_ = split(request.path_params["last"])
    site = site_of(request)
    city = reading.city_of(site.store, request.query_params.get("jurisdiction_id"))
    wanted = Filter(city, ids=reading.listed(name, "service_request_id"))
    return await _requests(site, request, format_, wanted)


async def _requests(site: Site, request: Request, format_: str, wanted: Filter) -> Response:
    found = await requests(site.store, wanted, choose(request.scope), partial(hazard_pictures.link, site))
    if wanted.ids and not found:
        raise Fault(404, "service_request_id provided was not found")
    return said(format_, "service_requests", found)


@_method
async def token(request: Request) -> Response:
    """Every request here has its number at once; so what a client may hold as a token is that number."""
    name, format_ = split(request.path_params["last"])
    site = site_of(request)
    city = reading.city_of(site.store, request.query_params.get("jurisdiction_id"))
    link = partial(hazard_pictures.link, site)
    if not await requests(site.store, Filter(city, ids=[name]), choose(request.scope), link):
        raise Fault(404, "token provided was not found")
    return said(format_, "service_requests", [{"service_request_id": name, "token": name}])


@_method
async def file(request: Request) -> Response:
    format_ = split(request.path_params["last"])[1]
    filed = await filing.file(request)
    notice = site_of(request).store.texts.of(None).say(choose(request.scope), "open311.notice")
    told = [{"service_request_id": filed, "service_notice": notice, "account_id": None}]
    return said(format_, "service_requests", told)


@_method
async def nothing(request: Request) -> Response:
    raise Fault(404, "there is no such method here: see /open311/discovery.xml")


ROUTES = [
    Route("/open311/discovery{last}", discovery),
    Route("/open311/v2/services/{last}", definition),
    Route("/open311/v2/services{last}", services),
    Route("/open311/v2/requests/{last}", single),
    Route("/open311/v2/requests{last}", listing, methods=["GET"]),
    Route("/open311/v2/requests{last}", file, methods=["POST"]),
    Route("/open311/v2/tokens/{last}", token),
    Route("/open311/{rest:path}", nothing, methods=["GET", "POST", "PUT", "DELETE"]),
]
