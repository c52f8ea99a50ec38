"""The way in: every socket is counted by its address, and is a stranger until its token was good.

What the limits are is in ``hub.admission``; here sockets are cut off, and counted for /metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hub.admission import Admission, Refusal
from hub.measures import Measures
from hub.transport import Socket
from models.settings import Settings

MOST_STRANGERS = 10_000  # beyond that the oldest is cut off
STRANGERS_SHARE = 2  # at most so great a part of all connections: a half


def most_strangers(settings: Settings) -> int:
    """How many sockets may stand there without having shown a token."""
    if not settings.limits:
        return MOST_STRANGERS
    return min(MOST_STRANGERS, settings.hub_connections // STRANGERS_SHARE)


class Door:
    """``seconds`` is a monotonic clock."""

    def __init__(
        self, admission: Admission, measures: Measures, most: int, seconds: Callable[[], float]
    ) -> None:
        self._admission = admission
        self._measures = measures
        self._most = most
        self._seconds = seconds
        self._strangers: dict[Socket, None] = {}  # in the order they came

    def arrived(self, socket: Socket) -> None:
        """A line was accepted; nothing was said on it yet."""
        socket.address = self._admission.arrive(socket.peer)
        self._strangers[socket] = None
        if self._admission.is_flood(socket.address):
            self._cut_off(socket, "flood")
        elif len(self._strangers) > self._most:
            # Whoever takes longest to show a token is most likely to have none.
            self._cut_off(next(iter(self._strangers)), "strangers")

    def admit(self, socket: Socket, forwarded: Sequence[str], websocket: bool) -> Refusal | None:
        """A request came, with these X-Forwarded-For lines: why it may not come in."""
        address = socket.address
        if address is None:
            address = socket.address = self._admission.ask(socket.peer, forwarded)
        refusal = self._admission.why_not(address, self._seconds(), websocket=websocket)
        if refusal is not None:
            self._measures.refusals.labels(refusal.reason).inc()
        return refusal

    def known(self, socket: Socket) -> None:
        """Its token was good."""
        self._strangers.pop(socket, None)
        socket.known()

    def left(self, socket: Socket) -> None:
        """The line is gone."""
        self._strangers.pop(socket, None)
        self._admission.leave(socket.address, self._seconds())

    def _cut_off(self, socket: Socket, reason: str) -> None:
        self._strangers.pop(socket, None)
        self._measures.refusals.labels(reason).inc()
        socket.abort()
