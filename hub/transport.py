"""One socket: bytes into the pure connection and what follows from them, by the loop's own callbacks. No task, no
timer, no queue. How bytes leave is the affair of ``hub.outgoing``.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol, cast

from hub import codes, frames
from hub.actions import Action, Subscribe
from hub.admission import Address
from hub.codes import Disconnect, Fault, Unsubscribed
from hub.connection import Connection
from hub.frames import FrameReader, Violation, close_frame, text_frame
from hub.handshake import LONGEST_HEAD, Opening, plain_response
from hub.outgoing import Budget, Outgoing
from hub.protocol import PING, ClientInfo, Malformed, TooManyLines, parse

LONGEST_MESSAGE = 65_536  # bytes of one frame from a client
LONGEST_OF_STRANGERS = 16_384  # bytes before a token was shown: the longest token, and room for more
UNOPENED_VISITS = 2  # visits that an HTTP request may take to arrive
_PING_FRAME = text_frame(PING)
_END_OF_HEAD = b"\r\n\r\n"


class Desk(Budget, Protocol):
    """What a socket asks of the hub that it belongs to (``hub.switchboard``)."""

    def now(self) -> float: ...

    def new_connection(self) -> Connection: ...

    def arrived(self, socket: Socket) -> int: ...

    def open(self, socket: Socket, head: bytes) -> Opening: ...

    def show_page(self, socket: Socket, path: str) -> None: ...

    def perform(self, socket: Socket, actions: list[Action]) -> None: ...

    def ended(self, socket: Socket, why: Disconnect) -> None: ...

    def left(self, socket: Socket) -> None: ...


class Socket(Outgoing):
    """An HTTP request, then a WebSocket connection, then silence until the peer hangs up too."""

    __slots__ = (
        "_afterwards",
        "_desk",
        "_head",
        "_reader",
        "_visits",
        "address",
        "bucket",
        "connection",
    )

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._head: bytearray | None = bytearray()  # of the request, until it is whole
        self._reader: FrameReader | None = None
        self._visits = 0
        self._afterwards = LONGEST_MESSAGE  # bytes that the peer may still say after the hub's last word
        self.address: Address | None = None  # whose it is, as admission counts; None: only a proxy knows yet
        self.connection: Connection | None = None  # while it is open
        self.bucket = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.attach(cast(asyncio.Transport, transport))
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
        self.detach()
        self._desk.left(self)
        self.connection = None

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
        self.hush()
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

    def fell_behind(self) -> None:
        self.close(codes.SLOW)

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
        if self.connection is not None and self.is_stuck():
            self.close(codes.SLOW)

    def close(self, why: Disconnect) -> None:
        """Says why and waits for the peer to hang up; whoever does not is cut off by a later visit."""
        if self.connection is None:
            return
        self._held = None  # nobody waits for it any more
        self.write(close_frame(*why))
        self.hush()
        self._visits = 0
        self._desk.ended(self, why)
        self.connection = None
        if why.code < 3000 and self._transport is not None:
            self._transport.close()  # what this peer says next cannot be understood

    def _hang_up(self, payload: bytes) -> None:
        """The peer says goodbye: the same code back, then the end (RFC 6455 section 5.5.1)."""
        self.write(frames.close_frame(int.from_bytes(payload[:2], "big") if len(payload) > 1 else 1000, ""))
        self.hush()
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
