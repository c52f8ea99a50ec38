"""Flags by version, rollouts, and under which variants each incident was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flags",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=60), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("key", "version", name=op.f("pk_flags")),
    )
    op.create_table(
        "rollouts",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("flag", sa.String(length=60), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("guards", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("started_by", sa.String(length=60), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("ended_by", sa.String(length=60), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("checked_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollouts")),
    )
    op.create_index("ix_rollouts_status", "rollouts", ["status"])
    op.create_table(
        "incident_variants",
        sa.Column("incident_id", sa.String(length=26), nullable=False),
        sa.Column("flag", sa.String(length=60), nullable=False),
        sa.Column("variant", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incidents.id"],
            name=op.f("fk_incident_variants_incident_id"),
        ),
        sa.PrimaryKeyConstraint("incident_id", "flag", name=op.f("pk_incident_variants")),
    )


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
