"""Notices to send, each written with the change that causes it; and what the phone simulator has received."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, text

from models.tables.base import id_column, instant, metadata

notices = Table(
    "notices",
    metadata,
    id_column(),
    # One per notice, step and channel: written twice it is the same notice.
    Column("key", String(120), nullable=False, unique=True),
    Column("incident_id", ForeignKey("incidents.id"), nullable=True, index=True),
    # Which text: move_request, reminder, binding_code, offer, nobody_on_duty, …
    Column("template", String(40), nullable=False),
    # JSON, without personal data; what the text's placeholders need.
    Column("params", Text, nullable=False),
    # A link or code that only the recipient may read.
    Column("secret_sealed", LargeBinary, nullable=True),
    # Exactly one of these three: a contact of an owner, an officer, or a phone that is not a contact yet.
    Column("contact_id", ForeignKey("contacts.id"), nullable=True),
    Column("officer_id", ForeignKey("officers.id"), nullable=True),
    Column("phone_sealed", LargeBinary, nullable=True),
    Column("channel", String(16), nullable=False),
    # queued, sent, seen, failed, cancelled
    Column("status", String(10), nullable=False),
    Column("failure", String(200), nullable=True),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    instant("created_at", required=True),
    instant("due_at", required=True),
    Column("lease", String(43), nullable=True),
    instant("lease_until"),
    instant("sent_at"),
    instant("seen_at"),
)
Index(
    "ix_notices_queued",
    notices.c.due_at,
    sqlite_where=notices.c.status == text("'queued'"),
    postgresql_where=notices.c.status == text("'queued'"),
)

simulator_messages = Table(
    "simulator_messages",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    # A notice is shown once, however often it was sent.
    Column("notice_id", ForeignKey("notices.id"), nullable=False, unique=True),
    # Which phone: the blind index in hex, never the number.
    Column("phone", String(40), nullable=False, index=True),
    Column("phone_masked", String(20), nullable=False),
    Column("text_zh", Text, nullable=False),
    Column("text_en", Text, nullable=False),
    Column("link", String(200), nullable=True),
    instant("at", required=True),
)
