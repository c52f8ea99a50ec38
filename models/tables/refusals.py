"""Requests that the limits refused, and what a person decided instead. Nothing of what a requester wrote is kept."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from models.tables.base import id_column, instant, metadata

refused_requests = Table(
    "refused_requests",
    metadata,
    id_column(),
    # What the requester is told, to ask by at the counter.
    Column("reference", String(8), nullable=False, index=True),
    # The first and the last time within the hour, and how often.
    instant("at", required=True),
    instant("last_at", required=True, index=True),
    Column("count", Integer, nullable=False),
    instant("hour", required=True),
    Column("district", ForeignKey("districts.code"), nullable=False),
    # Empty: it was about no car of the register, but about a hazard.
    Column("sticker_id", ForeignKey("stickers.id"), nullable=True),
    Column("version_id", ForeignKey("rule_versions.id"), nullable=False),
    # The row of the table ``limits`` that refused, what it counts, and a digest of whom (device, address, car).
    Column("row", String(40), nullable=False),
    Column("subject", String(20), nullable=False),
    Column("subject_digest", LargeBinary, nullable=False, index=True),
    # JSON, without personal data.
    Column("inputs", Text, nullable=False),
    Column("result", Text, nullable=False),
    # Until when it is refused.
    instant("retry_at", required=True),
    # JSON: what somebody of the police let hold instead until then, with who and why.
    Column("instead", Text, nullable=True),
    Column("decided_by", String(60), nullable=True),
    instant("decided_at"),
    Column("reason", String(200), nullable=True),
    # A flood counts up one row an hour.
    UniqueConstraint("sticker_id", "subject", "subject_digest", "row", "hour"),
    CheckConstraint(
        "instead IS NULL AND decided_by IS NULL AND reason IS NULL"
        " OR instead IS NOT NULL AND decided_by IS NOT NULL AND reason IS NOT NULL AND reason <> ''",
        name="decided",
    ),
)
_NO_STICKER = refused_requests.c.sticker_id.is_(None)
Index(
    "uq_refused_requests_no_sticker",
    *(refused_requests.c[name] for name in ("subject", "subject_digest", "row", "hour")),
    unique=True,
    sqlite_where=_NO_STICKER,
    postgresql_where=_NO_STICKER,
)
