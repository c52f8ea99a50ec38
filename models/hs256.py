"""Checks the signature of a compact JWS with HS256 (RFC 7515, RFC 7518 section 3.2), and nothing else. Pure.

A hub does this for everybody who connects; the library that makes our tokens takes ten times as long over it
(docs/decisions/0026). What the payload says is the affair of ``models.tokens``.
"""

from __future__ import annotations

import hmac
from binascii import Error, a2b_base64, b2a_base64
from functools import lru_cache

import msgspec

MOST_SECRETS = 4  # that are kept with their key taken in; a process has one
MOST_HEADERS = 64  # different ones that are remembered as good: every issuer has one


class BadSignature(Exception):
    """Not a token, not HS256, or not signed with this secret."""


class _Header(msgspec.Struct):
    alg: str
    crit: msgspec.Raw | None = None  # extensions that must be understood; we understand none
    b64: bool = True  # RFC 7797


_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
_decode_header = msgspec.json.Decoder(_Header).decode


def verified_payload(secret: str, token: str) -> bytes:
    """The payload of a token that was signed with the secret. Raises BadSignature."""
    try:
        header, payload, signature = token.encode("ascii").split(b".")
    except ValueError:
        raise BadSignature from None
    # One algorithm, whatever the header says: "none", or a public key taken for a secret, open nothing.
    if not _is_ours(header):
        raise BadSignature
    signed = _keyed(secret).copy()
    signed.update(header + b"." + payload)
    # Compared as text: of one signature there is one spelling.
    if not hmac.compare_digest(_encoded(signed.digest()), signature):
        raise BadSignature
    return _decoded(payload)


@lru_cache(MOST_SECRETS)
def _keyed(secret: str) -> hmac.HMAC:
    """HMAC over nothing yet: taking the key in is half of what a short message costs."""
    return hmac.new(secret.encode(), digestmod="sha256")


def _is_ours(header: bytes) -> bool:
    try:
        return _is_hs256(header)
    except (BadSignature, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


@lru_cache(MOST_HEADERS)
def _is_hs256(header: bytes) -> bool:
    """Raises what is wrong with it, so that only good ones are remembered."""
    said = _decode_header(_decoded(header))
    if said.alg != "HS256" or said.crit is not None or not said.b64:
        raise BadSignature
    return True


def _decoded(segment: bytes) -> bytes:
    if b"=" in segment:
        raise BadSignature
    try:
        decoded = a2b_base64(segment.translate(_FROM_URL) + b"=" * (-len(segment) % 4))
    except Error:
        raise BadSignature from None
    # The library passes over characters that are not of the alphabet.
    if _encoded(decoded) != segment:
        raise BadSignature
    return decoded


def _encoded(raw: bytes) -> bytes:
    """Base64 as JWS has it (RFC 7515 section 2)."""
    return b2a_base64(raw, newline=False).translate(_TO_URL).rstrip(b"=")
