"""Which step of a rollout made a version of a flag; and requests that failed by our own fault, by variant."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.tables.base import Instant

revision = "0009"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("flags", sa.Column("step", sa.Text(), nullable=True))
    op.create_index("ix_flags_made_at", "flags", ["made_at"])
    op.create_table(
        "trial_faults",
        sa.Column("flag", sa.String(length=60), nullable=False),
        sa.Column("variant", sa.String(length=10), nullable=False),
        sa.Column("district", sa.String(length=12), nullable=False),
        sa.Column("minute", Instant(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("flag", "variant", "district", "minute", name=op.f("pk_trial_faults")),
    )


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
