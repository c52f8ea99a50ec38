"""What providers gave us for a time, and which of their calls were dealt with already."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, String, Table, text

from models.tables.base import instant, metadata

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
