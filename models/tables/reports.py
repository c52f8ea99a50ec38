"""Citizens' reports of offences: what was told, who told it, each step of it, and the days that are no working days."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, text

from models.tables.base import Id, id_column, instant, metadata

reports = Table(
    "reports",
    metadata,
    id_column(),
    Column("district", ForeignKey("districts.code"), nullable=False),
    Column("zone", String(20), nullable=True),
    # What was seen: a reason of the kind ``report``.
    Column("offence", String(20), nullable=False),
    # Of ``models.reports.states``; compare-and-set by version.
    Column("state", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("plate_sealed", LargeBinary, nullable=False),
    Column("plate_index", LargeBinary, nullable=False),
    Column("plate_masked", String(12), nullable=False),
    Column("plate_class", String(16), nullable=False),
    Column("place", String(120), nullable=True),
    # WGS-84 degrees; accuracy in metres.
    Column("lat", Float, nullable=True),
    Column("lng", Float, nullable=True),
    Column("accuracy_m", Float, nullable=True),
    # What the reporter writes may hold anything, so it is sealed like a name.
    Column("words_sealed", LargeBinary, nullable=True),
    # When he saw it, by his own word; when it was filed; until when an officer has to have looked at it.
    instant("happened_at", required=True),
    instant("filed_at", required=True),
    instant("due_by", required=True),
    # Photos and videos that belong to it; whether all were taken in the page and not chosen from a gallery.
    Column("media", Integer, nullable=False),
    Column("live", Boolean, nullable=False),
    # How many people told of the same.
    Column("people", Integer, nullable=False),
    # Who has it before him, and until when nobody else is given it.
    Column("reviewer_id", ForeignKey("officers.id"), nullable=True),
    instant("reviewed_until"),
    # Who verified it first; who decided it. By service number, as on the uniform.
    Column("verified_by", Id, nullable=True),
    Column("decided_by", Id, nullable=True),
    Column("decided_number", String(20), nullable=True),
    instant("decided_at"),
    # Why, as a word of the catalogue (``reports.why.<reason>``).
    Column("reason", String(30), nullable=True),
    # Until when the reporter may add what was asked for.
    instant("more_by"),
    Column("duplicate_of", Id, nullable=True, index=True),
    # The incident that began with it, when somebody had to go now; else, verified, it is a case draft.
    Column("incident_id", ForeignKey("incidents.id"), nullable=True, unique=True),
    Column("export_id", Id, nullable=True, index=True),
    instant("exported_at"),
)
_OPEN = text("state IN ('waiting', 'second', 'objected')")
Index("ix_reports_district_due_by", reports.c.district, reports.c.due_by)
Index(
    "ix_reports_open",
    reports.c.district,
    reports.c.due_by,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
Index("ix_reports_plate_index_happened_at", reports.c.plate_index, reports.c.happened_at)
Index(
    "ix_reports_more_by",
    reports.c.more_by,
    sqlite_where=reports.c.state == text("'more'"),
    postgresql_where=reports.c.state == text("'more'"),
)

# Who told of it: anonymous to everybody else always, to the police unless he left a way to reach him.
reporters = Table(
    "reporters",
    metadata,
    id_column(),
    Column("report_id", ForeignKey("reports.id"), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("device", LargeBinary, nullable=True),
    Column("address", LargeBinary, nullable=True),
    Column("first", Boolean, nullable=False),
    Column("contact_sealed", LargeBinary, nullable=True),
    Column("objection_sealed", LargeBinary, nullable=True),
    instant("objected_at"),
    instant("joined_at", required=True),
    instant("expires_at"),
)
Index("ix_reporters_device_joined_at", reporters.c.device, reporters.c.joined_at)
Index("ix_reporters_address_joined_at", reporters.c.address, reporters.c.joined_at)

# Each step, for whoever told of it and for the record; append-only.
report_steps = Table(
    "report_steps",
    metadata,
    id_column(),
    Column("report_id", ForeignKey("reports.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("command", String(12), nullable=False),
    Column("state", String(10), nullable=False),
    # reporter:<id>, officer:<id> or system; the number is what the uniform shows.
    Column("by", String(80), nullable=False),
    Column("officer_number", String(20), nullable=True),
    Column("reason", String(30), nullable=True),
    Column("note_sealed", LargeBinary, nullable=True),
    instant("at", required=True),
)
Index("uq_report_steps_report_id_number", report_steps.c.report_id, report_steps.c.number, unique=True)

# Days on which it is otherwise than the week says: a holiday, or a Saturday that is worked for one.
calendar_days = Table(
    "calendar_days",
    metadata,
    Column("city_code", ForeignKey("cities.code"), primary_key=True),
    # As it is written: 2026-10-01
    Column("day", String(10), primary_key=True),
    Column("working", Boolean, nullable=False),
    Column("name", String(40), nullable=True),
)
