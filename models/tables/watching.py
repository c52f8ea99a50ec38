"""Lists of vehicles to look out for that were taken in, where such a vehicle turned up, and what has no motor."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from models.tables.base import DistrictCode, id_column, instant, metadata

watch_imports = Table(
    "watch_imports",
    metadata,
    id_column(),
    Column("scope", DistrictCode, nullable=False),
    # The list's name: what a flag of it has as its source.
    Column("source", String(120), nullable=False),
    # SHA-256 of the file, which itself is not kept.
    Column("sha256", LargeBinary, nullable=False),
    # It was the whole list, and what was missing ended.
    Column("whole", Boolean, nullable=False),
    Column("new", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("ended", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("by", String(60), nullable=False),
    instant("at", required=True),
)
Index("ix_watch_imports_scope_at", watch_imports.c.scope, watch_imports.c.at)

watch_hits = Table(
    "watch_hits",
    metadata,
    id_column(),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    # As which class the list has the number: the one on the car may be of another.
    Column("plate_class", String(16), nullable=False),
    Column("dated", String(10), nullable=True),
    instant("at", required=True),
    # How many officers and commanders were told at once.
    Column("told", Integer, nullable=False),
    UniqueConstraint("incident_id", "kind", "plate_class"),
)

non_motor = Table(
    "non_motor",
    metadata,
    Column("vehicle_id", ForeignKey("vehicles.id"), primary_key=True),
    # ebike, bicycle, tricycle, other
    Column("kind", String(12), nullable=False),
    Column("colour", String(12), nullable=True),
    # What it looks like; never who rides it.
    Column("description", String(120), nullable=True),
    # The number on its frame, to be found by: equal numbers are found without being read.
    Column("frame_index", LargeBinary, nullable=True, index=True),
    Column("frame_sealed", LargeBinary, nullable=True),
    Column("district", ForeignKey("districts.code"), nullable=False),
    Column("recorded_by", String(60), nullable=False),
    instant("recorded_at", required=True),
)
Index("ix_non_motor_district_recorded_at", non_motor.c.district, non_motor.c.recorded_at)
