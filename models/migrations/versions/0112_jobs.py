"""Who works, what is done once a period, and daily counts of notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0112"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worker_lives",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("heard_at", Instant(), nullable=False),
        sa.Column("stopped_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_worker_lives")),
    )
    op.create_table(
        "periods",
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("begins_at", Instant(), nullable=False),
        sa.Column("done_at", Instant(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("again_at", Instant(), nullable=True),
        sa.Column("error", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("what", "begins_at", name=op.f("pk_periods")),
    )
    op.create_table(
        "notice_days",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("city_code", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["city_code"], ["cities.code"], name=op.f("fk_notice_days_city_code")),
        sa.PrimaryKeyConstraint("day", "city_code", "channel", "state", name=op.f("pk_notice_days")),
    )


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
