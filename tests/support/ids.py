"""Ids and secrets that are the same in every run, in the shapes of the real ones."""

import base64
import hashlib

_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"


class FakeIds:
    """Counts: the first id is aa…ab, the next aa…ac. Secrets look random but repeat from run to run."""

    def __init__(self) -> None:
        self._ids = 0
        self._secrets = 0

    def new(self) -> str:
        """26 lower-case base32 characters."""
        self._ids += 1
        return _base32(self._ids).rjust(26, _DIGITS[0])

    def row(self) -> str:
        return self.new()

    def secret(self) -> str:
        """43 URL-safe characters: 256 bits."""
        self._secrets += 1
        digest = hashlib.sha256(f"secret {self._secrets}".encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def digits(self, count: int) -> str:
        """A code that counts, too."""
        self._secrets += 1
        return str(self._secrets).rjust(count, "0")[-count:]


def _base32(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 32)
        digits = _DIGITS[rest] + digits
    return digits
