"""Notices to send, each written with the change that causes it; and what the phone simulator has received."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, text

from models.tables.base import Id, id_column, instant, metadata

notices = Table(
    "notices",
    metadata,
    id_column(),
    # One per notice, step and channel: written twice it is the same notice.
    Column("key", String(120), nullable=False, unique=True),
    Column("incident_id", ForeignKey("incidents.id"), nullable=True, index=True),
    # Whose channels are used. Empty: the incident's city, else the installation's first.
    Column("city_code", ForeignKey("cities.code"), nullable=True),
    # The notice by which this person began to be told this thing; empty: this one.
    Column("thread", Id, nullable=True, index=True),
    # Which rung of the table ``reach``.
    Column("step", Integer, nullable=False, server_default=text("1")),
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
    # A state of ``models.channels.states``.
    Column("status", String(10), nullable=False),
    # Why not, in one of our words; and what the provider called it.
    Column("failure", String(200), nullable=True),
    Column("code", String(60), nullable=True),
    # Under which name the provider reports what became of it.
    Column("provider_id", String(120), nullable=True),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    instant("created_at", required=True),
    instant("due_at", required=True),
    Column("lease", String(43), nullable=True),
    instant("lease_until"),
    # When it was given to a channel that does not recognise repetitions: whoever finds it so does not know.
    instant("asked_at"),
    # Since when its provider has been left alone, or has wanted us to wait.
    instant("held_since"),
    instant("sent_at"),
    instant("delivered_at"),
    instant("seen_at"),
    instant("answered_at"),
)
Index("uq_notices_channel_provider_id", notices.c.channel, notices.c.provider_id, unique=True)
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
    # For which channel the simulator stands; empty: for none in particular.
    Column("channel", String(16), nullable=True),
    instant("at", required=True),
)
