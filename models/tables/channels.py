"""What each city has set up for the ways to a person, and what a person lets us use."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from models.tables.base import id_column, instant, metadata

channel_setups = Table(
    "channel_setups",
    metadata,
    id_column(),
    Column("city_code", ForeignKey("cities.code"), nullable=False),
    # A name of ``models.channels.kinds``.
    Column("channel", String(16), nullable=False),
    Column("active", Boolean, nullable=False),
    # Empty: as the program has it.
    Column("timeout_seconds", Float, nullable=True),
    Column("a_minute", Integer, nullable=True),
    # JSON: what everybody of the administration may read, and what nobody may any more.
    Column("given", Text, nullable=False),
    Column("secrets_sealed", LargeBinary, nullable=True),
    instant("changed_at", required=True),
    Column("changed_by", String(60), nullable=False),
    UniqueConstraint("city_code", "channel"),
)

contact_channels = Table(
    "contact_channels",
    metadata,
    id_column(),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("channel", String(16), nullable=False),
    # His address there, where that is not his phone (WeChat: the openid); and its blind index.
    Column("address_sealed", LargeBinary, nullable=True),
    Column("address_index", LargeBinary, nullable=True, index=True),
    # False: he said that he does not want to be told this way. Without a row: as the rules have it.
    Column("allowed", Boolean, nullable=False, server_default=text("true")),
    # Hours of Beijing's day between which he wants nothing by this channel; empty: none.
    Column("quiet_from", Integer, nullable=True),
    Column("quiet_to", Integer, nullable=True),
    instant("changed_at", required=True),
    UniqueConstraint("contact_id", "channel"),
)
