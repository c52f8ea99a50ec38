"""Names for new things: identifiers that sort nowhere and tell nothing, and secrets that nobody guesses."""

from __future__ import annotations

import secrets
from typing import Protocol

# Each byte's letter, by its last five bits.
_LETTERS = b"abcdefghijklmnopqrstuvwxyz234567" * 8
NEIGHBOURHOOD_LETTERS = 6  # of an id's 26; five bits each
NEIGHBOURS = 10_000  # ids that share them


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
    """From the operating system's randomness.

    Ids at random places of an index cost a page to write for each row and index. A neighbourhood is some random
    letters that so many ids share: it tells nothing, not even the time, and leaves 100 random bits.
    """

    def __init__(self) -> None:
        self._neighbourhood = b""
        self._left = 0

    def row(self) -> str:
        if self._left == 0:
            self._neighbourhood = secrets.token_bytes(NEIGHBOURHOOD_LETTERS)
            self._left = NEIGHBOURS
        self._left -= 1
        rest = secrets.token_bytes(26 - NEIGHBOURHOOD_LETTERS)
        return (self._neighbourhood + rest).translate(_LETTERS).decode()

    def new(self) -> str:
        return secrets.token_bytes(26).translate(_LETTERS).decode()

    def secret(self) -> str:
        return secrets.token_urlsafe(32)

    def digits(self, count: int) -> str:
        return "".join(secrets.choice("0123456789") for _ in range(count))
