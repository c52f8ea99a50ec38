"""Where we are willing to call when somebody of the administration has typed the address: the open network, and nothing

of ours. A name may point anywhere, and elsewhere a second later; so it is looked up once, each of its addresses is
checked, and the call goes to the address that was checked.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from models.providers.failures import Setup, Transient

LOOK_UP_SECONDS = 2.0
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address


@dataclass(frozen=True, slots=True)
class Target:
    """``url`` names the address that was checked; ``sent`` is what a client needs besides to speak to the host."""

    url: str
    sent: dict[str, Any]


async def target_of(url: str, *, private: bool = False) -> Target:
    """Where to call for ``url``. Raises Setup for an address that is nobody's to call, Transient for a name that is

    not found now. ``private``: the operator has said that addresses of his own network are meant.
    """
    parts = urlsplit(url)
    host = parts.hostname
    if parts.scheme not in {"https", "http"} or not host or parts.username is not None:
        raise Setup("address_refused", parts.scheme or "none")
    if parts.scheme == "http" and not private:
        raise Setup("address_refused", "http")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = await _address(host, port, private)
    shown = f"[{address}]" if ":" in address else address
    checked = urlunsplit((parts.scheme, f"{shown}:{port}", parts.path or "/", parts.query, ""))
    named = f"[{host}]" if ":" in host else host
    host_header = named if parts.port is None else f"{named}:{port}"
    # The certificate is the host's, whatever address it answers at.
    return Target(checked, {"headers": {"host": host_header}, "extensions": {"sni_hostname": host}})


async def _address(host: str, port: int, private: bool) -> str:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, TimeoutError, UnicodeError):
        raise Transient("provider_away", "name_not_found") from None
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not addresses or not all(private or is_public(one) for one in addresses):
        raise Setup("address_refused", "private")
    return addresses[0]


def is_public(text: str) -> bool:
    """Whether an address is of the open network. One that only wraps an IPv4 address is what it wraps."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return address.is_global and not address.is_multicast
