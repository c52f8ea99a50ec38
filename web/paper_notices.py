"""The page behind a paper notice's code: what whoever holds the paper has already, and what has become of it.

Codes are short enough to be written by hand, so wrong ones are limited by address, like wrong stickers.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from models.clock import BEIJING
from models.parking.stays import grouped, read_code
from models.queries.installation import Installation
from models.queries.parking import paper_notice
from web import pages
from web.language import choose
from web.site import Site
from web.visitor import address_digest


async def show(request: Request, site: Site, here: Installation) -> Response | None:
    """None for a code that is none of ours."""
    if site.settings.limits:
        site.look_ups.count(address_digest(request, site.signer), site.store.clock.now())
    code = read_code(request.path_params["code"])
    paper = None if code is None else await paper_notice(site.store, code)
    if paper is None:
        return None
    chinese = choose(request.scope) == "zh"
    by = paper.respond_by
    return pages.page(
        request,
        "notice.html",
        here=here,
        standing=paper.standing,
        by="" if by is None else f"{by.astimezone(BEIJING):%H:%M}",
        code=grouped(paper.code),
        seen=f"{paper.seen_at.astimezone(BEIJING):%Y-%m-%d %H:%M}",
        where=paper.place or paper.district[0 if chinese else 1],
        plate_hint=paper.plate_hint,
        officer=paper.officer,
        unit=paper.unit,
    )
