"""Panics: an officer's alarm, until a commander clears it. Each change is an event of its district's log."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, text

from models.tables.base import Id, id_column, instant, metadata

panics = Table(
    "panics",
    metadata,
    id_column(),
    Column("district", ForeignKey("districts.code"), nullable=False),
    Column("officer_id", ForeignKey("officers.id"), nullable=False),
    # What the feed shows of the officer, as it was then.
    Column("service_number", String(20), nullable=False),
    Column("unit", String(60), nullable=False),
    # raised, withdrawn, cleared
    Column("status", String(10), nullable=False),
    # Compare-and-set, as with incidents.
    Column("version", Integer, nullable=False),
    # What he was at when he raised it, if anything.
    Column("incident_id", Id, nullable=True),
    instant("raised_at", required=True),
    # When it was raised last: whoever holds the button again says that it is still so.
    instant("again_at", required=True),
    # His last known position, WGS-84 degrees; accuracy in metres.
    Column("lat", Float, nullable=True),
    Column("lng", Float, nullable=True),
    Column("accuracy_m", Float, nullable=True),
    instant("position_at"),
    # He says himself that it was none; it stands until a commander has confirmed it.
    instant("withdrawn_at"),
    instant("cleared_at"),
    Column("cleared_by", String(20), nullable=True),
    Column("note", String(500), nullable=True),
)
# One officer has one alarm at a time.
Index(
    "uq_panics_open",
    panics.c.officer_id,
    unique=True,
    sqlite_where=panics.c.status != text("'cleared'"),
    postgresql_where=panics.c.status != text("'cleared'"),
)
Index("ix_panics_district_status", panics.c.district, panics.c.status)
