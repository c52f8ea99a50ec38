"""Cuts a child's output into lines of bounded length. Pure: bytes in, lines out."""

from __future__ import annotations

LONGEST_LINE = 16_384
CUT_MARK = "… (cut)".encode()


class Lines:
    """Gathers bytes; a line that grows too long is cut and its rest thrown away, so memory stays bounded."""

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        self._longest = longest
        self._begun = bytearray()
        self._skipping = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that ``chunk`` completes, without their ends."""
        *complete, rest = chunk.split(b"\n")
        lines = []
        for piece in complete:
            self._add(piece)
            lines.append(self._take())
        self._add(rest)
        return lines

    def rest(self) -> list[bytes]:
        """The last line when the output ended without a line end; empty when there is none."""
        return [self._take()] if self._begun else []

    def _add(self, piece: bytes) -> None:
        if self._skipping:
            return
        room = self._longest - len(self._begun)
        self._begun += piece[:room]
        if len(piece) > room:
            self._begun += CUT_MARK
            self._skipping = True

    def _take(self) -> bytes:
        line = bytes(self._begun).rstrip(b"\r")
        self._begun.clear()
        self._skipping = False
        return line
