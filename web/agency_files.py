"""An agency fetches what it has to mend: one address for each day, week or month, and one for what is open.

With a key of its own, in the Authorization header or behind the question mark, for programs that know no headers (a
spreadsheet's *from the web*, a line of cron). Nothing about people is in it; each fetch is on the record.
"""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.actions import api_keys, audit
from models.actions.api_keys import Key
from models.errors import Forbidden, NotFound, Unauthenticated
from models.queries.agency_files import OPEN, file_of, period_of
from web import hazard_files
from web.site import Site, site_of
from web.visitor import address_digest, bearer


async def fetch(request: Request) -> Response:
    """Raises Unauthenticated, Forbidden, NotFound, InvalidField, PayloadTooLarge, TooManyRequests."""
    site = site_of(request)
    key = await _let_in(request, site)
    name, _, format_ = request.path_params["file"].rpartition(".")
    if format_ not in {"csv", "json"}:
        raise NotFound
    told = await file_of(site.store, key.agency or "", None if name == OPEN else period_of(name))
    await audit.fetched(site.store, f"api_key:{key.id}", f"agency:{key.agency}", name)
    content = hazard_files.table(told["hazards"]) if format_ == "csv" else msgspec.json.encode(told)
    headers = {
        "cache-control": "private, no-store",
        "content-disposition": f'attachment; filename="hazards-{told["agency"]}-{name}.{format_}"',
    }
    media = hazard_files.CSV_TYPE if format_ == "csv" else hazard_files.JSON_TYPE
    return Response(content, headers=headers, media_type=media)


async def _let_in(request: Request, site: Site) -> Key:
    if site.settings.limits:
        site.look_ups.count(address_digest(request, site.signer), site.store.clock.now())
    given = bearer(request.headers) or request.query_params.get("key")
    if not given:
        raise Unauthenticated
    key = await api_keys.known(site.store, "agency", given)
    if key is None:
        raise Forbidden
    return key


ROUTES = [Route("/agency/hazards/{file}", fetch)]
