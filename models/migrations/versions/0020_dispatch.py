"""Dispatch: orders of a commander, duplicates, backup; why an officer is asked; panics."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0020"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("to_confirm", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("merged_into", sa.String(26), nullable=True),
        sa.Column("backup_at", Instant, nullable=True),
        sa.Column("backup_wanted", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("supporting", sa.Text, nullable=False, server_default=sa.text("'[]'")),
    ):
        op.add_column("incidents", column)
    op.create_index("ix_incidents_merged_into", "incidents", ["merged_into"])
    op.add_column(
        "offers", sa.Column("kind", sa.String(16), nullable=False, server_default=sa.text("'take'"))
    )
    op.add_column("offers", sa.Column("why", sa.Text, nullable=True))
    _panics()


def _panics() -> None:
    op.create_table(
        "panics",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("district", sa.String(12), nullable=False),
        sa.Column("officer_id", sa.String(26), nullable=False),
        sa.Column("service_number", sa.String(20), nullable=False),
        sa.Column("unit", sa.String(60), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("incident_id", sa.String(26), nullable=True),
        sa.Column("raised_at", Instant, nullable=False),
        sa.Column("again_at", Instant, nullable=False),
        sa.Column("lat", sa.Float, nullable=True),
        sa.Column("lng", sa.Float, nullable=True),
        sa.Column("accuracy_m", sa.Float, nullable=True),
        sa.Column("position_at", Instant, nullable=True),
        sa.Column("withdrawn_at", Instant, nullable=True),
        sa.Column("cleared_at", Instant, nullable=True),
        sa.Column("cleared_by", sa.String(20), nullable=True),
        sa.Column("note", sa.String(500), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panics")),
        sa.ForeignKeyConstraint(["district"], ["districts.code"], name=op.f("fk_panics_district")),
        sa.ForeignKeyConstraint(["officer_id"], ["officers.id"], name=op.f("fk_panics_officer_id")),
    )
    op.create_index(
        "uq_panics_open",
        "panics",
        ["officer_id"],
        unique=True,
        sqlite_where=sa.text("status != 'cleared'"),
        postgresql_where=sa.text("status != 'cleared'"),
    )
    op.create_index("ix_panics_district_status", "panics", ["district", "status"])


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
