"""Documents of the record, as PDF: what was made, of what, by which code it is verified."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, UniqueConstraint

from models.tables.base import Id, id_column, instant, metadata

documents = Table(
    "documents",
    metadata,
    id_column(),
    # Of ``models.documents.sheet``.
    Column("kind", String(16), nullable=False),
    # What it is of: an incident's or a shift's id.
    Column("subject", Id, nullable=False),
    Column("district", ForeignKey("districts.code"), nullable=False),
    # Digest of all that stands on it: asked for again unchanged, it is the same document.
    Column("print", LargeBinary, nullable=False),
    # What is printed on it, to verify it by.
    Column("code", String(12), nullable=False, unique=True),
    Column("sha256", LargeBinary, nullable=False),
    # The PDF, sealed, in the media folder; emptied when it is kept no longer.
    Column("file", String(80), nullable=True),
    # The instant that it is about, for who verifies it: when the incident or the shift was over.
    instant("about_at", required=True),
    instant("made_at", required=True),
    UniqueConstraint("kind", "subject", "print", name="uq_documents_kind_subject_print"),
)
