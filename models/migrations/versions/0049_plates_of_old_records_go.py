"""A parking record outlives its plate: what is kept no longer is emptied, and the figures stay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("parking_records") as records:
        records.alter_column("plate_sealed", existing_type=sa.LargeBinary(), nullable=True)
        records.alter_column("plate_index", existing_type=sa.LargeBinary(), nullable=True)


def downgrade() -> None:
    raise NotImplementedError("a step is never taken back: restore a backup")
