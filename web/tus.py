"""The words of tus 1.0 (resumable uploads): headers in and out. Core, creation, expiration, checksum and termination.

Leaves to others: rows and bytes (``models.actions.uploads``, ``web.appending``).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from starlette.datastructures import Headers

from models.errors import InvalidField, ProtocolVersion, UnsupportedMedia

if TYPE_CHECKING:
    from hashlib import _Hash

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
# The protocol wants sha1 of every server that knows checksums; nothing is proven by it but that a line was noisy.
ALGORITHMS = ("sha256", "sha1")
BODY = "application/offset+octet-stream"
# For pages of other origins: what they may ask with, and what they may read.
ASKED = ("tus-resumable", "upload-length", "upload-offset", "upload-metadata", "upload-checksum")
TOLD = ("location", "tus-resumable", "tus-version", "tus-extension", "tus-max-size", "upload-offset", "upload-length",
        "upload-expires")  # fmt: skip
_LONGEST_METADATA = 1_024
_DIGITS = 12  # of a number: nothing here is anywhere near a terabyte


def check_version(headers: Headers) -> None:
    """Raises ProtocolVersion."""
    if headers.get("tus-resumable") != VERSION:
        raise ProtocolVersion(version=VERSION)


def number(headers: Headers, name: str) -> int:
    """A whole number in a header. Raises InvalidField, which names the header."""
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > _DIGITS:
        raise InvalidField(field=name, why="wrong_type" if text else "required")
    return int(text)


def metadata(headers: Headers) -> Mapping[str, str]:
    """``Upload-Metadata``: names and Base64 values, separated by commas. Raises InvalidField."""
    text = headers.get("upload-metadata", "")
    found: dict[str, str] = {}
    try:
        if len(text) > _LONGEST_METADATA:
            raise ValueError
        for pair in filter(None, (part.strip() for part in text.split(","))):
            name, _, value = pair.partition(" ")
            found[name] = base64.b64decode(value.strip(), validate=True).decode()
    except (ValueError, binascii.Error):
        raise InvalidField(field="Upload-Metadata", why="wrong_type") from None
    return found


def check_body(headers: Headers) -> None:
    """Raises UnsupportedMedia."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != BODY:
        raise UnsupportedMedia(field="Content-Type")


def checksum(headers: Headers) -> tuple[_Hash, bytes] | None:
    """What the body's digest is made with, and what it shall be; None where none is given. Raises InvalidField."""
    text = headers.get("upload-checksum")
    if text is None:
        return None
    algorithm, _, value = text.partition(" ")
    try:
        if algorithm not in ALGORITHMS:
            raise ValueError
        return hashlib.new(algorithm, usedforsecurity=False), base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        raise InvalidField(field="Upload-Checksum", why="wrong_type") from None


def of_row(row: Any, received: int | None = None) -> dict[str, str]:
    """How far an upload is, and until when it may be continued."""
    told = {"upload-offset": str(row.received if received is None else received)}
    if row.expires_at is not None:
        told["upload-expires"] = http_date(row.expires_at)
    return told


def http_date(instant: datetime) -> str:
    """As RFC 9110 writes it."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)
