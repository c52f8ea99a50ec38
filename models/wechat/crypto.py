"""The envelope of encrypted callbacks: AES-256-CBC under the EncodingAESKey, with length and app id inside. Pure.

CBC tells nobody that a message was changed, so an envelope is opened only after its signature was checked, and every
failure of opening looks the same from outside.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import struct
from collections.abc import Callable

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32  # bytes; PKCS#7 as the platform has it
_HEAD = 20  # 16 random bytes and the length


class EnvelopeBroken(ValueError):
    """Not an envelope of this account."""


def key_of(aes_key: str) -> bytes:
    """The 32 bytes of an EncodingAESKey. Raises ValueError."""
    return base64.b64decode(f"{aes_key}=")


def seal(key: bytes, app_id: str, text: str, *, random: Callable[[int], bytes] = os.urandom) -> str:
    """The envelope around ``text``, in base64."""
    content = text.encode()
    plain = random(16) + struct.pack(">I", len(content)) + content + app_id.encode()
    padding = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def open_(key: bytes, app_id: str, envelope: str) -> str:
    """What is in it. Raises EnvelopeBroken, also for an envelope that is another account's."""
    try:
        sealed = base64.b64decode(envelope, validate=True)
    except binascii.Error:
        raise EnvelopeBroken from None
    if not sealed or len(sealed) % 16:
        raise EnvelopeBroken
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(sealed) + decryptor.finalize()
    padding = plain[-1]
    if not 1 <= padding <= BLOCK or len(plain) < _HEAD + padding:
        raise EnvelopeBroken
    plain = plain[:-padding]
    length = int(struct.unpack(">I", plain[16:_HEAD])[0])
    content, whose = plain[_HEAD : _HEAD + length], plain[_HEAD + length :]
    if len(content) != length or not hmac.compare_digest(whose, app_id.encode()):
        raise EnvelopeBroken
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise EnvelopeBroken from None
