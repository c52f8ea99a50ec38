"""Records of whole periods that are written out for other systems: what was asked for, how far it is, and its files."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    text,
)

from models.tables.base import Id, id_column, instant, metadata

bulk_exports = Table(
    "bulk_exports",
    metadata,
    id_column(),
    Column("district", ForeignKey("districts.code"), nullable=False),
    # Incidents that were requested in since <= requested_at < until.
    instant("since", required=True),
    instant("until", required=True),
    # csv, json, parquet
    Column("format", String(8), nullable=False),
    # Whole plates are in it.
    Column("plates", Boolean, nullable=False),
    Column("officer_id", ForeignKey("officers.id"), nullable=False),
    Column("reason", String(200), nullable=False),
    # waiting, ready, failed, cancelled, expired
    Column("status", String(10), nullable=False),
    Column("failure", String(40), nullable=True),
    # How many there were when it was asked for; how many are written.
    Column("total", Integer, nullable=False),
    Column("rows", Integer, nullable=False, server_default=text("0")),
    # Where the next file begins: behind this incident.
    instant("after_at"),
    Column("after_id", Id, nullable=True),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("lease", Id, nullable=True),
    instant("lease_until"),
    instant("created_at", required=True),
    instant("ready_at"),
    # When its files go.
    instant("expires_at"),
)
Index("ix_bulk_exports_district_created_at", bulk_exports.c.district, bulk_exports.c.created_at)
Index("ix_bulk_exports_status", bulk_exports.c.status)

bulk_files = Table(
    "bulk_files",
    metadata,
    Column("export_id", ForeignKey("bulk_exports.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("rows", Integer, nullable=False),
    # Of the file as it is handed out; the media folder has it sealed under ``file``.
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("file", String(80), nullable=False),
)
