"""Personal data at rest: sealed with AES-256-GCM, found by a blind index, shown masked.

A sealed value knows its key by an id in front, so that keys can be changed while old values stay readable,
and is bound to its place (table, column, row): moved elsewhere, it does not open. Who may see what is
decided elsewhere; a mask is what everybody else gets.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
INDEX_BYTES = 16


class SealBroken(ValueError):
    """A sealed value that is damaged, moved from its place, or of a key that is gone."""


class Vault:
    """``keys``: key id (ASCII, at most 255 characters) → 32 bytes, the first is the newest and seals."""

    def __init__(self, keys: Mapping[str, bytes], index_key: bytes) -> None:
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self._newest = next(iter(keys))
        self._index_key = index_key

    def seal(self, column: str, row_id: str, text: str) -> bytes:
        """``text`` sealed for ``column`` (``table.column``) of the row ``row_id``."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, text.encode(), _place(column, row_id))
        name = self._newest.encode("ascii")
        return bytes([len(name)]) + name + nonce + sealed

    def open(self, column: str, row_id: str, sealed: bytes) -> str:
        """The text. Raises SealBroken."""
        length = sealed[0] if sealed else 0
        name = sealed[1 : 1 + length].decode("ascii", "replace")
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise SealBroken("the key of this value is not known")
        start = 1 + length
        nonce, body = sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :]
        try:
            return cipher.decrypt(nonce, body, _place(column, row_id)).decode()
        except (InvalidTag, ValueError):
            raise SealBroken("the value does not belong here, or is damaged") from None

    def index(self, label: str, text: str) -> bytes:
        """16 bytes by which equal texts under the same ``label`` are found without being read."""
        digest = hmac.new(self._index_key, f"{label}\0{text}".encode(), hashlib.sha256).digest()
        return digest[:INDEX_BYTES]


def _place(column: str, row_id: str) -> bytes:
    return f"{column}|{row_id}".encode()


class PhoneRefused(ValueError):
    """Not a mainland mobile number."""


def normalise_phone(text: str) -> str:
    """E.164 of a mainland mobile number, tolerant of spaces, hyphens, +86 and 0086. Raises PhoneRefused."""
    digits = "".join(character for character in text if character not in " -()\u3000")
    for prefix in ("+86", "0086", "86"):
        if digits.startswith(prefix) and len(digits) == len(prefix) + 11:
            digits = digits[len(prefix) :]
            break
    if (
        len(digits) != 11
        or not digits.isascii()
        or not digits.isdigit()
        or digits[0] != "1"
        or digits[1] < "3"
    ):
        raise PhoneRefused(text)
    return f"+86{digits}"


def mask_phone(phone: str) -> str:
    """``138****1234`` (first three, last four) of an E.164 mainland number."""
    national = phone.removeprefix("+86")
    return f"{national[:3]}****{national[-4:]}"


def mask_name(name: str) -> str:
    """``张*``, ``张*丰``, ``欧**锋``: the first character, and the last of three or more."""
    if len(name) <= 1:
        return "*"
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"
