"""Photos that officers take of parked cars, the stays they prove, and who began an incident."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0045"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("incidents") as incidents:
        incidents.add_column(
            sa.Column("origin", sa.String(length=10), nullable=False, server_default=sa.text("'requester'"))
        )
    _captures()
    _parking_records()
    _parking_notices()


def _captures() -> None:
    op.create_table(
        "captures",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("officer_id", sa.String(length=26), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("original", sa.String(length=80), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("thumb", sa.String(length=80), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("device_at", Instant(), nullable=False),
        sa.Column("taken_at", Instant(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lng", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("reading", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("candidates_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("read_ms", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_captures_officer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captures")),
    )
    op.create_index("ix_captures_officer_id_received_at", "captures", ["officer_id", "received_at"])
    op.create_index(
        "ix_captures_queued",
        "captures",
        ["received_at"],
        sqlite_where=sa.text("reading = 'queued'"),
        postgresql_where=sa.text("reading = 'queued'"),
    )


def _parking_records() -> None:
    op.create_table(
        "parking_records",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("zone", sa.String(length=20), nullable=True),
        sa.Column("incident_id", sa.String(length=26), nullable=True),
        sa.Column("vehicle_id", sa.String(length=26), nullable=True),
        sa.Column("plate_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("plate_index", sa.LargeBinary(), nullable=False),
        sa.Column("plate_masked", sa.String(length=12), nullable=False),
        sa.Column("plate_class", sa.String(length=16), nullable=False),
        sa.Column("grounds", sa.String(length=20), nullable=False),
        sa.Column("offence", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lng", sa.Float(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("author_id", sa.String(length=26), nullable=False),
        sa.Column("author_number", sa.String(length=20), nullable=False),
        sa.Column("author_role", sa.String(length=14), nullable=False),
        sa.Column("unit", sa.String(length=60), nullable=False),
        sa.Column("captured_at", Instant(), nullable=False),
        sa.Column("filed_at", Instant(), nullable=False),
        sa.Column("effective_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("last_seen_at", Instant(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("countersigned_by", sa.String(length=26), nullable=True),
        sa.Column("countersigned_number", sa.String(length=20), nullable=True),
        sa.Column("countersigned_at", Instant(), nullable=True),
        sa.Column("returned_reason", sa.String(length=200), nullable=True),
        sa.Column("ended_by", sa.String(length=26), nullable=True),
        sa.Column("second_person", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("confirmed_by", sa.String(length=26), nullable=True),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=26), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=200), nullable=True),
        sa.Column("export_id", sa.String(length=26), nullable=True),
        sa.Column("exported_state", sa.String(length=10), nullable=True),
        sa.Column("exported_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["officers.id"], name=op.f("fk_parking_records_author_id")),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_parking_records_district")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_parking_records_incident_id")
        ),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"], name=op.f("fk_parking_records_vehicle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parking_records")),
        sa.UniqueConstraint("incident_id", name=op.f("uq_parking_records_incident_id")),
        sa.UniqueConstraint("code", name=op.f("uq_parking_records_code")),
    )
    op.create_index("ix_parking_records_author_id_filed_at", "parking_records", ["author_id", "filed_at"])
    op.create_index("ix_parking_records_district_filed_at", "parking_records", ["district", "filed_at"])
    op.create_index("ix_parking_records_district_state", "parking_records", ["district", "state"])
    op.create_index("ix_parking_records_export_id", "parking_records", ["export_id"])
    op.create_index(
        "ix_parking_records_plate_index_last_seen_at", "parking_records", ["plate_index", "last_seen_at"]
    )
    op.create_index("ix_parking_records_vehicle_id", "parking_records", ["vehicle_id"])


def _parking_notices() -> None:
    op.create_table(
        "parking_notices",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("record_id", sa.String(length=26), nullable=False),
        sa.Column("capture_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("officer_id", sa.String(length=26), nullable=False),
        sa.Column("officer_number", sa.String(length=20), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["capture_id"], ["captures.id"], name=op.f("fk_parking_notices_capture_id")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_parking_notices_officer_id")),
        sa.ForeignKeyConstraint(
            ["record_id"], ["parking_records.id"], name=op.f("fk_parking_notices_record_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parking_notices")),
        sa.UniqueConstraint("capture_id", name=op.f("uq_parking_notices_capture_id")),
    )
    op.create_index("ix_parking_notices_record_id", "parking_notices", ["record_id"])


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
