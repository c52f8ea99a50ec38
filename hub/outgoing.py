"""What leaves on one socket: written to the descriptor at once; only what the kernel does not take waits.

Bytes that wait for a slow reader are bounded: beyond that he is disconnected and told to come back. TLS is
not for this class: it would be passed by. What is said, and when it is over, is the affair of ``hub.transport``.
"""

from __future__ import annotations

import asyncio
import os
from typing import Protocol

from hub.frames import text_frame

MOST_REPLAYS = 4  # times the largest replay may wait for one reader, apart from live publications
MOST_REPLAYS_WAITING = 256 << 20  # bytes that may wait so, for all readers of a hub together
STUCK_VISITS = 5  # that a queue may not get shorter
_CLOSED = -1  # instead of a descriptor: nothing is written any more


class Budget(Protocol):
    """What may wait for the readers of a hub."""

    queue_bytes: int
    replay_bytes: int
    replays_waiting: int  # bytes that are allowed to readers for replays, in all


class Outgoing(asyncio.Protocol):
    """The writing half of a socket."""

    __slots__ = (
        "__weakref__",
        "_allowance",
        "_budget",
        "_descriptor",
        "_held",
        "_stuck",
        "_transport",
        "_waiting",
        "_waits",
    )

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._transport: asyncio.Transport | None = None
        # It is closed after ``connection_lost``, never before: it cannot be another socket's by then.
        self._descriptor = _CLOSED
        self._waits = False  # the transport may hold bytes that go first
        self._held: bytearray | None = None  # until the reply to connect can go out
        self._allowance = 0  # bytes of replays that may wait beyond the bound
        self._waiting = 0  # bytes, when it was last asked whether the reader is stuck
        self._stuck = 0  # times in a row that not fewer bytes waited than before

    def attach(self, transport: asyncio.Transport) -> None:
        """There is a line to write to."""
        self._transport = transport
        transport.set_write_buffer_limits(high=self._budget.queue_bytes)
        self._descriptor = transport.get_extra_info("socket").fileno()

    def detach(self) -> None:
        """The line is gone."""
        self.hush()
        self._budget.replays_waiting -= self._allowance
        self._transport = None

    def hush(self) -> None:
        """The last word was said: nothing is written any more, save what waits already."""
        self._descriptor = _CLOSED

    def fell_behind(self) -> None:
        """More waits for this reader than he is allowed."""
        raise NotImplementedError

    def pause_writing(self) -> None:
        # Not now: a channel is in the middle of writing.
        asyncio.get_running_loop().call_soon(self.fell_behind)

    def write(self, data: bytes) -> None:
        """Frames as they are, in order; dropped after the last word. A line that breaks here is cut."""
        if self._descriptor == _CLOSED:
            return
        if not self._waits:
            try:
                sent = os.write(self._descriptor, data)
            except BlockingIOError:
                sent = 0
            except OSError:
                self.abort()
                return
            if sent == len(data):
                return
            data = data[sent:]
        self._leave_waiting(data)

    def _leave_waiting(self, data: bytes) -> None:
        if self._held is not None:
            self._held += data
            if len(self._held) > self._budget.queue_bytes:
                self.pause_writing()
            return
        transport = self._transport
        assert transport is not None
        if self._waits and not transport.get_write_buffer_size():
            self._waits = False
            self.write(data)
            return
        self._waits = True
        transport.write(data)

    def send(self, message: bytes, *, replay: bool = False) -> None:
        """One reply or push. A replay is counted apart from what a slow reader may leave waiting."""
        frame = text_frame(message)
        if replay:
            self._allow(len(frame))
        self.write(frame)

    def _allow(self, count: int) -> None:
        """So much more may wait for this reader, as far as it is not too much for one, or for this hub in all."""
        budget, transport = self._budget, self._transport
        if transport is None:
            return
        room = MOST_REPLAYS_WAITING - budget.replays_waiting
        count = min(count, room, MOST_REPLAYS * budget.replay_bytes - self._allowance)
        self._allowance += count
        budget.replays_waiting += count
        transport.set_write_buffer_limits(high=budget.queue_bytes + self._allowance)

    def hold(self) -> None:
        """Keeps back what is written from now on, within what may wait for a slow reader."""
        self._held = bytearray()
        self._waits = True

    def release(self, message: bytes) -> None:
        """Sends ``message``, and then what was kept back."""
        held, self._held = self._held, None
        self.send(message, replay=True)
        if held:
            self.write(bytes(held))

    def is_stuck(self) -> bool:
        """Asked once per ping interval. A reader for whom the queue never gets shorter is slow, however short."""
        transport = self._transport
        if transport is None:
            return False
        waiting = transport.get_write_buffer_size()
        if not waiting and self._allowance:
            self._allow(-self._allowance)
        self._stuck = self._stuck + 1 if waiting and waiting >= self._waiting else 0
        self._waiting = waiting
        return self._stuck > STUCK_VISITS

    def abort(self) -> None:
        """Cuts the line at once."""
        self.hush()
        if self._transport is not None:
            self._transport.abort()
