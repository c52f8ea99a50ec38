"""WebSocket frames after the handshake (RFC 6455): bytes into messages, messages into bytes.

Pure. A whole parser object per connection would be most of an idle connection's memory; this one holds
nothing between frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
_FIN, _RESERVED, _MASKED = 0x80, 0x70, 0x80
_WHOLE_TEXT = _FIN | TEXT  # the first byte of nearly every frame
_LONGEST_CONTROL = 125

MOST_PIECES = 1_000  # of one message

PROTOCOL_ERROR, TOO_BIG = 1002, 1009


class Violation(Exception):
    """The peer broke the rules of RFC 6455; ``code`` closes the connection."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Message(NamedTuple):
    """A whole message (text or binary, put together) or a control frame."""

    opcode: int
    payload: bytes


def text_frame(payload: bytes) -> bytes:
    """One unfragmented text frame from a server (unmasked, section 5.1)."""
    size = len(payload)
    if size < 126:
        return b"\x81%c%b" % (size, payload)
    if size < 65536:
        return b"\x81\x7e%b%b" % (size.to_bytes(2, "big"), payload)
    return b"\x81\x7f%b%b" % (size.to_bytes(8, "big"), payload)


def pong_frame(payload: bytes) -> bytes:
    """The answer to the peer's ping, with the same payload (section 5.5.3)."""
    return b"\x8a%c%b" % (len(payload), payload)


def close_frame(code: int, reason: str) -> bytes:
    """The close frame; a reason longer than a control frame holds is cut."""
    payload = code.to_bytes(2, "big") + reason.encode()[: _LONGEST_CONTROL - 2]
    return b"\x88%c%b" % (len(payload), payload)


class FrameReader:
    """Turns what arrives into messages, at most ``limit`` bytes each."""

    __slots__ = ("_gathered", "_parts", "_rest", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._rest: bytearray | None = None
        self._parts: list[bytes] | None = None  # opcode and pieces of a fragmented message
        self._gathered = 0  # bytes of the pieces

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that are complete now, one by one: whoever is sent away by the first costs no more.

        Raises Violation where the rules are broken; what was whole before has been given out by then.
        """
        alone = self._alone(data)
        return self._one_by_one(data) if alone is None else iter((alone,))

    def _alone(self, data: bytes) -> Message | None:
        """The message, if a single whole one is all that came. Nearly always; whatever is unusual is None."""
        have = len(data)
        if have < 6 or data[0] != _WHOLE_TEXT or self._rest is not None or self._parts is not None:
            return None
        size, body = data[1] - _MASKED, 6
        if size == 126 and have > 8:
            size, body = int.from_bytes(data[2:4], "big"), 8
        elif size > _LONGEST_CONTROL:
            return None
        if body + size != have or size > self.limit:
            return None
        return Message(TEXT, _unmask(data[body:], data[body - 4 : body]))

    def _one_by_one(self, data: bytes) -> Iterator[Message]:
        buffer: bytes | bytearray = data
        if self._rest is not None:
            self._rest += data
            buffer = self._rest
        at = 0
        try:
            while (frame := self._frame(buffer, at)) is not None:
                first, payload, at = frame
                message = self._put_together(first, payload)
                if message is not None:
                    yield message
        finally:
            self._keep(buffer, at)

    def _keep(self, buffer: bytes | bytearray, at: int) -> None:
        if at == len(buffer):
            self._rest = None
        elif self._rest is None:
            self._rest = bytearray(buffer[at:])
        else:
            del self._rest[:at]

    def _frame(self, buffer: bytes | bytearray, at: int) -> tuple[int, bytes, int] | None:
        """First byte, unmasked payload and end of the frame that begins at ``at``; None when it is not whole."""
        have = len(buffer) - at
        if have < 2:
            return None
        first, second = buffer[at], buffer[at + 1]
        if first & _RESERVED or not second & _MASKED:
            raise Violation(PROTOCOL_ERROR, "reserved bits set, or not masked")
        size, header = second & 0x7F, 2
        if size > _LONGEST_CONTROL:
            if first & 0x8:
                raise Violation(PROTOCOL_ERROR, "control frame too long")
            header = 4 if size == 126 else 10
            if have < header:
                return None
            size = int.from_bytes(buffer[at + 2 : at + header], "big")
        if size > self.limit:
            raise Violation(TOO_BIG, "message too big")
        body = at + header + 4
        if len(buffer) < body + size:
            return None
        return first, _unmask(buffer[body : body + size], buffer[body - 4 : body]), body + size

    def _put_together(self, first: int, payload: bytes) -> Message | None:
        opcode, final = first & 0xF, first & _FIN
        if opcode >= CLOSE:
            if opcode > PONG or not final:
                raise Violation(PROTOCOL_ERROR, "bad control frame")
            return Message(opcode, payload)
        if opcode > BINARY or (opcode == CONTINUATION) == (self._parts is None):
            raise Violation(PROTOCOL_ERROR, "frame out of turn")
        if self._parts is None and final:
            return Message(opcode, payload)
        return self._gather(opcode, payload, bool(final))

    def _gather(self, opcode: int, payload: bytes, final: bool) -> Message | None:
        if self._parts is None:
            self._parts, self._gathered = [bytes((opcode,))], 0
        parts = self._parts
        parts.append(payload)
        self._gathered += len(payload)
        # Empty pieces cost memory too: a message is also bounded in pieces.
        if self._gathered > self.limit or len(parts) > MOST_PIECES:
            raise Violation(TOO_BIG, "message too big")
        if not final:
            return None
        self._parts = None
        return Message(parts[0][0], b"".join(parts[1:]))


def _unmask(payload: bytes | bytearray, mask: bytes | bytearray) -> bytes:
    size = len(payload)
    stretched = bytes(mask) * (size // 4 + 1)
    plain = int.from_bytes(payload, "big") ^ int.from_bytes(stretched[:size], "big")
    return plain.to_bytes(size, "big")
