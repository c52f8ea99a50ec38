"""CAP over HTTP, for those who hold a key: the feed of grave accidents (Atom), and each accident's messages as files.

The key travels in the Authorization header, or behind the question mark for readers of feeds that know no headers.
Nothing is pushed to anybody from here: a ``Test`` or an ``Exercise`` is told to whoever asks, and to nobody else.
"""

from __future__ import annotations

from xml.etree import ElementTree

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.actions import api_keys
from models.cap.message import Message, time, written
from models.errors import Forbidden, NotFound, Unauthenticated
from models.queries import cap
from web.site import Site, site_of
from web.visitor import address_digest, bearer

ATOM = "http://www.w3.org/2005/Atom"
CAP_TYPE = "application/cap+xml"
NO_STORE = {"cache-control": "private, no-store"}


async def feed(request: Request) -> Response:
    """The newest message of each grave accident of the last three days."""
    site = await _let_in(request)
    messages = await cap.current(site.store)
    base = site.settings.public_url
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(f"{{{ATOM}}}feed")
    _add(root, "id", f"{base}/cap/feed.atom")
    _add(root, "title", f"CAP · {cap.sender_of(site.store)} · {cap.status_of(site.store)}")
    _add(root, "updated", time(cap.updated(messages, site.store.clock.now())))
    author = ElementTree.SubElement(root, f"{{{ATOM}}}author")
    _add(author, "name", cap.sender_of(site.store))
    ElementTree.SubElement(root, f"{{{ATOM}}}link", {"rel": "self", "href": f"{base}/cap/feed.atom"})
    for message in messages:
        _entry(root, message, base)
    return _xml(root, "application/atom+xml")


def _entry(root: ElementTree.Element, message: Message, base: str) -> None:
    entry = ElementTree.SubElement(root, f"{{{ATOM}}}entry")
    url = f"{base}/cap/{message.sent.identifier}.xml"
    _add(entry, "id", url)
    _add(entry, "title", message.texts[0].headline)
    _add(entry, "updated", time(message.sent.at))
    _add(entry, "summary", f"{message.kind} · {message.texts[1].headline}")
    ElementTree.SubElement(entry, f"{{{ATOM}}}link", {"rel": "alternate", "type": CAP_TYPE, "href": url})


async def message(request: Request) -> Response:
    """One message by its identifier, ``<incident>.<number>``; without a number the newest of that accident."""
    site = await _let_in(request)
    name = request.path_params["name"]
    incident, _, number = name.partition(".")
    if "\x00" in name:
        raise NotFound
    messages = await cap.messages_of(site.store, incident)
    found = [one for one in messages if not number or one.sent.identifier == name]
    if not found:
        raise NotFound
    return _xml(written(found[-1]), CAP_TYPE)


async def _let_in(request: Request) -> Site:
    """Raises Unauthenticated, Forbidden; TooManyRequests for an address that tries keys."""
    site = site_of(request)
    if site.settings.limits:
        site.look_ups.count(address_digest(request, site.signer), site.store.clock.now())
    given = bearer(request.headers) or request.query_params.get("key")
    if not given:
        raise Unauthenticated
    if await api_keys.known(site.store, "cap", given) is None:
        raise Forbidden
    return site


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _xml(root: ElementTree.Element, media: str) -> Response:
    content = b'<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, "unicode").encode()
    return Response(content, headers=NO_STORE, media_type=media)


ROUTES = [
    Route("/cap/feed.atom", feed),
    Route("/cap/{name}.xml", message),
]
