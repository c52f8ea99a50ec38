"""Citizens' reports, who told of them, each step, and the days that are no working days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0090"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _reports()
    _reporters()
    _report_steps()
    _calendar_days()


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("zone", sa.String(length=20), nullable=True),
        sa.Column("offence", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("plate_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("plate_index", sa.LargeBinary(), nullable=False),
        sa.Column("plate_masked", sa.String(length=12), nullable=False),
        sa.Column("plate_class", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lng", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("happened_at", Instant(), nullable=False),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.Column("due_by", Instant(), nullable=False),
        sa.Column("media", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.String(length=26), nullable=True),
        sa.Column("reviewed_until", Instant(), nullable=True),
        sa.Column("verified_by", sa.String(length=26), nullable=True),
        sa.Column("decided_by", sa.String(length=26), nullable=True),
        sa.Column("decided_number", sa.String(length=20), nullable=True),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("more_by", Instant(), nullable=True),
        sa.Column("duplicate_of", sa.String(length=26), nullable=True),
        sa.Column("incident_id", sa.String(length=26), nullable=True),
        sa.Column("export_id", sa.String(length=26), nullable=True),
        sa.Column("exported_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_reports_district")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["officers.id"], name=op.f("fk_reports_reviewer_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_reports_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("incident_id", name=op.f("uq_reports_incident_id")),
    )
    op.create_index("ix_reports_district_due_by", "reports", ["district", "due_by"])
    op.create_index("ix_reports_duplicate_of", "reports", ["duplicate_of"])
    op.create_index("ix_reports_export_id", "reports", ["export_id"])
    op.create_index(
        "ix_reports_more_by",
        "reports",
        ["more_by"],
        sqlite_where=sa.text("state = 'more'"),
        postgresql_where=sa.text("state = 'more'"),
    )
    op.create_index(
        "ix_reports_open",
        "reports",
        ["district", "due_by"],
        sqlite_where=sa.text("state IN ('waiting', 'second', 'objected')"),
        postgresql_where=sa.text("state IN ('waiting', 'second', 'objected')"),
    )
    op.create_index("ix_reports_plate_index_happened_at", "reports", ["plate_index", "happened_at"])


def _reporters() -> None:
    op.create_table(
        "reporters",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("report_id", sa.String(length=26), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("device", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("objection_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("objected_at", Instant(), nullable=True),
        sa.Column("joined_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_reporters_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporters")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_reporters_token_hash")),
    )
    op.create_index("ix_reporters_address_joined_at", "reporters", ["address", "joined_at"])
    op.create_index("ix_reporters_device_joined_at", "reporters", ["device", "joined_at"])
    op.create_index("ix_reporters_report_id", "reporters", ["report_id"])


def _report_steps() -> None:
    op.create_table(
        "report_steps",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("report_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("command", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("officer_number", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_report_steps_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_steps")),
    )
    op.create_index("uq_report_steps_report_id_number", "report_steps", ["report_id", "number"], unique=True)


def _calendar_days() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("city_code", sa.String(length=12), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["city_code"], ["cities.code"], name=op.f("fk_calendar_days_city_code")),
        sa.PrimaryKeyConstraint("city_code", "day", name=op.f("pk_calendar_days")),
    )


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
