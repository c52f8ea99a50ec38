"""Vehicles, who owns them, and the stickers on their windows."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from models.tables.base import id_column, instant, metadata

vehicles = Table(
    "vehicles",
    metadata,
    id_column(),
    Column("plate", String(12), nullable=False),
    # The same number exists with several classes (blue and yellow), so the pair is the key.
    Column("plate_class", String(16), nullable=False),
    instant("created_at", required=True),
    UniqueConstraint("plate", "plate_class"),
)

ownerships = Table(
    "ownerships",
    metadata,
    id_column(),
    Column("vehicle_id", ForeignKey("vehicles.id"), nullable=False),
    Column("owner_id", ForeignKey("owners.id"), nullable=False, index=True),
    instant("began_at", required=True),
    instant("ended_at"),
)
Index(
    "uq_ownerships_open",
    ownerships.c.vehicle_id,
    unique=True,
    sqlite_where=ownerships.c.ended_at.is_(None),
    postgresql_where=ownerships.c.ended_at.is_(None),
)

sticker_batches = Table(
    "sticker_batches",
    metadata,
    id_column(),
    Column("district", ForeignKey("districts.code"), nullable=False),
    Column("count", Integer, nullable=False),
    Column("issued_by", String(60), nullable=False),
    instant("issued_at", required=True),
)

stickers = Table(
    "stickers",
    metadata,
    id_column(),
    # Opaque, at least 128 bits; kept readable because a batch can be printed again.
    Column("code", String(43), nullable=False, unique=True),
    Column("district", ForeignKey("districts.code"), nullable=False),
    Column("batch_id", ForeignKey("sticker_batches.id"), nullable=True, index=True),
    # fresh, bound, paused, revoked, replaced
    Column("status", String(10), nullable=False),
    Column("vehicle_id", ForeignKey("vehicles.id"), nullable=True, index=True),
    Column("replaced_by", ForeignKey("stickers.id"), nullable=True),
    instant("issued_at", required=True),
    instant("bound_at"),
)

bindings = Table(
    "bindings",
    metadata,
    id_column(),
    Column("sticker_id", ForeignKey("stickers.id"), nullable=False, index=True),
    # bind, replace or unbind: what the confirmation will do.
    Column("purpose", String(10), nullable=False),
    Column("plate", String(12), nullable=False),
    Column("plate_class", String(16), nullable=False),
    Column("phone_sealed", LargeBinary, nullable=False),
    Column("phone_index", LargeBinary, nullable=False),
    Column("name_sealed", LargeBinary, nullable=True),
    # HMAC of the code that was sent to the phone.
    Column("code_hash", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    instant("created_at", required=True),
    instant("expires_at", required=True),
    instant("used_at"),
)
