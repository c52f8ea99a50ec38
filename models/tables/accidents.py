"""Accidents that are settled on the road: what was answered, who took part, what they agreed, and the documents."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from models.tables.base import Id, id_column, instant, metadata

accidents = Table(
    "accidents",
    metadata,
    # The incident's own id.
    Column("id", ForeignKey("incidents.id"), primary_key=True),
    # Of the first question: which answers were yes (with commas), and what the table ``accident_path`` made of them.
    Column("answers", String(120), nullable=False),
    Column("path", String(10), nullable=False),
    Column("move", Boolean, nullable=False),
    Column("rescue", Boolean, nullable=False),
    # A number to call back, sealed; only whoever reported an accident of the police gives one.
    Column("call_sealed", LargeBinary, nullable=True),
    # What both sign. Each change is a version, and a signature is under one of them.
    Column("terms", Integer, nullable=False, server_default=text("0")),
    Column("form", String(16), nullable=True),
    Column("did_a", String(20), nullable=True),
    Column("did_b", String(20), nullable=True),
    # Of side a; side b has what is left (``models.accident.forms.OPPOSITE``). ``suggested``: the table's word.
    Column("suggested", String(12), nullable=True),
    Column("grade_a", String(12), nullable=True),
    Column("rule_version", String(26), nullable=True),
    Column("weather", String(12), nullable=True),
    instant("happened_at", required=True),
    # A code for the other party's phone: its digest, until when it is good. It is emptied when it was used.
    Column("join_digest", LargeBinary, nullable=True, unique=True),
    instant("join_until"),
)

accident_parties = Table(
    "accident_parties",
    metadata,
    # The party's place in the incident.
    Column("id", ForeignKey("participants.id"), primary_key=True),
    Column("accident_id", ForeignKey("accidents.id"), nullable=False),
    # a: who reported it; b: the other one.
    Column("side", String(1), nullable=False),
    # What art. 21 wants of a party, as JSON, sealed: name, licence, phone, vehicle, plate, insurer, policy.
    Column("details_sealed", LargeBinary, nullable=True),
    Column("plate_masked", String(12), nullable=True),
    # His link, sealed: the notice of the document carries the same.
    Column("token_sealed", LargeBinary, nullable=True),
    Column("complete", Boolean, nullable=False, server_default=text("false")),
    # The version of the terms under which it was signed, when, and the strokes, sealed, with their SHA-256.
    Column("signed_terms", Integer, nullable=True),
    instant("signed_at"),
    Column("signature_sealed", LargeBinary, nullable=True),
    Column("signature_sha256", LargeBinary, nullable=True),
    UniqueConstraint("accident_id", "side"),
)

accident_shots = Table(
    "accident_shots",
    metadata,
    Column("accident_id", ForeignKey("accidents.id"), primary_key=True),
    Column("shot", String(10), primary_key=True),
    Column("photo_id", ForeignKey("photos.id"), nullable=False, index=True),
)

accident_documents = Table(
    "accident_documents",
    metadata,
    id_column(),
    Column("accident_id", ForeignKey("accidents.id"), nullable=False, index=True),
    # agreement (of the parties) or determination (by an officer)
    Column("kind", String(14), nullable=False),
    # What is printed on it, to verify it by.
    Column("code", String(12), nullable=False, unique=True),
    Column("sha256", LargeBinary, nullable=False),
    # The PDF, sealed, in the media folder; emptied when it is kept no longer.
    Column("file", String(80), nullable=True),
    instant("made_at", required=True),
    Column("officer_number", String(20), nullable=True),
    Column("unit", String(60), nullable=True),
    Column("grade_a", String(12), nullable=False),
    instant("withdrawn_at"),
    Column("withdrawn_by", Id, nullable=True),
    Column("withdrawn_reason", String(200), nullable=True),
)

# Drawn, and not anybody's yet: a file whose transaction was lost is found here and removed.
accident_drawings = Table(
    "accident_drawings",
    metadata,
    Column("file", String(80), primary_key=True),
    instant("drawn_at", required=True),
)

# That a determination reached a party (art. 24): signed for, or refused, as the party or the officer said.
accident_receipts = Table(
    "accident_receipts",
    metadata,
    id_column(),
    Column("document_id", ForeignKey("accident_documents.id"), nullable=False),
    Column("party_id", ForeignKey("participants.id"), nullable=False),
    # signed or refused
    Column("answer", String(8), nullable=False),
    instant("at", required=True),
    # The service number of the officer who noted a refusal; nothing where the party said so.
    Column("noted_by", String(20), nullable=True),
    Column("signature_sealed", LargeBinary, nullable=True),
    Column("signature_sha256", LargeBinary, nullable=True),
    UniqueConstraint("document_id", "party_id"),
)

# A party's written request that the next higher unit reviews the determination (art. 71-79); once per accident.
accident_reviews = Table(
    "accident_reviews",
    metadata,
    id_column(),
    Column("accident_id", ForeignKey("accidents.id"), nullable=False, unique=True),
    Column("document_id", ForeignKey("accident_documents.id"), nullable=False),
    Column("party_id", ForeignKey("participants.id"), nullable=False),
    # What is asked for, why, and on what evidence: as JSON, sealed.
    Column("words_sealed", LargeBinary, nullable=True),
    instant("requested_at", required=True),
    instant("forward_by", required=True),
    instant("forwarded_at"),
    Column("forwarded_by", Id, nullable=True),
    instant("decide_by"),
    instant("withdrawn_at"),
    instant("decided_at"),
    Column("decided_by", Id, nullable=True),
    # upheld, or redo: to be determined anew, by when
    Column("outcome", String(8), nullable=True),
    # The service numbers of the two who reviewed it.
    Column("reviewers", String(42), nullable=True),
    Column("conclusion_sealed", LargeBinary, nullable=True),
    instant("redo_by"),
)
