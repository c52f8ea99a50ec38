"""Checks the signature of a compact JWS with HS256 (RFC 7515, RFC 7518 section 3.2), and nothing else. Pure.

A hub does this for everybody who connects; the library that makes our tokens takes ten times as long over it
(docs/decisions/0026). What the payload says is the affair of ``models.tokens``.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from functools import lru_cache

import msgspec

MOST_HEADERS = 64  # different ones that are remembered as good: every issuer has one


class BadSignature(Exception):
    """Not a token, not HS256, or not signed with this secret."""


class _Header(msgspec.Struct):
    alg: str
    crit: msgspec.Raw | None = None  # extensions that must be understood; we understand none
    b64: bool = True  # RFC 7797


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
    digest = hmac.digest(secret.encode(), header + b"." + payload, "sha256")
    # Compared as text: of one signature there is one spelling.
    if not hmac.compare_digest(urlsafe_b64encode(digest).rstrip(b"="), signature):
        raise BadSignature
    return _decoded(payload)


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
        decoded = urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))
    except Error:
        raise BadSignature from None
    # The library passes over characters that are not of the alphabet.
    if urlsafe_b64encode(decoded).rstrip(b"=") != segment:
        raise BadSignature
    return decoded
