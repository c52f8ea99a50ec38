"""The opening of a connection: an HTTP request's head in, what to answer out. Pure.

The WebSocket handshake itself is the ``websockets`` library's sans-I/O protocol; it is let go afterwards, as
it would be most of an idle connection's memory.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from email.utils import formatdate
from http import HTTPStatus
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.typing import Origin

from hub.admission import Refusal
from models.settings import Settings

WEBSOCKET_PATH = "/connection/websocket"
LONGEST_HEAD = 16_384  # bytes of a request line and its headers
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")

# The library logs every handshake that a stranger gets wrong; we count them.
_silent = logging.getLogger("hub.handshake")
_silent.setLevel(logging.CRITICAL)


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


def allowed_origins(settings: Settings) -> tuple[Origin | None, ...]:
    """Whose pages may connect. None: no Origin at all, as native apps come; browsers always send one."""
    public = urlsplit(settings.public_url)
    origins = {f"{public.scheme}://{public.netloc}", *settings.origins}
    host = f"[{public.hostname}]" if ":" in (public.hostname or "") else public.hostname
    if host in _LOOPBACK:
        # The same machine under its other names.
        port = f":{public.port}" if public.port else ""
        origins.update(f"{public.scheme}://{name}{port}" for name in _LOOPBACK)
    return (None, *(Origin(origin.rstrip("/").lower()) for origin in sorted(origins)))


def open_connection(head: bytes, origins: Sequence[Origin | None], admit: Admit) -> Opening:
    """What to do with a request; ``head`` ends with an empty line."""
    protocol = ServerProtocol(origins=origins, logger=_silent)
    protocol.receive_data(head)
    requests = protocol.events_received()
    if not requests or not isinstance(requests[0], Request):
        return Opening(400, plain_response(400, "Bad request.\n"))
    request = requests[0]
    path = _path(request.path)
    refusal = admit(request.headers.get_all("X-Forwarded-For"), path == WEBSOCKET_PATH)
    if refusal is not None:
        return Opening(refusal.status, _come_back_later(refusal))
    if path != WEBSOCKET_PATH:
        if request.method not in ("GET", "HEAD"):
            return Opening(405, plain_response(405, "Only GET is answered here.\n"))
        return Opening(200, page=path)
    response = protocol.accept(request)
    protocol.send_response(response)
    return Opening(
        response.status_code, b"".join(protocol.data_to_send()), accepted=response.status_code == 101
    )


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
    headers = Headers(
        {
            "Date": formatdate(usegmt=True),
            "Connection": "close",
            "Content-Length": str(len(body)),
            "Content-Type": content_type,
            **more,
        }
    )
    return Response(status, HTTPStatus(status).phrase, headers, body).serialize()
