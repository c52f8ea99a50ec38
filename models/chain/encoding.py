"""The bytes of a row that its hash is over. Written down in docs/records.md, for programs of others.

The hash of a row is SHA-256 over a JSON array in UTF-8 as RFC 8785 writes it (no spaces, nothing escaped that need not
be): the chain's name and version, the hash before it in hexadecimal digits (64 zeros before the first row), and then
each column in its order. Whole numbers are numbers, what is empty is ``null``, instants are text in UTC with six
decimals and ``Z``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec

from models.tables.base import instant_text

ZERO = bytes(32)  # before the first row
EVENT = "wufen event 1"
AUDIT = "wufen audit 1"
# Every column but the hash itself, the positions in the channels included.
EVENT_COLUMNS = (
    "district", "offset", "name", "at", "incident_id", "incident_offset", "officer_id", "officer_offset",
    "data", "offer", "deadlines", "actor", "detail",
)  # fmt: skip
AUDIT_COLUMNS = ("number", "id", "at", "actor", "role", "action", "subject", "reason", "success")
_AT = 2 + EVENT_COLUMNS.index("at")

_encoder = msgspec.json.Encoder()


def link(kind: str, before: bytes, values: Iterable[Any]) -> bytes:
    """The hash of the row with these values, in the order of its columns, after the row with the hash ``before``."""
    told = [instant_text(value) if isinstance(value, datetime) else value for value in values]
    return sha256(_encoder.encode([kind, before.hex(), *told])).digest()


def event_link(before: bytes, row: Mapping[str, Any]) -> bytes:
    """The hash of a row of ``events``: ``link``, for the path that every request takes."""
    values = [EVENT, before.hex(), *[row[name] for name in EVENT_COLUMNS]]
    values[_AT] = instant_text(values[_AT])
    return sha256(_encoder.encode(values)).digest()


def audit_link(before: bytes, row: Mapping[str, Any]) -> bytes:
    """The hash of a row of ``audit``."""
    return link(AUDIT, before, [row[name] for name in AUDIT_COLUMNS])


def chained(kind: str, before: bytes, rows: Iterable[Sequence[Any]]) -> bytes:
    """The hash of the last of these rows, each after the one before it."""
    for values in rows:
        before = link(kind, before, values)
    return before
