"""In which language a caller reads: ``?lang=``, else the cookie, else Accept-Language, else Chinese."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import Scope

from models.texts.sentences import LANGUAGES, Language

COOKIE = "wufen_lang"
PARAMETER = "lang"
DEFAULT: Language = "zh"


def asked_for(scope: Scope) -> Language | None:
    """The language named in the address, which a page then remembers in the cookie."""
    query = scope.get("query_string", b"")
    if PARAMETER.encode() not in query:
        return None
    return _known(parse_qs(query.decode("latin-1")).get(PARAMETER, [""])[0])


def choose(scope: Scope) -> Language:
    """The language of the answer to a request."""
    headers = Headers(scope=scope)
    return (
        asked_for(scope)
        or _known(_cookie(headers.get("cookie", "")))
        or _accepted(headers.get("accept-language", ""))
        or DEFAULT
    )


def _known(name: str) -> Language | None:
    return next((language for language in LANGUAGES if language == name), None)


def _cookie(header: str) -> str:
    if COOKIE not in header:
        return ""
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _accepted(header: str) -> Language | None:
    """The best known language of an Accept-Language header; of equal weights the first."""
    best: tuple[float, Language] | None = None
    for part in header.split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        language = _known(tag.strip().split("-")[0].lower())
        quality = _quality(weight)
        if language and quality > 0 and (best is None or quality > best[0]):
            best = (quality, language)
    return best[1] if best else None


def _quality(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
