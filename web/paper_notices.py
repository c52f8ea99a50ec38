"""The page behind a paper notice's code: what whoever holds the paper has already, and what has become of it; and the

place to type a code that was written by hand. Codes are short enough for that, so tries are limited by address, like
wrong stickers. Typing asks nobody: only the page of a code looks it up, and is counted.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.clock import BEIJING
from models.errors import TooManyRequests
from models.parking.stays import grouped, read_code
from models.queries.installation import Installation
from models.queries.parking import paper_notice
from web import pages
from web.language import choose
from web.refusals import refusal
from web.site import Site
from web.visitor import address_digest

LONGEST = 24  # characters of what is typed: ten, and however they are grouped


async def ask(request: Request, here: Installation) -> Response:
    """The form; what is typed into it leads to the page of its code, or says what a code looks like."""
    typed = request.query_params.get("code", "").strip()[:LONGEST]
    if not typed:
        return _form(request, here, "", "", 200)
    code = read_code(typed)
    if code is None:
        return _form(request, here, typed, _say(request, here, "errors.notice_code"), 422)
    return RedirectResponse(f"/n/{code}", 303, headers={"cache-control": "no-store"})


async def show(request: Request, site: Site, here: Installation) -> Response:
    """What the code of the path stands for; the form again, and why, for a code that is none of ours."""
    typed = request.path_params["code"][:LONGEST]
    if site.settings.limits:
        try:
            site.look_ups.count(address_digest(request, site.signer), site.store.clock.now())
        except TooManyRequests as late:
            answer = refusal(late, choose(request.scope), pages.words(request, here), site.store.clock.now())
            form = _form(request, here, typed, answer.body["error"]["message"], 429)
            form.headers.update(answer.headers)
            return form
    code = read_code(typed)
    paper = None if code is None else await paper_notice(site.store, code)
    if paper is None:
        why = "errors.notice_unknown" if code else "errors.notice_code"
        return _form(request, here, typed, _say(request, here, why), 404)
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


def _form(request: Request, here: Installation, typed: str, problem: str, status: int) -> Response:
    code = read_code(typed)
    shown = typed if code is None else grouped(code)
    return pages.page(request, "notice_code.html", here=here, status=status, typed=shown, problem=problem)


def _say(request: Request, here: Installation, key: str) -> str:
    return pages.words(request, here).say(choose(request.scope), key)
