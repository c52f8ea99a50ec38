"""Pages for people: a shell printed by the server, with what its script needs to begin, or one polite sentence.

A page never decides who may what: its script asks the API, which does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from models.queries.installation import Installation
from models.texts.sentences import Language, Sentences
from web.answers import Answer
from web.language import COOKIE, PARAMETER, asked_for, choose
from web.signing import Signer
from web.site import Site, site_of
from web.visitor import DEVICE_COOKIE

TEMPLATES = Path(__file__).parent / "templates"
ONE_YEAR = 31_536_000  # seconds
PLATFORM = "common.name"  # before there is a city, the service goes by its own name
# Refusals with a heading of their own on a page.
HEADINGS = frozenset(
    {
        "sticker_unknown",
        "sticker_paused",
        "sticker_replaced",
        "sticker_revoked",
        "switched_off",
        "link_ended",
        "forbidden",
    }
)


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=False,
    )
    # Chinese as it is: escapes would make a page half as heavy again.
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    return environment


def shell(
    request: Request,
    face: str,
    data: Mapping[str, Any],
    *,
    areas: Sequence[str],
    here: Installation | None,
    template: str | None = None,
    status: int = 200,
) -> Response:
    """A page with a script: ``face`` is the build's entry, ``data`` what it begins with, beside the platform.

    ``here``: whose platform and words; None where no city is known.
    """
    site = site_of(request)
    language = choose(request.scope)
    assets = site.assets.of(face)
    if assets is None:
        return _not_built(request, here)
    boot = {
        "page": face,
        "lang": language,
        "messages": words(request, here).areas(language, ("common", *areas)),
        "data": {"platform": platform(request, here), **data},
    }
    return page(request, template or f"{face}.html", here=here, status=status, boot=boot, assets=assets)


def page(
    request: Request, template: str, *, here: Installation | None, status: int = 200, **values: Any
) -> Response:
    """A page as it is, in the caller's language, which it remembers when it was asked for."""
    site = site_of(request)
    language = choose(request.scope)
    text = (
        _templates()
        .get_template(template)
        .render(
            lang=language,
            t=partial(_say, words(request, here), language),
            nonce=request.scope["nonce"],
            switch_url=_switch(request, language),
            platform=platform(request, here),
            place=""
            if site.store.texts.only_city or here is None or here.city is None
            else f"?city={here.city}",
            **values,
        )
    )
    response = HTMLResponse(text, status, headers={"cache-control": "no-store"})
    _remember(request, response, site)
    return response


def message(
    request: Request,
    code: str,
    sentence: str,
    status: int,
    here: Installation | None = None,
    **values: Any,
) -> Response:
    """One polite sentence, with the number to call where a car may still be in the way."""
    said = words(request, here)
    language = choose(request.scope)
    heading = f"errors.heading.{code}"
    if not said.has(language, heading):
        heading = "errors.heading.not_found" if status == 404 else "errors.heading.unavailable"
    return page(
        request,
        "message.html",
        here=here,
        status=status,
        heading=said.say(language, heading),
        sentence=sentence,
        call=said.call(language) if code in HEADINGS else None,
        **values,
    )


def refused(request: Request, answer: Answer) -> Response:
    """A refusal for a person: the sentence of the answer on a page."""
    error = answer.body["error"]
    response = message(request, error["code"], error["message"], answer.status)
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response


def _not_built(request: Request, here: Installation | None) -> Response:
    sentence = words(request, here).say(choose(request.scope), "errors.not_built")
    return message(request, "unavailable", sentence, 503, here)


def words(request: Request, here: Installation | None = None) -> Sentences:
    """The sentences as the city of a page says them."""
    return site_of(request).store.texts.of(here.city if here else None)


def platform(request: Request, here: Installation | None) -> str:
    """What the service is called there; before there is a city it goes by its own name."""
    own = here.platform if here else None
    return own or words(request, here).say(choose(request.scope), PLATFORM)


def _say(said: Sentences, language: Language, key: str, /, **params: str | int) -> str:
    return said.say(language, key, params)


def _switch(request: Request, language: Language) -> str:
    query = [(name, value) for name, value in request.query_params.multi_items() if name != PARAMETER]
    query.append((PARAMETER, "en" if language == "zh" else "zh"))
    return f"{request.url.path}?{urlencode(query)}"


def _remember(request: Request, response: Response, site: Site) -> None:
    secure = site.settings.public_url.startswith("https://")
    language = asked_for(request.scope)
    if language is not None:
        response.set_cookie(COOKIE, language, max_age=ONE_YEAR, samesite="lax", secure=secure)


def name_device(request: Request, response: Response) -> None:
    """Gives the phone a name that only we can make, so that limits and locks know it again."""
    site = site_of(request)
    signer: Signer = site.signer
    if signer.verify(DEVICE_COOKIE, request.cookies.get(DEVICE_COOKIE, "")) is None:
        response.set_cookie(
            DEVICE_COOKIE,
            signer.sign(DEVICE_COOKIE, site.store.ids.new()),
            max_age=ONE_YEAR,
            httponly=True,
            samesite="lax",
            secure=site.settings.public_url.startswith("https://"),
        )
