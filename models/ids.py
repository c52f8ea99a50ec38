"""Names for new things: identifiers that sort nowhere and tell nothing, and secrets that nobody guesses."""

from __future__ import annotations

import secrets
from typing import Protocol

# Each byte's letter, by its last five bits.
_LETTERS = b"abcdefghijklmnopqrstuvwxyz234567" * 8


class Ids(Protocol):
    """Makes identifiers and secrets; tests pass a counting one."""

    def new(self) -> str:
        """An identifier of 128 bits or more: 26 lower-case letters and digits."""
        ...

    def secret(self) -> str:
        """A bearer secret of 256 bits: 43 characters that are safe in a URL."""
        ...

    def digits(self, count: int) -> str:
        """A confirmation code of so many decimal digits."""
        ...


class RandomIds:
    """From the operating system's randomness."""

    def new(self) -> str:
        return secrets.token_bytes(26).translate(_LETTERS).decode()

    def secret(self) -> str:
        return secrets.token_urlsafe(32)

    def digits(self, count: int) -> str:
        return "".join(secrets.choice("0123456789") for _ in range(count))
