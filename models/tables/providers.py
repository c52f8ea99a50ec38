"""What providers gave us for a time, and which of their calls were dealt with already."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, text

from models.tables.base import id_column, instant, metadata

# One row for each token of each account, so that all processes use the same and only one renews it.
provider_tokens = Table(
    "provider_tokens",
    metadata,
    # wechat:<app id>:access, …
    Column("name", String(80), primary_key=True),
    Column("value_sealed", LargeBinary, nullable=True),
    instant("expires_at"),
    # Who is renewing it now.
    Column("lease", String(43), nullable=True),
    instant("lease_until"),
    # When it was last renewed by force, and how often on that day (UTC).
    instant("forced_at"),
    Column("forced_today", Integer, nullable=False, server_default=text("0")),
)

# Callbacks come again until they are answered; what they caused is caused once.
provider_calls = Table(
    "provider_calls",
    metadata,
    # A digest of what tells one from another; no address of anybody.
    Column("key", String(64), primary_key=True),
    instant("at", required=True, index=True),
)

# A number that stands for two others while an incident lasts. Of whoever calls only a blind index is kept, of the owner
# nothing: his contact is named.
private_numbers = Table(
    "private_numbers",
    metadata,
    id_column(),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False, index=True),
    Column("participant_id", ForeignKey("participants.id"), nullable=False),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("caller_index", LargeBinary, nullable=False),
    Column("city_code", ForeignKey("cities.code"), nullable=False),
    # The provider's name of the binding, and the number; empty until it has answered.
    Column("subscription", String(60), nullable=True),
    Column("number_sealed", LargeBinary, nullable=True),
    instant("at", required=True),
    # From when on it leads nowhere by itself.
    instant("expires_at", required=True),
    # When to try to unbind it, and how often that was tried; ended: it leads nowhere.
    instant("unbind_at"),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    instant("ended_at"),
)
Index(
    "ix_private_numbers_open",
    private_numbers.c.expires_at,
    sqlite_where=private_numbers.c.ended_at.is_(None),
    postgresql_where=private_numbers.c.ended_at.is_(None),
)

# Browsers of officers that are told while the page is closed; each belongs to a session and ends with it.
push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    id_column(),
    Column("officer_id", ForeignKey("officers.id"), nullable=False, index=True),
    Column("session_id", ForeignKey("sessions.id"), nullable=False, index=True),
    Column("endpoint_index", LargeBinary, nullable=False, unique=True),
    # Its keys and its address at the push service.
    Column("sealed", LargeBinary, nullable=False),
    instant("at", required=True),
)
