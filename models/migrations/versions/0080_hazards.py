"""Hazards, the bodies that answer for them, what is filed with these, and keys for other programs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0080"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _agencies()
    _hazards()
    _filings()
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("most_an_hour", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_api_keys_key_hash")),
    )


def _agencies() -> None:
    op.create_table(
        "agencies",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("city_code", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=True),
        sa.Column("body", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("endpoint", sa.String(length=200), nullable=True),
        sa.Column("jurisdiction", sa.String(length=80), nullable=True),
        sa.Column("services", sa.Text(), nullable=True),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.text("true")),
        sa.ForeignKeyConstraint(["city_code"], ["cities.code"], name=op.f("fk_agencies_city_code")),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_agencies_district")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
        sa.UniqueConstraint("city_code", "code", name=op.f("uq_agencies_city_code_code")),
    )


def _hazards() -> None:
    op.create_table(
        "hazards",
        sa.Column("incident_id", sa.String(length=26), nullable=False),
        sa.Column("body", sa.String(length=20), nullable=False),
        sa.Column("reopen_days", sa.Integer(), nullable=False),
        sa.Column("reopens_most", sa.Integer(), nullable=False),
        sa.Column("expire_days", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.String(length=26), nullable=True),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("reopen_until", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_hazards_incident_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_hazards_agency_id")),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_hazards")),
    )
    op.create_index(op.f("ix_hazards_agency_id"), "hazards", ["agency_id"])


def _filings() -> None:
    op.create_table(
        "agency_filings",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("incident_id", sa.String(length=26), nullable=False),
        sa.Column("agency_id", sa.String(length=26), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("token", sa.String(length=80), nullable=True),
        sa.Column("service_request_id", sa.String(length=80), nullable=True),
        sa.Column("remote_status", sa.String(length=10), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.Column("filed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_agency_filings_incident_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agencies.id"], name=op.f("fk_agency_filings_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_filings")),
        sa.UniqueConstraint("incident_id", "agency_id", name=op.f("uq_agency_filings_incident_id_agency_id")),
    )
    op.create_index("ix_agency_filings_status_due_at", "agency_filings", ["status", "due_at"])


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
