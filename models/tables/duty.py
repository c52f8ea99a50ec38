"""Duty: zones of a district, rosters and who stands in them, unit statuses, consents, hand-overs.

The shift itself, which begins with signing on, is in ``people``.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, text

from models.tables.base import Id, id_column, instant, metadata

zones = Table(
    "zones",
    metadata,
    id_column(),
    Column("district", ForeignKey("districts.code"), nullable=False),
    # Short and unique in its district: what rosters in files call it.
    Column("code", String(20), nullable=False),
    Column("name", String(40), nullable=False),
    Column("name_en", String(60), nullable=False),
    # A ring of [lng, lat] in WGS-84 as JSON; empty: a name and no border.
    Column("polygon", Text, nullable=True),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)
Index("uq_zones_district_code", zones.c.district, zones.c.code, unique=True)

shift_templates = Table(
    "shift_templates",
    metadata,
    id_column(),
    Column("district", ForeignKey("districts.code"), nullable=False, index=True),
    Column("name", String(40), nullable=False),
    # Minutes since midnight in Beijing, and how long it lasts: 22:00 for 480 minutes ends on the next day.
    Column("starts_minute", Integer, nullable=False),
    Column("minutes", Integer, nullable=False),
    # So long after its end a shift that nobody ended ends by itself.
    Column("grace_minutes", Integer, nullable=False),
    # {"police": 2, …}: how many are required in which role.
    Column("needs", Text, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)

rosters = Table(
    "rosters",
    metadata,
    id_column(),
    Column("district", ForeignKey("districts.code"), nullable=False),
    # Its Monday in Beijing, as 2026-11-30.
    Column("week", String(10), nullable=False),
    # Empty: a draft that officers do not see.
    instant("published_at"),
    Column("published_by", Id, nullable=True),
)
Index("uq_rosters_district_week", rosters.c.district, rosters.c.week, unique=True)

roster_shifts = Table(
    "roster_shifts",
    metadata,
    id_column(),
    Column("roster_id", ForeignKey("rosters.id"), nullable=False, index=True),
    Column("district", ForeignKey("districts.code"), nullable=False),
    Column("zone_id", ForeignKey("zones.id"), nullable=True),
    Column("name", String(40), nullable=False),
    instant("starts_at", required=True),
    instant("ends_at", required=True),
    Column("grace_minutes", Integer, nullable=False),
    Column("needs", Text, nullable=False),
)
Index("ix_roster_shifts_district_starts_at", roster_shifts.c.district, roster_shifts.c.starts_at)

roster_places = Table(
    "roster_places",
    metadata,
    Column("roster_shift_id", ForeignKey("roster_shifts.id"), primary_key=True),
    Column("officer_id", ForeignKey("officers.id"), primary_key=True),
    # leader, police, auxiliary
    Column("role", String(16), nullable=False),
)
Index("ix_roster_places_officer_id", roster_places.c.officer_id)

unit_statuses = Table(
    "unit_statuses",
    metadata,
    id_column(),
    Column("shift_id", ForeignKey("shifts.id"), nullable=False, index=True),
    Column("officer_id", ForeignKey("officers.id"), nullable=False),
    Column("district", ForeignKey("districts.code"), nullable=False),
    # What he was from here on, and by which event of the unit's table.
    Column("status", String(16), nullable=False),
    Column("event", String(10), nullable=False),
    Column("incident_id", Id, nullable=True),
    instant("at", required=True),
)
Index("ix_unit_statuses_incident_id", unit_statuses.c.incident_id, unit_statuses.c.at)
Index("ix_unit_statuses_district_at", unit_statuses.c.district, unit_statuses.c.at)

position_consents = Table(
    "position_consents",
    metadata,
    id_column(),
    Column("officer_id", ForeignKey("officers.id"), nullable=False),
    # Which wording was shown, and for how many days it said that a place is kept.
    Column("version", String(10), nullable=False),
    Column("keep_days", Integer, nullable=False),
    Column("given", Boolean, nullable=False),
    instant("at", required=True),
)
Index("ix_position_consents_officer_id_at", position_consents.c.officer_id, position_consents.c.at)

handovers = Table(
    "handovers",
    metadata,
    id_column(),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False),
    Column("giver_id", ForeignKey("officers.id"), nullable=False),
    Column("taker_id", ForeignKey("officers.id"), nullable=False),
    Column("note", String(500), nullable=True),
    # asked, accepted, declined, withdrawn
    Column("status", String(10), nullable=False),
    Column("reason", String(200), nullable=True),
    instant("asked_at", required=True),
    instant("answered_at"),
)
# One incident is handed to one person at a time.
Index(
    "uq_handovers_open",
    handovers.c.incident_id,
    unique=True,
    sqlite_where=handovers.c.status == text("'asked'"),
    postgresql_where=handovers.c.status == text("'asked'"),
)
Index("ix_handovers_taker_id_status", handovers.c.taker_id, handovers.c.status)
Index("ix_handovers_giver_id_status", handovers.c.giver_id, handovers.c.status)
