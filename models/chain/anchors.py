"""An anchor: where all chains end at one instant, signed with Ed25519; and whether one is right.

Whoever changes the record together with all its hashes would have to sign again. Leaves to others: when one is made,
and where it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

VERSION = 1
End = tuple[int, str]  # a place, and its hash in hexadecimal digits


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is signed: this as JSON, its fields in this order. ``day`` is Beijing's; None where an epoch begins.

    ``previous`` is the SHA-256 of the text before it, so that none is taken out; ``outside`` counts the audit records
    without a place.
    """

    wufen_anchor: int
    number: int
    day: str | None
    at: str
    epoch: str
    previous: str | None
    log: dict[str, End]
    audit: End
    outside: int


class File(msgspec.Struct, frozen=True):
    """An anchor as it is exported: the text as it was signed, and everything in hexadecimal digits."""

    text: str
    key: str
    public_key: str
    signature: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A text with its signature by the key of this id."""

    text: str
    key: str
    signature: bytes


_decoder = msgspec.json.Decoder(Text)


def written(text: Text) -> str:
    """The JSON that is signed."""
    return msgspec.json.encode(text).decode()


def read(text: str) -> Text:
    """Raises ValueError for anything that is no anchor of this version."""
    try:
        found = _decoder.decode(text)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
    if found.wufen_anchor != VERSION:
        raise ValueError(f"version {found.wufen_anchor} is not known here")
    return found


def digest(text: str) -> str:
    """What the next anchor names this one by."""
    return sha256(text.encode()).hexdigest()


def sign(text: str, keys: Mapping[str, bytes]) -> Signed:
    """With the first of the keys (32 bytes each), which is the newest."""
    key_id, seed = next(iter(keys.items()))
    return Signed(text, key_id, Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode()))


def public_keys(keys: Mapping[str, bytes]) -> dict[str, bytes]:
    """What others need to check a signature: 32 bytes of each key, by its id."""
    return {
        key_id: Ed25519PrivateKey.from_private_bytes(seed)
        .public_key()
        .public_bytes(Encoding.Raw, PublicFormat.Raw)
        for key_id, seed in keys.items()
    }


def is_signed(signed: Signed, public: Mapping[str, bytes]) -> bool:
    """Whether one of these keys signed it."""
    key = public.get(signed.key)
    if key is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signed.signature, signed.text.encode())
    except InvalidSignature:
        return False
    return True


def file_of(signed: Signed, public: Mapping[str, bytes]) -> bytes:
    """The exported form."""
    made = File(signed.text, signed.key, public[signed.key].hex(), signed.signature.hex())
    return msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"


def from_file(content: bytes) -> Signed:
    """Raises ValueError. The public key that a file names is believed by nobody."""
    try:
        found = msgspec.json.decode(content, type=File)
        return Signed(found.text, found.key, bytes.fromhex(found.signature))
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
