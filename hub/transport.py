"""One socket: bytes in and out of the pure connection, by the loop's own callbacks. No task, no timer, no queue.

What goes out is written to the descriptor at once; only what the kernel does not take waits in the transport.
Bytes that wait for a slow reader are bounded: beyond that he is disconnected and told to come back. TLS is
not for this class: it would be passed by.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any, Protocol, cast

from hub import codes, frames
from hub.actions import Action, Subscribe
from hub.admission import Address
from hub.codes import Disconnect, Fault, Unsubscribed
from hub.connection import Connection
from hub.frames import FrameReader, Violation, close_frame, text_frame
from hub.handshake import LONGEST_HEAD, Opening, plain_response
from hub.protocol import PING, ClientInfo, Malformed, TooManyLines, parse

LONGEST_MESSAGE = 65_536  # bytes of one frame from a client
LONGEST_OF_STRANGERS = 16_384  # bytes before a token was shown: the longest token, and room for more
MOST_REPLAYS = 4  # times the largest replay may wait for one reader, apart from live publications
MOST_REPLAYS_WAITING = 256 << 20  # bytes that may wait so, for all readers of a hub together
STUCK_VISITS = 5  # that a queue may not get shorter
UNOPENED_VISITS = 2  # visits that an HTTP request may take to arrive
_PING_FRAME = text_frame(PING)
_END_OF_HEAD = b"\r\n\r\n"
_CLOSED = -1  # instead of a descriptor: nothing is written any more


class Desk(Protocol):
    """What a socket asks of the hub that it belongs to (``hub.switchboard``)."""

    queue_bytes: int
    replay_bytes: int
    replays_waiting: int  # bytes that are allowed to readers for replays, in all

    def now(self) -> float: ...

    def new_connection(self) -> Connection: ...

    def arrived(self, socket: Socket) -> int: ...

    def open(self, socket: Socket, head: bytes) -> Opening: ...

    def show_page(self, socket: Socket, path: str) -> None: ...

    def perform(self, socket: Socket, actions: list[Action]) -> None: ...

    def ended(self, socket: Socket, why: Disconnect) -> None: ...

    def left(self, socket: Socket) -> None: ...


class Socket(asyncio.Protocol):
    """An HTTP request, then a WebSocket connection, then silence until the peer hangs up too."""

    __slots__ = (
        "__weakref__",
        "_afterwards",
        "_allowance",
        "_descriptor",
        "_desk",
        "_head",
        "_held",
        "_reader",
        "_stuck",
        "_transport",
        "_visits",
        "_waiting",
        "_waits",
        "address",
        "bucket",
        "connection",
    )

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._head: bytearray | None = bytearray()  # of the request, until it is whole
        self._reader: FrameReader | None = None
        self._transport: asyncio.Transport | None = None
        self._allowance = 0  # bytes of replays that may wait beyond the bound
        self._held: bytearray | None = None  # until the reply to connect can go out
        self._visits = 0
        self._waiting = 0  # bytes, at the last visit
        self._stuck = 0  # visits in a row at which not fewer bytes waited than before
        self._afterwards = LONGEST_MESSAGE  # bytes that the peer may still say after the hub's last word
        self.address: Address | None = None  # whose it is, as admission counts; None: only a proxy knows yet
        # The loop closes it after ``connection_lost``, never before: it cannot be another socket's by then.
        self._descriptor = _CLOSED
        self._waits = False  # the transport may hold bytes that go first
        self.connection: Connection | None = None  # while it is open
        self.bucket = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(high=self._desk.queue_bytes)
        self._descriptor = transport.get_extra_info("socket").fileno()
        self.bucket = self._desk.arrived(self)

    @property
    def peer(self) -> str:
        """The IP address at the other end of the line."""
        name = None if self._transport is None else self._transport.get_extra_info("peername")
        return str(name[0]) if name else ""

    def data_received(self, data: bytes) -> None:
        if self.connection is not None:
            self._read(data)
        elif self._head is not None:
            self._open(data)
        elif self._reader is not None:
            self._await_close(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._descriptor = _CLOSED
        self._desk.replays_waiting -= self._allowance
        self._desk.left(self)
        self.connection = None
        self._transport = None

    def pause_writing(self) -> None:
        """More waits for this reader than he is allowed. Not now: a channel is in the middle of writing."""
        asyncio.get_running_loop().call_soon(self.close, codes.SLOW)

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
            if len(self._held) > self._desk.queue_bytes:
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

    def _open(self, data: bytes) -> None:
        head = self._head
        assert head is not None
        head += data
        end = head.find(_END_OF_HEAD)
        if end < 0:
            if len(head) > LONGEST_HEAD:
                self.answer(plain_response(431, "Too long.\n"))
            return
        self._head = None
        opening = self._desk.open(self, bytes(head[: end + 4]))
        if opening.page is not None:
            self._desk.show_page(self, opening.page)
        elif not opening.accepted:
            self.answer(opening.response)
        else:
            self._accept(opening.response, bytes(head[end + 4 :]))

    def _accept(self, response: bytes, rest: bytes) -> None:
        self.write(response)
        self._visits = 0
        self._reader = FrameReader(LONGEST_OF_STRANGERS)
        self.connection = self._desk.new_connection()
        if rest:
            self._read(rest)

    def answer(self, response: bytes) -> None:
        """Sends a plain HTTP response and hangs up."""
        self._head = None
        self.write(response)
        self._descriptor = _CLOSED
        if self._transport is not None:
            self._transport.close()

    def _read(self, data: bytes) -> None:
        assert self._reader is not None
        try:
            for opcode, payload in self._reader.feed(data):
                if self.connection is None:
                    return
                self._take(self.connection, opcode, payload)
        except Violation as violation:
            self.close(Disconnect(violation.code, violation.reason))

    def _take(self, connection: Connection, opcode: int, payload: bytes) -> None:
        kibibytes = len(payload) >> 10
        if kibibytes and connection.is_too_much(self._desk.now(), kibibytes):
            self.close(codes.TOO_MANY_COMMANDS)
        elif opcode == frames.TEXT:
            self._obey(connection, payload)
        elif connection.is_too_much(self._desk.now()):
            self.close(codes.TOO_MANY_COMMANDS)
        elif opcode == frames.BINARY:
            self.close(codes.WRONG_FORMAT)
        elif opcode == frames.CLOSE:
            self._hang_up(payload)
        elif opcode == frames.PING:
            self.write(frames.pong_frame(payload))

    def known(self) -> None:
        """The token was good: from now on longer messages are listened to."""
        if self._reader is not None:
            self._reader.limit = LONGEST_MESSAGE

    def _obey(self, connection: Connection, payload: bytes) -> None:
        try:
            commands = parse(payload)
        except TooManyLines:
            self.close(codes.TOO_MANY_COMMANDS)
            return
        except Malformed:
            self.close(codes.MALFORMED)
            return
        if not commands and connection.is_too_much(self._desk.now()):
            self.close(codes.TOO_MANY_COMMANDS)
            return
        actions = connection.receive(commands, self._desk.now())
        if actions:
            self._desk.perform(self, actions)

    def send(self, message: bytes, *, replay: bool = False) -> None:
        """One reply or push. A replay is counted apart from what a slow reader may leave waiting."""
        frame = text_frame(message)
        if replay:
            self._allow(len(frame))
        self.write(frame)

    def _allow(self, count: int) -> None:
        """So much more may wait for this reader, as far as it is not too much for one, or for this hub in all."""
        desk, transport = self._desk, self._transport
        if transport is None:
            return
        room = MOST_REPLAYS_WAITING - desk.replays_waiting
        count = min(count, room, MOST_REPLAYS * desk.replay_bytes - self._allowance)
        self._allowance += count
        desk.replays_waiting += count
        transport.set_write_buffer_limits(high=desk.queue_bytes + self._allowance)

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

    def info(self, channel: str) -> ClientInfo:
        """Who this is, as others in a channel are told."""
        return ClientInfo() if self.connection is None else self.connection.info(channel)

    def subscribed(self, wanted: Subscribe, result: dict[str, Any]) -> None:
        """The channel is attached."""
        if self.connection is not None:
            self._desk.perform(self, self.connection.subscribed(wanted, result, self._desk.now()))

    def refuse(self, channel: str, command_id: int, fault: Fault) -> None:
        """The subscription did not come about."""
        if self.connection is not None:
            self._desk.perform(self, self.connection.not_subscribed(channel, command_id, fault))

    def withdraw(self, channels: list[str], why: Unsubscribed) -> None:
        """The hub ends subscriptions."""
        if self.connection is not None:
            self._desk.perform(self, self.connection.withdraw(channels, why))

    def visit(self, now: float) -> None:
        """Once per ping interval, from the wheel: a ping, or the end of what has been silent for too long."""
        connection = self.connection
        if connection is None:
            self._visits += 1
            if self._visits > UNOPENED_VISITS:
                self.abort()
            return
        why = connection.visit(now)
        if why is not None:
            self.close(why)
        elif connection.claims is not None:
            self.write(_PING_FRAME)
            if connection.grants:
                self._desk.perform(self, connection.lapse(now))
        self._look_at_queue()

    def _look_at_queue(self) -> None:
        """A reader for whom the queue never gets shorter is slow, however short it is."""
        transport = self._transport
        if transport is None or self.connection is None:
            return
        waiting = transport.get_write_buffer_size()
        if not waiting and self._allowance:
            self._allow(-self._allowance)
        self._stuck = self._stuck + 1 if waiting and waiting >= self._waiting else 0
        self._waiting = waiting
        if self._stuck > STUCK_VISITS:
            self.close(codes.SLOW)

    def close(self, why: Disconnect) -> None:
        """Says why and waits for the peer to hang up; whoever does not is cut off by a later visit."""
        if self.connection is None:
            return
        self._held = None  # nobody waits for it any more
        self.write(close_frame(*why))
        self._descriptor = _CLOSED
        self._visits = 0
        self._desk.ended(self, why)
        self.connection = None
        if why.code < 3000 and self._transport is not None:
            self._transport.close()  # what this peer says next cannot be understood

    def abort(self) -> None:
        """Cuts the line at once."""
        self._descriptor = _CLOSED
        if self._transport is not None:
            self._transport.abort()

    def _hang_up(self, payload: bytes) -> None:
        """The peer says goodbye: the same code back, then the end (RFC 6455 section 5.5.1)."""
        self.write(frames.close_frame(int.from_bytes(payload[:2], "big") if len(payload) > 1 else 1000, ""))
        self._descriptor = _CLOSED
        if self._transport is not None:
            self._transport.close()

    def _await_close(self, data: bytes) -> None:
        assert self._reader is not None
        try:
            over = any(message.opcode == frames.CLOSE for message in self._reader.feed(data))
        except Violation:
            over = True
        self._afterwards -= len(data)
        if self._afterwards < 0:
            self.abort()
        elif over and self._transport is not None:
            self._transport.close()
