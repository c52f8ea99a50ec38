"""Records of whole periods written out for other systems, and their files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0120"
down_revision = "0114"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bulk_exports",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("plates", sa.Boolean(), nullable=False),
        sa.Column("officer_id", sa.String(length=26), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("failure", sa.String(length=40), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("after_at", Instant(), nullable=True),
        sa.Column("after_id", sa.String(length=26), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("lease", sa.String(length=26), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("ready_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_exports")),
        sa.ForeignKeyConstraint(
            ["district"], ["districts.code"], name=op.f("fk_bulk_exports_district_districts")
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officers.id"], name=op.f("fk_bulk_exports_officer_id_officers")
        ),
    )
    op.create_index("ix_bulk_exports_district_created_at", "bulk_exports", ["district", "created_at"])
    op.create_index("ix_bulk_exports_status", "bulk_exports", ["status"])
    op.create_table(
        "bulk_files",
        sa.Column("export_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("export_id", "number", name=op.f("pk_bulk_files")),
        sa.ForeignKeyConstraint(
            ["export_id"], ["bulk_exports.id"], name=op.f("fk_bulk_files_export_id_bulk_exports")
        ),
    )


def downgrade() -> None:
    op.drop_table("bulk_files")
    op.drop_table("bulk_exports")
