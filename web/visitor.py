"""Where a request comes from: its token, its device, its address. Tells digests only, for limits and locks."""

from __future__ import annotations

import ipaddress

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from models.addresses import network_of
from web.signing import Signer

SESSION_COOKIE = "wufen_session"
# What our own pages send with every call, and no form or image of a foreign page can.
OWN_PAGE = "x-wufen"
# What they send with a call behind which stands a person's hand, and no timer.
BY_HAND = "x-wufen-hand"
DEVICE_COOKIE = "wufen_device"
# A proxy in between adds one of these; then "from this machine" says nothing about who asks.
FORWARDING = ("forwarded", "x-forwarded-for", "x-real-ip", "via", "x-forwarded-host", "x-forwarded-proto")
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


def bearer(headers: Headers) -> str | None:
    """The token of the Authorization header; empty for a header of another scheme."""
    given = headers.get("authorization")
    if given is None:
        return None
    scheme, _, token = given.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def address_of(request: HTTPConnection) -> str:
    """The network of the caller: an IPv4 address, or the /64 of an IPv6 one, which is one line's."""
    return network_of(request.client.host if request.client else "")


def address_digest(request: HTTPConnection, signer: Signer) -> bytes:
    return signer.digest("address", address_of(request))


def device_digest(request: HTTPConnection, signer: Signer) -> tuple[bytes, bool]:
    """The device, and whether it is known by our cookie; else it is guessed from address and browser."""
    known = signer.verify(DEVICE_COOKIE, request.cookies.get(DEVICE_COOKIE, ""))
    if known is not None:
        return signer.digest("device", known), True
    guessed = f"{address_of(request)}\0{request.headers.get('user-agent', '')}"
    return signer.digest("device", guessed), False


_DEVICES = (("iPhone", "iPhone"), ("iPad", "iPad"), ("HarmonyOS", "HarmonyOS"), ("Android", "Android"),
            ("Windows", "Windows"), ("Mac OS X", "Mac"), ("Linux", "Linux"))  # fmt: skip
_BROWSERS = (("MicroMessenger", "WeChat"), ("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"),
             ("Safari", "Safari"))  # fmt: skip


def device_name(request: HTTPConnection) -> str | None:
    """What its owner would call the device: ``iPhone · WeChat``. Kinds only; None when the browser says neither."""
    agent = request.headers.get("user-agent", "")
    found = [next((name for mark, name in kinds if mark in agent), "") for kinds in (_DEVICES, _BROWSERS)]
    return " · ".join(filter(None, found)) or None


def from_this_machine(request: HTTPConnection) -> bool:
    """Whether a program of this very machine asks, without a proxy and by a name of this machine.

    The name counts because a page of somebody else's can point its own name at 127.0.0.1 (DNS rebinding);
    the browser then still sends that name.
    """
    if any(name in request.headers for name in FORWARDING):
        return False
    try:
        local = ipaddress.ip_address(request.client.host if request.client else "").is_loopback
    except ValueError:
        return False
    host = request.headers.get("host", "")
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    return local and name.lower() in LOCAL_NAMES
