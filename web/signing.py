"""Values that we hand out and get back unchanged: signed with the installation's key, each for one purpose.

A signed value is no secret and tells nothing by itself; it only cannot be made by anybody else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

MAC_BYTES = 18  # 144 bits
OWNER = "owner"  # the purpose of the tokens that owners have for their stickers
PASS = "upload pass"  # of passes for uploads
SHOWN = "hazard picture"  # of links to pictures that anybody may see


class Signer:
    """``secret_key`` is the installation's; each ``purpose`` signs under a key of its own."""

    def __init__(self, secret_key: str) -> None:
        self._key = secret_key.encode()

    def sign(self, purpose: str, value: str) -> str:
        """``value.signature``; the value must not hold a dot."""
        return f"{value}.{self._mac(purpose, value)}"

    def verify(self, purpose: str, text: str) -> str | None:
        """The value, or None for a text that was not signed here for this purpose."""
        value, _, mac = text.rpartition(".")
        if value and hmac.compare_digest(mac.encode(), self._mac(purpose, value).encode()):
            return value
        return None

    def digest(self, purpose: str, text: str) -> bytes:
        """16 bytes that stand for ``text`` without telling it: for addresses and devices in tables."""
        return self._hmac(purpose, text)[:16]

    def _mac(self, purpose: str, value: str) -> str:
        mac = self._hmac(purpose, value)[:MAC_BYTES]
        return base64.urlsafe_b64encode(mac).decode().rstrip("=")

    def _hmac(self, purpose: str, value: str) -> bytes:
        return hmac.new(self._key, f"{purpose}\0{value}".encode(), hashlib.sha256).digest()
