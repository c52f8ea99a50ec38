"""Vehicles, who owns them, and the stickers on their windows."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from models.tables.base import DistrictCode, id_column, instant, metadata

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

# Vehicles to look out for. A plate is kept as a blind index: whoever reads the table has no list of plates.
watch_flags = Table(
    "watch_flags",
    metadata,
    id_column(),
    Column("plate_index", LargeBinary, nullable=False),
    # Number and class, sealed: of which the index is made anew under another key. Empty in rows of before.
    Column("plate_sealed", LargeBinary, nullable=True),
    Column("plate_masked", String(12), nullable=False),
    # yellow_label, inspection_overdue, stolen, cloned, repeat_offender
    Column("kind", String(20), nullable=False),
    # The date that goes with it (when the label ends, the inspection was due), as the source gives it: YYYY-MM-DD.
    Column("dated", String(10), nullable=True),
    # In force from … to; without an end until it is cleared.
    instant("begins_at", required=True),
    instant("ends_at"),
    # The district or city for which it holds.
    Column("scope", DistrictCode, nullable=False),
    # Where it comes from: a list, an order, a case.
    Column("source", String(120), nullable=False),
    Column("set_by", String(60), nullable=False),
    instant("set_at", required=True),
    Column("cleared_by", String(60), nullable=True),
    instant("cleared_at"),
    Column("cleared_reason", String(200), nullable=True),
)
# One source says one kind of a vehicle in a place once.
Index(
    "uq_watch_flags_standing",
    watch_flags.c.plate_index,
    watch_flags.c.kind,
    watch_flags.c.scope,
    watch_flags.c.source,
    unique=True,
    sqlite_where=watch_flags.c.cleared_at.is_(None),
    postgresql_where=watch_flags.c.cleared_at.is_(None),
)
