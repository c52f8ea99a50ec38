"""Whose line an address is, and whom to believe when a proxy says where a request comes from. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache


@lru_cache(maxsize=4096)  # who asks once mostly asks again
def network_of(host: str) -> str:
    """One line's network: an IPv4 address, or the /64 of an IPv6 one. What is no address is given back."""
    if ":" not in host:
        return host  # an IPv4 address has one spelling only
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return host
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


class Proxies:
    """The proxies of ``WUFEN_TRUSTED_PROXIES``; the web's server goes by the same rule."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks = [ipaddress.ip_network(network) for network in networks]

    def trusts(self, host: str) -> bool:
        """Whether ``host`` is one of them."""
        if not self._networks:
            return False
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._networks)

    def client(self, peer: str, forwarded: Sequence[str]) -> str:
        """Who asks: ``peer``, unless it is a trusted proxy and says more in ``forwarded`` (X-Forwarded-For).

        Every proxy appends whom it heard, so only what stands right of the last stranger is believed: what
        a client wrote itself stands left of it.
        """
        if not self.trusts(peer):
            return peer
        hops = [_without_port(hop.strip()) for line in forwarded for hop in line.split(",")]
        for hop in reversed(hops):
            if not self.trusts(hop):
                return hop or peer
        return hops[0] if hops else peer


def _without_port(hop: str) -> str:
    """``host``, ``host:port`` and ``[host]:port``."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    host, colon, port = hop.partition(":")
    return host if colon and port.isdigit() else hop
