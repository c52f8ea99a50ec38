"""One channel on this hub: who is live, who is still joining, and where the channel stands.

An entry is framed once and the same bytes go to everybody. What is published within one turn of the loop
leaves as one write per connection. A new subscriber is attached first; what is published while the log is
read for him is held back, then merged, so that there is neither a hole nor a repeat.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from hub.actions import Subscribe
from hub.codes import Fault, Unsubscribed
from hub.frames import text_frame
from hub.protocol import ClientInfo, publication, publication_push
from hub.recent import Recent, Ring

MOST_HELD = 5_000  # publications that wait for one subscriber's replay


class Subscriber(Protocol):
    """A connection, as far as channels need it."""

    def info(self, channel: str) -> ClientInfo: ...

    def write(self, data: bytes) -> None: ...

    def send(self, message: bytes) -> None: ...

    def subscribed(self, wanted: Subscribe, result: dict[str, Any]) -> None: ...

    def refuse(self, channel: str, command_id: int, fault: Fault) -> None: ...

    def withdraw(self, channels: list[str], why: Unsubscribed) -> None: ...


class Joining:
    """A subscriber who is not yet where the channel is: his replay is being read, or it was ahead of us."""

    __slots__ = ("held", "position", "subscriber", "wanted")

    def __init__(self, subscriber: Subscriber, wanted: Subscribe) -> None:
        self.subscriber = subscriber
        self.wanted = wanted
        self.held: list[tuple[int, bytes]] = []
        self.position: int | None = None  # what the subscriber has; None while the log is read


class Channel:
    """``offset`` is that of the newest publication that went out here; None: not known yet.

    ``recent`` remembers what is published; without it nothing is (a channel that has no positions).
    """

    __slots__ = ("_dirty", "_recent", "_turn", "joining", "live", "name", "offset", "ring")

    def __init__(
        self, name: str, offset: int | None, dirty: Callable[[Channel], None], recent: Recent | None = None
    ) -> None:
        self.name = name
        self.offset = offset
        # In the order of arrival, which is also that of their memory; a set is slower to walk through.
        self.live: dict[Subscriber, None] = {}
        self.joining: list[Joining] = []
        self.ring: Ring = deque()  # ends at ``offset``
        self._recent = recent
        self._dirty = dirty
        self._turn: list[bytes] = []  # frames of this turn of the loop

    @property
    def empty(self) -> bool:
        return not self.live and not self.joining

    def publish(self, data: bytes, offset: int | None) -> bool:
        """Sends to everybody at the end of this turn; False when publications before this one are missing."""
        if offset is not None:
            if self.offset is not None and offset != self.offset + 1:
                return offset <= self.offset
            self.offset = offset
            if self.joining:
                self._promote(offset)
        text = publication(data, offset)
        if self._recent is not None:
            self._recent.add(self.ring, text)
        if not self.live and not self.joining:
            return True
        frame = text_frame(publication_push(self.name, text))
        if self.live:
            if not self._turn:
                self._dirty(self)
            self._turn.append(frame)
        if self.joining and offset is not None:
            self._hold(offset, frame)
        return True

    def flush(self) -> int:
        """Writes what this turn brought; returns the number of deliveries."""
        turn = self._turn
        if not turn:
            return 0
        data = turn[0] if len(turn) == 1 else b"".join(turn)
        self._turn = []
        live = self.live
        for subscriber in live:
            subscriber.write(data)
        return len(turn) * len(live)

    def settle(self, joining: Joining, position: int) -> None:
        """The subscriber has everything up to ``position``; he is live as soon as the channel is there too."""
        joining.position = position
        joining.held = []
        if self.offset is None:
            self.offset = position
        if self.offset >= position:
            self._go_live([joining])

    def _promote(self, offset: int) -> None:
        ready = [one for one in self.joining if one.position is not None and one.position < offset]
        if ready:
            self._go_live(ready)

    def _go_live(self, ready: list[Joining]) -> None:
        self.flush()  # what waits to be written they have already
        for one in ready:
            self.joining.remove(one)
            self.live[one.subscriber] = None

    def _hold(self, offset: int, frame: bytes) -> None:
        for one in self.joining:
            if one.position is None and len(one.held) <= MOST_HELD:
                one.held.append((offset, frame))
