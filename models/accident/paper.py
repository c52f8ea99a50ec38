"""What stands on the document of an accident: an agreement of the parties, or an officer's determination. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from models.accident.details import Details
from models.accident.signature import Stroke

Kind = Literal["agreement", "determination"]


@dataclass(frozen=True, slots=True)
class Signed:
    """A party as the document has it: all that art. 21 wants, what he did, his grade, and his own hand."""

    side: str
    details: Details = field(repr=False)
    did: str | None
    grade: str
    signature: tuple[Stroke, ...] | None = field(default=None, repr=False)
    signature_sha256: bytes | None = None
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """``photos``: the SHA-256 of each upload, in the order in which they came. ``place`` in words, or as degrees.

    ``officer`` and ``unit``, ``reason``: of a determination.
    """

    kind: Kind
    code: str
    platform: str
    district: str
    place: str
    happened_at: datetime
    made_at: datetime
    weather: str | None
    form: str | None
    parties: tuple[Signed, ...] = field(repr=False)
    photos: tuple[bytes, ...] = ()
    suggested: str | None = None
    officer: str | None = None
    unit: str | None = None
    reason: str | None = None


def fingerprint(*parts: object) -> bytes:
    """Tells whether anything that stands on a document has changed since it was drawn."""
    return hashlib.sha256("\0".join(map(repr, parts)).encode()).digest()
