"""Names for new things: identifiers that sort nowhere and tell nothing, and secrets that nobody guesses."""

from __future__ import annotations

import os
import secrets
from collections import deque
from typing import Protocol

# Each byte's letter, by its last five bits.
_LETTERS = b"abcdefghijklmnopqrstuvwxyz234567" * 8
NEIGHBOURHOOD_LETTERS = 6  # of an id's 26; five bits each
NEIGHBOURS = 10_000  # ids that share them
_ID_BYTES = 26
_PIECES = 128  # ids' worth of randomness that is asked for at once


class Ids(Protocol):
    """Makes identifiers and secrets; tests pass a counting one."""

    def new(self) -> str:
        """An identifier of 128 bits or more: 26 lower-case letters and digits."""
        ...

    def row(self) -> str:
        """The same, for rows that nobody is told of: what is made together lies together in an index."""
        ...

    def secret(self) -> str:
        """A bearer secret of 256 bits: 43 characters that are safe in a URL."""
        ...

    def digits(self, count: int) -> str:
        """A confirmation code of so many decimal digits."""
        ...


class RandomIds:
    """From the operating system's randomness; that of ids is fetched in advance, that of secrets never.

    Ids at random places of an index cost a page to write for each row and index. A neighbourhood is some random
    letters that so many ids share: it tells nothing, not even the time, and leaves 100 random bits.
    """

    def __init__(self) -> None:
        self._pieces: deque[bytes] = deque()  # each for one id
        self._pid = os.getpid()
        self._neighbourhood = b""
        self._left = 0

    def row(self) -> str:
        rest = self._piece()[NEIGHBOURHOOD_LETTERS:]
        if self._left == 0:
            self._neighbourhood = secrets.token_bytes(NEIGHBOURHOOD_LETTERS)
            self._left = NEIGHBOURS
        self._left -= 1
        return (self._neighbourhood + rest).translate(_LETTERS).decode()

    def new(self) -> str:
        return self._piece().translate(_LETTERS).decode()

    def _piece(self) -> bytes:
        # Each call to the system lets another thread have the interpreter; to get it back takes far longer than the
        # call. Taking from a deque is safe among threads. A forked child must not repeat what its parent has.
        if self._pid != os.getpid():
            self._pieces.clear()
            self._neighbourhood, self._left, self._pid = b"", 0, os.getpid()
        while True:
            try:
                return self._pieces.popleft()
            except IndexError:
                whole = secrets.token_bytes(_PIECES * _ID_BYTES)
                self._pieces.extend(whole[at : at + _ID_BYTES] for at in range(0, len(whole), _ID_BYTES))

    def secret(self) -> str:
        return secrets.token_urlsafe(32)

    def digits(self, count: int) -> str:
        return "".join(secrets.choice("0123456789") for _ in range(count))
