"""Who may come in: so many connections and handshakes per address, and in all. Pure; the time is passed in.

An address is a line (``models.addresses``). Behind a trusted proxy it is known only when the request is
there. What somebody may do who is in is the connection's affair (``hub.connection``).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from hub.pace import Pace
from models.addresses import Proxies, network_of
from models.settings import Settings

ADDRESS_BURST_SECONDS = 10  # of handshakes at once: behind one carrier's address everybody returns together
BURST_SECONDS = 3  # the same in all
FLOOD = 2  # times its connections an address may have before it is cut off without an answer
MOST_REMEMBERED = 20_000  # addresses that left lately; the one gone for longest is forgotten first
FULL_SECONDS = 5  # until it is worth trying again where no place is left

# Why somebody was refused, as /metrics counts it.
REASONS = ("address_connections", "address_handshakes", "connections", "handshakes", "flood")


class Limits(NamedTuple):
    """Connections at once and handshakes a second, of this hub and of each address."""

    connections: int
    handshakes: int
    address_connections: int
    address_handshakes: int


class Refusal(NamedTuple):
    """``retry_after`` in whole seconds."""

    reason: str
    status: int
    retry_after: int


class Address(Pace):
    """One address: what is open from there, and how fast it came."""

    __slots__ = ("connections", "name")

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.connections = 0


def limits_of(settings: Settings) -> Limits | None:
    """None: ``WUFEN_LIMITS`` is off."""
    if not settings.limits:
        return None
    return Limits(
        settings.hub_connections,
        settings.hub_handshakes,
        settings.hub_address_connections,
        settings.hub_address_handshakes,
    )


class Admission:
    """Counts sockets in and out. ``limits`` None: everybody may come."""

    def __init__(self, limits: Limits | None, proxies: Proxies) -> None:
        self._limits = limits
        self._proxies = proxies
        self._open = 0
        self._pace = Pace()
        self._present: dict[str, Address] = {}
        self._gone: OrderedDict[str, Address] = OrderedDict()

    def __len__(self) -> int:
        """Addresses that are remembered."""
        return len(self._present) + len(self._gone)

    def arrive(self, peer: str) -> Address | None:
        """A socket was accepted; whose it is, unless a proxy has yet to say so."""
        self._open += 1
        return None if self._proxies.trusts(peer) else self._count(peer)

    def is_flood(self, address: Address | None) -> bool:
        """Whether the address holds so much open that reading its request is too much already."""
        limits = self._limits
        return limits is not None and address is not None and self._too_many(address, limits, FLOOD)

    def ask(self, peer: str, forwarded: Sequence[str]) -> Address:
        """Whose a request is that came through a proxy, with its X-Forwarded-For lines."""
        return self._count(self._proxies.client(peer, forwarded))

    def why_not(self, address: Address, now: float, *, websocket: bool) -> Refusal | None:
        """None: come in. A plain page (is the hub alive?) is refused to its own address only."""
        limits = self._limits
        if limits is None:
            return None
        if self._too_many(address, limits, 1):
            return Refusal("address_connections", 429, FULL_SECONDS)
        rate = limits.address_handshakes
        wait = address.take(now, rate, rate * ADDRESS_BURST_SECONDS)
        if wait:
            return Refusal("address_handshakes", 429, math.ceil(wait))
        if not websocket:
            return None
        if self._open > limits.connections:
            return Refusal("connections", 503, FULL_SECONDS)
        wait = self._pace.take(now, limits.handshakes, limits.handshakes * BURST_SECONDS)
        return Refusal("handshakes", 503, math.ceil(wait)) if wait else None

    def leave(self, address: Address | None, now: float) -> None:
        """The socket is gone. How fast its address came is remembered as long as it matters."""
        self._open -= 1
        if address is None:
            return
        address.connections -= 1
        if address.connections:
            return
        del self._present[address.name]
        if address.full_at > now:
            self._gone[address.name] = address
            if len(self._gone) > MOST_REMEMBERED:
                self._gone.popitem(last=False)

    def _count(self, host: str) -> Address:
        name = network_of(host)
        address = self._present.get(name)
        if address is None:
            address = self._gone.pop(name) if name in self._gone else Address(name)
            self._present[name] = address
        address.connections += 1
        return address

    @staticmethod
    def _too_many(address: Address, limits: Limits, times: int) -> bool:
        return address.connections > times * limits.address_connections
