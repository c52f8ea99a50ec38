"""The opening of a connection (RFC 6455 section 4.2): an HTTP request's head in, what to answer out. Pure."""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from email.utils import formatdate
from http import HTTPStatus
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

from hub.admission import Refusal
from hub.request import Request, read_request
from models.settings import Settings

WEBSOCKET_PATH = "/connection/websocket"
LONGEST_HEAD = 16_384  # bytes of a request line and its headers
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KEY_BYTES = 16
_KEY_CHARACTERS = 24

# Given the request's X-Forwarded-For lines, and whether it goes to the WebSocket: why it may not come in.
Admit = Callable[[Sequence[str], bool], Refusal | None]


class Opening(NamedTuple):
    """``page`` is the path of a plain HTTP request that somebody else has to answer; else ``response`` goes out.

    ``accepted``: from the end of the response on, this is a WebSocket.
    """

    status: int
    response: bytes = b""
    accepted: bool = False
    page: str | None = None


def allowed_origins(settings: Settings) -> tuple[str | None, ...]:
    """Whose pages may connect. None: no Origin at all, as native apps come; browsers always send one."""
    public = urlsplit(settings.public_url)
    origins = {f"{public.scheme}://{public.netloc}", *settings.origins}
    host = f"[{public.hostname}]" if ":" in (public.hostname or "") else public.hostname
    if host in _LOOPBACK:
        # The same machine under its other names.
        port = f":{public.port}" if public.port else ""
        origins.update(f"{public.scheme}://{name}{port}" for name in _LOOPBACK)
    return (None, *(origin.rstrip("/").lower() for origin in sorted(origins)))


def open_connection(head: bytes, origins: Sequence[str | None], admit: Admit) -> Opening:
    """What to do with a request; ``head`` ends with an empty line."""
    request = read_request(head)
    if request is None:
        return _refused(400, "Bad request.")
    path = request.target if request.target == WEBSOCKET_PATH else _path(request.target)
    forwarded = [line.decode("latin-1") for line in request.fields.get(b"x-forwarded-for", ())]
    refusal = admit(forwarded, path == WEBSOCKET_PATH)
    if refusal is not None:
        return Opening(refusal.status, _come_back_later(refusal))
    if path != WEBSOCKET_PATH:
        if request.method not in (b"GET", b"HEAD"):
            return _refused(405, "Only GET is answered here.")
        return Opening(200, page=path)
    return _upgrade(request, origins)


def _upgrade(request: Request, origins: Sequence[str | None]) -> Opening:
    """Section 4.2.1, point by point; neither an extension nor a subprotocol is agreed."""
    if request.method != b"GET":
        return _refused(405, "Only GET opens a WebSocket.")
    if request.minor != b"1":
        return _refused(505, "Only HTTP/1.1 opens a WebSocket.")
    if b"upgrade" not in request.tokens(b"connection") or request.tokens(b"upgrade") != [b"websocket"]:
        return _refused(426, "This is a WebSocket.", Upgrade="websocket")
    key = request.only(b"sec-websocket-key")
    if key is None or not _is_key(key):
        return _refused(400, "Bad Sec-WebSocket-Key.")
    if request.only(b"sec-websocket-version") != b"13":
        return _refused(400, "Bad Sec-WebSocket-Version.", **{"Sec-WebSocket-Version": "13"})
    if b"origin" in request.fields:
        origin = request.only(b"origin")
        if origin is None:
            return _refused(400, "Two origins.")
        if origin.decode("latin-1") not in origins:
            return _refused(403, "Not from that page.")
    elif None not in origins:
        return _refused(403, "From no page.")
    accept = binascii.b2a_base64(hashlib.sha1(key + _GUID, usedforsecurity=False).digest(), newline=False)
    return Opening(101, _ACCEPTED % accept, accepted=True)


_ACCEPTED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: %b\r\n\r\n"
)


def _is_key(key: bytes) -> bool:
    if len(key) != _KEY_CHARACTERS:
        return False
    try:
        return len(binascii.a2b_base64(key, strict_mode=True)) == _KEY_BYTES
    except binascii.Error:
        return False


def _refused(status: int, sentence: str, **more: str) -> Opening:
    return Opening(status, plain_response(status, f"{sentence}\n", more=more))


def _path(target: str) -> str:
    """The path of a request's target; what is no URL is nobody's path."""
    try:
        return urlsplit(target).path
    except ValueError:
        return ""


def _come_back_later(refusal: Refusal) -> bytes:
    return plain_response(refusal.status, "Too many.\n", more={"Retry-After": str(refusal.retry_after)})


def plain_response(
    status: int,
    text: str | bytes,
    content_type: str = "text/plain; charset=utf-8",
    more: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """A whole HTTP response, after which the connection is closed. ``more``: further headers."""
    body = text.encode() if isinstance(text, str) else text
    fields = {
        "Date": formatdate(usegmt=True),
        "Connection": "close",
        "Content-Length": str(len(body)),
        "Content-Type": content_type,
        **more,
    }
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        *(f"{name}: {it}" for name, it in fields.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
